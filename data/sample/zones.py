"""What the land is used for: water, railway, hills, fields, village or town."""

import enum
from dataclasses import dataclass

import numpy as np
import shapely

from data.sample import facts
from data.sample.terrain import Terrain
from gis.arrays import Bools, Floats, Int8s, Int64s, Objects

_TOWN_M2_PER_HOUSEHOLD = 126.0
_VILLAGE_M2_PER_HOUSEHOLD = 295.0
_SMALLEST_VILLAGE_M = 110.0
_FRINGE_M = 35.0
_INFILL_M = 200.0


class Zone(enum.IntEnum):
    """Use of a piece of land, the stronger first where two meet."""

    WATER = 0
    RAIL = 1
    HILL = 2
    TOWN = 3
    VILLAGE = 4
    FIELD = 5


_BLOCK_M2 = np.array([4.0e5, 2.0e4, 9.0e5, 1.8e4, 1.4e4, 6.0e5])


@dataclass(frozen=True)
class ZoneMap:
    """Where each zone lies, in plan metres: one geometry per zone but `Zone.FIELD`, the rest."""

    geoms: Objects

    def at(self, points: Objects) -> Int8s:
        """Tell the zone at points, shape (n,)."""
        result = np.full(len(points), Zone.FIELD, dtype=np.int8)
        for zone in reversed(range(len(self.geoms))):
            result[self._touches(points, zone)] = zone
        return result

    def along(self, lines: Objects) -> Int8s:
        """Tell the zone of lines, shape (n,): where they touch a town or a village, that."""
        middle = self.at(shapely.line_interpolate_point(lines, 0.5, normalized=True))
        buildable = middle > Zone.HILL
        for zone in (Zone.VILLAGE, Zone.TOWN):
            middle[buildable & self._reaches_into(lines, zone)] = zone
        return middle

    def wanted_area(self, polygons: Objects, inside: Int8s) -> Floats:
        """Give the area in m² a block is to have; the finest zone it reaches into decides.

        Parameters
        ----------
        polygons
            Blocks, shape (n,).
        inside
            Zone at a point inside each, shape (n,).
        """
        result = _BLOCK_M2[inside]
        buildable = inside > Zone.HILL
        for zone in (Zone.TOWN, Zone.VILLAGE):
            reached = self._reaches_into(polygons, zone) & buildable
            result[reached] = np.minimum(result[reached], _BLOCK_M2[zone])
        return result

    def _touches(self, geoms: Objects, zone: int) -> Bools:
        shapely.prepare(self.geoms[zone])
        touched: Bools = shapely.intersects(self.geoms[zone], geoms)
        return touched

    def _reaches_into(self, geoms: Objects, zone: int) -> Bools:
        """Whether each crosses more than the fringe of a zone."""
        core = shapely.buffer(self.geoms[zone], -_FRINGE_M)
        shapely.prepare(core)
        reached: Bools = shapely.intersects(core, geoms)
        return reached


def built_radius(plan: facts.CommunityPlan) -> Floats:
    """Give the radius in metres that the homes of each community need, shape (c,)."""
    per_household = np.where(plan.is_urban, _TOWN_M2_PER_HOUSEHOLD, _VILLAGE_M2_PER_HOUSEHOLD)
    radius: Floats = np.sqrt(plan.households * per_household / np.pi)
    return np.maximum(radius, _SMALLEST_VILLAGE_M)


def nearest_core(xy: Floats, plan: facts.CommunityPlan) -> tuple[Int64s, Floats]:
    """Find the nearest residents' community, distances counted in its built radii.

    Returns
    -------
    tuple[Int64s, Floats]
        Index among the residents' communities, and that distance, shape (n,).
    """
    urban = np.array(plan.is_urban)
    away = np.linalg.norm(xy[:, None] - plan.seats[urban], axis=2) / built_radius(plan)[urban]
    return np.argmin(away, axis=1), np.min(away, axis=1)


def zone_map(terrain: Terrain, plan: facts.CommunityPlan) -> ZoneMap:
    """Draw the built-up areas around the seats of the communities, as large as they are."""
    urban = np.array(plan.is_urban)
    cores = shapely.buffer(shapely.points(plan.seats), built_radius(plan))
    town = shapely.buffer(shapely.union_all(cores[urban]), _INFILL_M)
    town = shapely.buffer(town, -_INFILL_M)
    villages = shapely.union_all([*cores[~urban], terrain.islands])
    geoms = (terrain.water, terrain.rail, terrain.hills, town, villages)
    return ZoneMap(np.array(geoms, dtype=np.object_))
