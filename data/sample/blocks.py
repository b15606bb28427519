"""The district as blocks: pieces of land between roads, banks, fences and field borders."""

import enum
from dataclasses import dataclass

import numpy as np
import shapely

from data.sample import cutting
from data.sample.terrain import FOOTBRIDGE, Terrain
from data.sample.zones import Zone, ZoneMap
from gis.arrays import Floats, Int8s, Int64s, Objects

GRID_M = 0.5
"""Everything is noded on a raster of half a metre, so that rounding degrees breaks nothing."""
_VERTEX_EVERY_M = 45.0
_BESIDE_BRIDGE_M = 550.0


class Way(enum.StrEnum):
    """What walks along a line of the plan; the values of OpenStreetMap's highway tag."""

    NONE = ""
    PRIMARY = "primary"
    SECONDARY = "secondary"
    TERTIARY = "tertiary"
    UNCLASSIFIED = "unclassified"
    RESIDENTIAL = "residential"
    LIVING_STREET = "living_street"
    SERVICE = "service"
    TRACK = "track"
    FOOTWAY = "footway"
    PATH = "path"
    STEPS = "steps"


@dataclass(frozen=True)
class PlanLines:
    """Lines of the plan, the decisive first where two coincide; every column has shape (n,)."""

    lines: Objects
    highway: Objects
    name: Objects

    def __post_init__(self) -> None:
        """Refuse columns of different length."""
        if not len(self.lines) == len(self.highway) == len(self.name):
            raise ValueError("columns of different length")


@dataclass(frozen=True)
class Blocks:
    """Blocks that cover the district without gap or overlap, in plan metres.

    Attributes
    ----------
    polygons
        Shape (n,); neighbours share their vertices.
    centres
        A point within each, shape (n, 2).
    zone
        Use of the land, shape (n,).
    neighbours
        Pairs of blocks with a common border, shape (p, 2), the lower index first.
    """

    polygons: Objects
    centres: Floats
    zone: Int8s
    neighbours: Int64s


def draw(terrain: Terrain, zones: ZoneMap, rng: np.random.Generator) -> tuple[Blocks, PlanLines]:
    """Cut the district into blocks; give them and the lines that bound them."""
    fixed = _fixed_lines(terrain)
    faces = _faces(fixed.lines, terrain.outline)
    lines = _joined(fixed, _named(cutting.cut(faces, zones, rng), rng))
    polygons = _faces(lines.lines, terrain.outline)
    inside = shapely.point_on_surface(polygons)
    centres = shapely.get_coordinates(inside)
    return Blocks(polygons, centres, zones.at(inside), _neighbours(polygons)), lines


def node(lines: Objects) -> Objects:
    """Cut lines where they meet, on a raster of `GRID_M`, doubles dropped."""
    noded = shapely.union_all(lines, grid_size=GRID_M)
    arcs: Objects = shapely.get_parts(shapely.line_merge(noded))
    return arcs


def _faces(lines: Objects, outline: shapely.Geometry) -> Objects:
    arcs = shapely.segmentize(node(lines), _VERTEX_EVERY_M)
    faces = shapely.get_parts(shapely.polygonize(arcs))
    shapely.prepare(outline)
    inside: Objects = faces[shapely.intersects(outline, shapely.point_on_surface(faces))]
    return inside


def _fixed_lines(terrain: Terrain) -> PlanLines:
    fence = shapely.intersection(terrain.rail.boundary, terrain.outline)
    bridges = [path.line for path in terrain.paths if path.name == FOOTBRIDGE]
    beside_bridge = shapely.buffer(shapely.union_all(bridges), _BESIDE_BRIDGE_M)
    roads = [shapely.intersection(road.line, terrain.outline) for road in terrain.roads]
    drawn = (
        (terrain.outline.boundary, Way.NONE, ""),
        *((line, road.highway, road.name) for line, road in zip(roads, terrain.roads, strict=True)),
        (shapely.intersection(terrain.islands.boundary, terrain.outline), Way.PATH, ""),
        (shapely.intersection(terrain.water.boundary, terrain.outline), Way.TRACK, "淮河大堤"),
        (shapely.intersection(fence, beside_bridge), Way.SERVICE, "铁路便道"),
        (shapely.difference(fence, beside_bridge), Way.NONE, ""),
        (shapely.intersection(terrain.hills.boundary, terrain.outline), Way.PATH, ""),
    )
    lines, highway, name = (
        np.array(column, dtype=np.object_) for column in zip(*drawn, strict=True)
    )
    return PlanLines(lines, highway, name)


