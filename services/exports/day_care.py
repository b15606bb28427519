"""Day-care coverage per unit, and the areas from which day care is reached."""

import dataclasses
import itertools
from collections.abc import Iterator

import pyarrow as pa
import shapely

from services.coverage_maps import ServiceAreas
from services.database import Transaction
from services.exports import fields as fields_module
from services.exports import unit_figures
from services.exports.dataset import Facts
from services.exports.fields import Field, FieldType, field
from services.exports.options import ExportOptions
from services.themes import day_care

AREAS: tuple[Field, ...] = (
    field("limit_m", FieldType.NUMBER),
    field("generated", FieldType.BOOLEAN),
)
_BEFORE_BANDS: tuple[Field, ...] = (
    *unit_figures.UNIT,
    field("demand", FieldType.INTEGER),
    field("covered", FieldType.INTEGER),
    field("beyond", FieldType.INTEGER),
    field("unreachable", FieldType.INTEGER, "unreach"),
    field("unattached", FieldType.INTEGER, "unattach"),
    field("share", FieldType.NUMBER),
    field("mean_walk_m", FieldType.NUMBER, "mean_m"),
    field("median_walk_m", FieldType.NUMBER, "median_m"),
    field("p90_walk_m", FieldType.NUMBER, "p90_m"),
)
_AFTER_BANDS: tuple[Field, ...] = (
    field("straight_covered", FieldType.INTEGER, "str_cover"),
    field("straight_share", FieldType.NUMBER, "str_share"),
    field("places", FieldType.INTEGER),
    field("places_per_100", FieldType.NUMBER, "places_100"),
    field("centres", FieldType.INTEGER),
    field("state", FieldType.TEXT),
    field("generated", FieldType.BOOLEAN),
)


def query(options: ExportOptions) -> day_care.DayCareQuery:
    """Return the question that an export's options ask."""
    return day_care.DayCareQuery(
        as_of=options.as_of,
        max_walk_m=options.max_walk_m,
        unit=options.unit,
        min_age=day_care.OLD_AGE if options.min_age is None else options.min_age,
        rules=options.rules,
    )


def fields(bands_m: tuple[float, ...]) -> tuple[Field, ...]:
    """Return the columns of coverage, one for each band: ``band_300_500_m``, ``over_1000_m``."""
    bands = (
        Field(f"band_{low:g}_{high:g}_m", FieldType.INTEGER, "export.field.band", f"to_{high:g}_m")
        for low, high in itertools.pairwise((0.0, *bands_m))
    )
    farther = (
        Field(f"over_{last:g}_m", FieldType.INTEGER, "export.field.farther", f"over_{last:g}")
        for last in bands_m[-1:]
    )
    return (*_BEFORE_BANDS, *bands, *farther, *_AFTER_BANDS)


def table(coverage: day_care.Coverage) -> pa.Table:
    """Return coverage as a table, one row a unit."""
    records = [
        (
            *(row.code, row.name, row.level.value, row.kind, row.parent_code),
            *(row.demand, row.covered, row.beyond, row.unreachable, row.unattached, row.share),
            *(row.mean_walk_m, row.median_walk_m, row.p90_walk_m),
            *row.bands,
            *(row.farther for _ in coverage.rules.bands_m[-1:]),
            *(row.straight_covered, row.straight_share),
            *(row.places, row.places_per_100, row.centres),
            row.state.value,
            coverage.generated,
        )
        for row in coverage.rows
    ]
    return unit_figures.table(records, fields(coverage.rules.bands_m))


def coverage_batches(
    tx: Transaction, coverage: day_care.Coverage, options: ExportOptions
) -> Iterator[pa.RecordBatch]:
    """Stream coverage with the boundaries of the units, of one level if so asked."""
    if options.level is not None:
        rows = tuple(row for row in coverage.rows if row.level is options.level)
        coverage = dataclasses.replace(coverage, rows=rows)
    return unit_figures.with_boundaries(tx, table(coverage), options)


def area_batches(
    areas: ServiceAreas, options: ExportOptions, *, generated: bool
) -> Iterator[pa.RecordBatch]:
    """Yield the areas, the smallest limit first; a box picks areas, it does not cut them."""
    schema = fields_module.schema(AREAS)
    box = options.bbox
    for limit_m, area in zip(areas.limits_m, areas.areas, strict=True):
        touched = box is None or area.intersects(
            shapely.box(box.west, box.south, box.east, box.north)
        )
        if touched:
            yield pa.record_batch(
                [
                    pa.array([float(limit_m)]),
                    pa.array([generated]),
                    pa.array([shapely.to_wkb(area)], pa.binary()),
                ],
                schema=schema,
            )


def facts(common: Facts, coverage: day_care.Coverage) -> Facts:
    """Return the facts of coverage: common ones, and the question it answers."""
    return dataclasses.replace(
        common,
        attribution=coverage.network.attribution if coverage.network else None,
        rules=coverage.rules.name,
        max_walk_m=coverage.max_walk_m,
        min_age=coverage.query.min_age,
    )
