"""Reads a network from a line layer, and the backdrop from a second layer of the same file.

A layer named ``backdrop``, with a column ``kind``, is drawn beneath the network.
"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import shapely

from gis import crs
from gis.arrays import Objects
from gis.boundaries import Box
from gis.stepfree.traits import Steps
from services.imports import (
    checks,
    headings,
    layer_source,
    measures,
    network_parts,
    sieve,
    tables,
    tags,
)
from services.imports.batches import Source
from services.imports.job import Job
from services.imports.network_parts import Lines, Scenery
from services.imports.report import FileFaultError

BACKDROP: Final = "backdrop"

FIELDS = headings.fields("""
    highway 道路类型 道路等级 道路类别 类型 等级
    step_free 无障碍 是否无障碍 无台阶 是否无台阶
    name 名称 道路名称 路名
    incline 坡度 纵坡
    width 宽度 路宽 净宽
    surface 路面 铺装 路面材质
""")
_SCENERY_FIELDS = headings.fields("""
    kind! 类别 类型
    name 名称
""")
_KINDS: Final = {kind: kind for kind in ("water", "waterway", "railway", "green", "building")}
_DEFAULT_HIGHWAY: Final = "unclassified"
_STEPS: Final = "steps"


class _Gathered:
    """Good lines of all batches."""

    def __init__(self) -> None:
        self.lines: list[Objects] = []
        self.highway: list[str] = []
        self.step_free: list[int] = []
        self.traits: list[tags.Way] = []
        self.names: list[str | None] = []

    def add(self, held: sieve.Sieve, lines: Objects) -> None:
        """Take the good rows of a batch."""
        highways = checks.text(held, "highway").to_pylist()
        known = checks.choice(held, "step_free", checks.YES_NO).to_pylist()
        names = checks.text(held, "name").to_pylist()
        slopes, widths = measures.inclines(held, "incline"), measures.widths(held, "width")
        surfaces = checks.text(held, "surface").to_pylist()
        good = np.flatnonzero(~held.refused)
        self.lines.append(lines[good])
        for i in good:
            highway = highways[i] or _DEFAULT_HIGHWAY
            self.highway.append(highway)
            self.step_free.append(_step_free(known[i], highway))
            self.traits.append(
                tags.Way(
                    0 if known[i] is None else self.step_free[-1],
                    _steps(known[i], highway),
                    float(slopes[i]),
                    float(widths[i]),
                    surfaces[i] or "",
                )
            )
            self.names.append(names[i])


def _step_free(known: str | None, highway: str) -> int:
    if known is None:
        return tags.NOT_STEP_FREE if highway == _STEPS else tags.UNKNOWN
    return tags.STEP_FREE if known == "true" else tags.NOT_STEP_FREE


def _steps(known: str | None, highway: str) -> Steps:
    if highway != _STEPS:
        return Steps.NONE
    return Steps.WHEELCHAIR_RAMP if known == "true" else Steps.PLAIN


def read(job: Job, box: Box) -> tuple[Lines, Scenery]:
    """Read the lines that come near a box, and the backdrop there.

    Raises
    ------
    FileFaultError
        The file cannot be read, or there is no line in it.
    """
    layers = layer_source.layers(job.path)
    chosen = job.options.layer or _main_layer(layers)
    gathered = _Gathered()
    with layer_source.open_layer(job.path, chosen) as opened:
        for held, shapes in _batches(job, opened, FIELDS):
            gathered.add(held, _lines(held, shapes))
            job.log.add(*held.findings)
    if not gathered.highway:
        raise FileFaultError("error.import.network.nothing_to_walk")
    scenery = Scenery([], [], np.zeros(0, dtype=object))
    if BACKDROP in layers and chosen != BACKDROP:
        with layer_source.open_layer(job.path, BACKDROP) as opened:
            scenery = _scenery(job, opened, box)
    return _near(gathered, box), scenery


def _main_layer(layers: list[str]) -> str | None:
    others = [layer for layer in layers if layer != BACKDROP]
    return others[0] if len(others) == 1 else None


def _batches(
    job: Job, opened: Source, fields: tuple[headings.Field, ...]
) -> Iterator[tuple[sieve.Sieve, Objects]]:
    """Read batches; their geometry flat, in the stored CRS."""
    if not opened.has_geometry:
        raise FileFaultError("error.import.network.no_geometry")
    columns = headings.match(opened.headings, fields, _mapping(job, fields))
    headings.demand(columns, fields, opened.headings)
    source = tables.source_crs(job, opened)
    done = 0
    for batch in opened.batches(columns.used):
        held = sieve.Sieve(batch, columns)
        shapes = shapely.force_2d(np.asarray(batch.geometry, dtype=object))
        yield held, crs.geometries_to_stored(shapes, source)
        done += len(batch.rows)
        job.progress("import.step.read", done, opened.total)


def _mapping(job: Job, fields: tuple[headings.Field, ...]) -> dict[str, str]:
    return dict(job.options.mapping) if fields is FIELDS else {}


def _lines(held: sieve.Sieve, shapes: Objects) -> Objects:
    kind = shapely.get_type_id(shapes)
    linear = np.isin(kind, (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING))
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    held.refuse(empty, None, "error.import.shape.empty", {})
    types = [None if shape is None else shape.geom_type for shape in shapes]
    held.refuse(~linear & ~empty, None, "error.import.network.not_a_line", {"type": types})
    west, south, east, north = shapely.bounds(shapes).T
    # Comparisons with NaN are false: what is not a finite number fails here too.
    on_globe = (west >= -180) & (east <= 180) & (south >= -90) & (north <= 90)
    finite = np.array([bool(np.isfinite(shapely.get_coordinates(s)).all()) for s in shapes])
    held.refuse(linear & ~empty & ~finite, None, "error.import.shape.not_finite", {})
    held.refuse(linear & ~empty & finite & ~on_globe, None, "error.import.shape.at_metres", {})
    return shapes


def _near(gathered: _Gathered, box: Box) -> Lines:
    lines = np.concatenate(gathered.lines)
    kept = np.flatnonzero(_touches(lines, box))
    names, index = np.unique(np.array(gathered.highway, dtype=np.str_), return_inverse=True)
    return Lines(
        lines=lines[kept],
        step_free=np.array(gathered.step_free, dtype=np.int8)[kept],
        highway=index.astype(np.int16)[kept],
        highway_names=tuple(names.tolist()),
        names=[gathered.names[i] for i in kept],
        traits=network_parts.traits_of(gathered.traits).take(kept),
    )


def _touches(shapes: Objects, box: Box) -> Any:
    west, south, east, north = shapely.bounds(shapes).T
    return (east >= box[0]) & (west <= box[2]) & (north >= box[1]) & (south <= box[3])


def _scenery(job: Job, opened: Source, box: Box) -> Scenery:
    kinds: list[str] = []
    names: list[str | None] = []
    shapes: list[Objects] = []
    for held, geometry in _batches(job, opened, _SCENERY_FIELDS):
        kind = checks.choice(held, "kind", _KINDS).to_pylist()
        name = held.text("name").to_pylist()
        job.log.add(*held.findings)
        usable = ~held.refused & _touches(geometry, box) & ~shapely.is_empty(geometry)
        kept = np.flatnonzero(usable)
        kinds += [kind[i] for i in kept]
        names += [name[i] for i in kept]
        shapes.append(geometry[kept])
    return Scenery(kinds, names, np.concatenate([*shapes, np.zeros(0, dtype=object)]))