def _named(cuts: cutting.Cuts, rng: np.random.Generator) -> PlanLines:
    highway = _class_of_cut(cuts)
    name = _road_names(len(highway), rng)
    kind = np.select(
        [np.isin(highway, (Way.TERTIARY, Way.UNCLASSIFIED)), highway == Way.RESIDENTIAL,
         highway == Way.LIVING_STREET],
        ["路", "街", "巷"],
        default="",
    )  # fmt: skip
    named = np.where(kind == "", "", name + kind.astype(np.object_))
    return PlanLines(cuts.lines, highway, named)


def _class_of_cut(cuts: cutting.Cuts) -> Objects:
    """Give the class of the road along each cut: the larger the block cut, the larger the road."""
    hectares = cuts.parent_m2 / 1e4
    town, village = cuts.zone == Zone.TOWN, cuts.zone == Zone.VILLAGE
    field = cuts.zone == Zone.FIELD
    rules = (
        (town & (hectares > 30), Way.TERTIARY),
        (town & (hectares > 7), Way.RESIDENTIAL),
        (town, Way.LIVING_STREET),
        (village & (hectares > 6), Way.UNCLASSIFIED),
        (village & (hectares > 1.8), Way.RESIDENTIAL),
        (village, Way.LIVING_STREET),
        (field & (hectares > 160), Way.UNCLASSIFIED),
        (field & (hectares > 80), Way.TRACK),
    )
    return np.select(
        [rule for rule, _ in rules],
        [np.array(way.value, dtype=np.object_) for _, way in rules],
        default=np.array(Way.NONE.value, dtype=np.object_),
    )


def _road_names(count: int, rng: np.random.Generator) -> Objects:
    """Invent names of two characters; the same name may occur in two places, as it does."""
    first = np.array(list("建新和光胜永安东西南北中文康振兴平长春民惠团幸向红学"), dtype=np.object_)
    second = np.array(
        list("设华平明利宁乐山苑庄园化泰业盛和阳青风生民结福阳旗林"), dtype=np.object_
    )
    names: Objects = (
        first[rng.integers(0, len(first), count)] + second[rng.integers(0, len(second), count)]
    )
    return names


def _joined(first: PlanLines, second: PlanLines) -> PlanLines:
    return PlanLines(
        np.concatenate((first.lines, second.lines)),
        np.concatenate((first.highway, second.highway)),
        np.concatenate((first.name, second.name)),
    )


def _neighbours(polygons: Objects) -> Int64s:
    """Find blocks that share a segment: the same two vertices, walked in opposite directions."""
    rings = shapely.get_rings(polygons, return_index=True)
    coords, ring = shapely.get_coordinates(rings[0], return_index=True)
    block = rings[1][ring]
    vertex = np.unique(coords, axis=0, return_inverse=True)[1].reshape(-1)
    inner = ring[1:] == ring[:-1]
    ends = np.sort(np.column_stack((vertex[:-1], vertex[1:]))[inner], axis=1)
    owner = block[:-1][inner]
    order = np.lexsort((owner, ends[:, 1], ends[:, 0]))
    ends, owner = ends[order], owner[order]
    same = (ends[1:] == ends[:-1]).all(axis=1)
    pairs = np.column_stack((owner[:-1][same], owner[1:][same]))
    return np.unique(np.sort(pairs, axis=1), axis=0)
