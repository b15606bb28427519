"""Reads OpenStreetMap extracts: walkable ways, and what is drawn beneath them.

The reader is osmium: see `docs/decisions.md` for how it was chosen.
"""

from array import array
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import osmium
import shapely

from gis.boundaries import Box
from services.imports import network_parts, point_tags, tags
from services.imports.network_parts import Scenery, Ways
from services.imports.network_points import Place, Points
from services.imports.report import FileFaultError

_AREAS: Final = ("building", "natural", "waterway", "landuse", "leisure")
_WANTED: Final = (*_AREAS, "highway", "railway", *point_tags.KEYS)
ATTRIBUTION: Final = "© OpenStreetMap contributors, ODbL 1.0"


@dataclass
class _Walked:
    """Walkable ways as they are read; nodes that an extract lacks cut a way in two."""

    box: Box
    lon: "array[float]" = field(default_factory=lambda: array("d"))
    lat: "array[float]" = field(default_factory=lambda: array("d"))
    node: "array[int]" = field(default_factory=lambda: array("q"))
    starts: "array[int]" = field(default_factory=lambda: array("q", [0]))
    step_free: list[int] = field(default_factory=list)
    traits: list[tags.Way] = field(default_factory=list)
    highway: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    missing: int = 0
    walkable: int = 0

    def add(self, way: Any) -> None:
        """Take a way, as far as it is known and near."""
        found = {tag.k: tag.v for tag in way.tags}
        if not tags.is_walkable(found):
            return
        self.walkable += 1
        known = [
            (node.ref, node.lon, node.lat) if node.location.valid() else None for node in way.nodes
        ]
        self.missing += known.count(None)
        if not self._is_near([place for place in known if place is not None]):
            return
        run: list[tuple[int, float, float]] = []
        for place in [*known, None]:
            if place is not None:
                run.append(place)
                continue
            if len(run) > 1:
                self._add_run(run, found)
            run = []

    def _is_near(self, places: list[tuple[int, float, float]]) -> bool:
        if not places:
            return False
        west, south, east, north = self.box
        _, lon, lat = zip(*places, strict=True)
        return bool(
            max(lon) >= west and min(lon) <= east and max(lat) >= south and min(lat) <= north
        )

    def _add_run(self, run: list[tuple[int, float, float]], found: dict[str, str]) -> None:
        for ref, lon, lat in run:
            self.node.append(ref)
            self.lon.append(lon)
            self.lat.append(lat)
        self.starts.append(len(self.node))
        self.step_free.append(tags.step_free(found))
        self.traits.append(tags.traits(found))
        self.highway.append(found["highway"])
        self.names.append(tags.name(found))


class _Points:
    """Kerbs, barriers and entrances as they are read."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self.found = Points()

    def add(self, node: Any) -> None:
        """Take a node, if it is any of these and near."""
        west, south, east, north = self._box
        if not (west <= node.lon <= east and south <= node.lat <= north):
            return
        found = {tag.k: tag.v for tag in node.tags}
        barrier, entrance = point_tags.barrier(found), point_tags.entrance(found)
        place = Place(f"osm:n{node.id}", found.get("name"), node.lon, node.lat)
        if barrier is not None:
            self.found.barriers.append((place, barrier))
        if entrance is not None:
            self.found.entrances.append((place, entrance))


class _Drawn:
    """Things of the backdrop as they are read."""

    def __init__(self, box: Box) -> None:
        self._factory = osmium.geom.WKBFactory()
        self._clip = shapely.box(*box)
        self._kinds: list[str] = []
        self._names: list[str | None] = []
        self._wkb: list[str] = []

    def add_area(self, area: Any) -> None:
        """Take an area: a closed way or a multipolygon relation."""
        found = {tag.k: tag.v for tag in area.tags}
        kind = tags.area_kind(found)
        if kind is not None:
            self._add(kind, found, self._factory.create_multipolygon, area)

    def add_line(self, way: Any) -> None:
        """Take a railway or a watercourse."""
        found = {tag.k: tag.v for tag in way.tags}
        kind = tags.line_kind(found)
        if kind is not None and all(node.location.valid() for node in way.nodes):
            self._add(kind, found, self._factory.create_linestring, way)

    def _add(self, kind: str, found: dict[str, str], create: Any, thing: Any) -> None:
        try:
            self._wkb.append(create(thing))
        except RuntimeError:
            return  # incomplete at the edge of the extract: the backdrop goes without it
        self._kinds.append(kind)
        self._names.append(found.get("name"))

    def scenery(self) -> Scenery:
        """Return what lies near, valid."""
        shapes = shapely.make_valid(shapely.from_wkb(np.array(self._wkb, dtype=object)))
        kept = np.flatnonzero(shapely.intersects(shapes, self._clip) & ~shapely.is_empty(shapes))
        return Scenery([self._kinds[i] for i in kept], [self._names[i] for i in kept], shapes[kept])


def read(path: Path, box: Box) -> tuple[Ways, Scenery]:
    """Read the walkable ways that come near a box, and the backdrop there.

    Parameters
    ----------
    box
        Degrees.

    Raises
    ------
    FileFaultError
        The file is damaged or cut off, or holds nothing to walk on.
    """
    walked, drawn, points = _Walked(box), _Drawn(box), _Points(box)
    try:
        things = (
            osmium.FileProcessor(path)
            .with_locations()
            .with_areas(osmium.filter.KeyFilter(*_AREAS))
            .with_filter(osmium.filter.KeyFilter(*_WANTED))
        )
        for thing in things:
            if isinstance(thing, osmium.osm.Area):
                drawn.add_area(thing)
            elif isinstance(thing, osmium.osm.Node):
                points.add(thing)
            elif isinstance(thing, osmium.osm.Way):
                if "highway" in thing.tags:
                    walked.add(thing)
                else:
                    drawn.add_line(thing)
    except RuntimeError as error:
        raise FileFaultError("error.import.file.damaged", reason=str(error)) from error
    if not walked.walkable:
        raise FileFaultError("error.import.network.nothing_to_walk")
    return _ways(walked, points.found), drawn.scenery()


def _ways(walked: _Walked, points: Points) -> Ways:
    names, index = np.unique(np.array(walked.highway, dtype=np.str_), return_inverse=True)
    lonlat = np.column_stack([np.array(walked.lon), np.array(walked.lat)])
    return Ways(
        lonlat=lonlat,
        start=np.array(walked.starts, dtype=np.int64),
        node_ids=np.array(walked.node, dtype=np.int64),
        step_free=np.array(walked.step_free, dtype=np.int8),
        highway=index.astype(np.int16),
        highway_names=tuple(names.tolist()),
        names=walked.names,
        traits=network_parts.traits_of(walked.traits),
        points=points,
        missing_nodes=walked.missing,
        unread=[way.unread for way in walked.traits if way.unread],
    )
