"""Patrol coverage per unit, planned routes as they were walked, road sections by last pass."""

from collections.abc import Iterator
from typing import LiteralString

import numpy as np
import pyarrow as pa
import shapely

from services.database import Transaction
from services.exports import fields as fields_module
from services.exports import rows, stored, unit_figures
from services.exports.fields import Field, FieldType, field
from services.exports.options import ExportOptions
from services.patrol import snapping
from services.patrol.doing import RouteReport
from services.themes.patrol import Coverage, Ground, PatrolQuery

COVERAGE: tuple[Field, ...] = (
    *unit_figures.UNIT,
    Field("demand", FieldType.INTEGER, "export.field.patrol_demand", "demand"),
    Field("covered", FieldType.INTEGER, "export.field.patrol_covered", "covered"),
    Field("share", FieldType.NUMBER, "export.field.patrol_share", "share"),
    Field("unreachable", FieldType.INTEGER, "export.field.patrol_unreachable", "unreach"),
    field("length_m", FieldType.NUMBER),
    field("passed_m", FieldType.NUMBER),
    field("metres_share", FieldType.NUMBER, "m_share"),
    field("sections", FieldType.INTEGER),
    field("never", FieldType.INTEGER),
    field("late_m", FieldType.NUMBER),
    field("median_days", FieldType.INTEGER, "med_days"),
    field("planned_m", FieldType.NUMBER),
    field("kept_m", FieldType.NUMBER),
    field("missed_m", FieldType.NUMBER),
    field("extra_m", FieldType.NUMBER),
    Field("state", FieldType.TEXT, "export.field.patrol_state", "state"),
    field("generated", FieldType.BOOLEAN),
)
ROUTES: tuple[Field, ...] = (
    Field("code", FieldType.TEXT, "export.field.route_code", "code"),
    Field("name", FieldType.TEXT, "export.field.route_name", "name"),
    field("team", FieldType.TEXT),
    field("weekdays", FieldType.TEXT),
    field("shift", FieldType.TEXT),
    Field("valid_from", FieldType.DATE, "export.field.route_from", "valid_from"),
    Field("valid_to", FieldType.DATE, "export.field.route_to", "valid_to"),
    Field("length_m", FieldType.NUMBER, "export.field.route_length_m", "length_m"),
    field("planned", FieldType.INTEGER),
    field("done", FieldType.INTEGER),
    field("last_on", FieldType.DATE),
    field("generated", FieldType.BOOLEAN),
)
SECTIONS: tuple[Field, ...] = (
    field("id", FieldType.INTEGER),
    Field("name", FieldType.TEXT, "export.field.road_name", "name"),
    Field("unit_code", FieldType.TEXT, "export.field.section_unit", "unit_code"),
    Field("length_m", FieldType.NUMBER, "export.field.section_length_m", "length_m"),
    field("days_since", FieldType.INTEGER, "days"),
    field("passes", FieldType.INTEGER),
    field("is_planned", FieldType.BOOLEAN, "planned"),
    field("generated", FieldType.BOOLEAN),
)
_ROUTES_SQL: LiteralString = """
SELECT r.code, ST_AsBinary(r.geom) FROM patrol_routes r
WHERE (%(unit)s::text IS NULL OR ST_Intersects(r.geom, (
    SELECT v.geom FROM units u JOIN unit_versions v ON v.unit_id = u.id
    WHERE u.code = %(unit)s::text AND v.valid @> %(as_of)s::date)))
  AND (%(west)s::float8 IS NULL OR ST_Intersects(
    r.geom, ST_MakeEnvelope(%(west)s::float8, %(south)s, %(east)s, %(north)s, 4490)))
ORDER BY r.code
"""
_CODE = pa.schema([pa.field("code", pa.string()), pa.field(fields_module.GEOMETRY, pa.binary())])
_BATCH = 4096


def query(options: ExportOptions) -> PatrolQuery:
    """Return the question that an export's options ask."""
    return PatrolQuery(options.as_of, options.days, options.passes, options.unit)


def coverage_batches(
    tx: Transaction, answer: Coverage, options: ExportOptions
) -> Iterator[pa.RecordBatch]:
    """Stream coverage with the boundaries of the units, of one level if so asked."""
    chosen = [row for row in answer.rows if options.level in (None, row.level)]
    records = [
        (
            *(row.code, row.name, row.level.value, row.kind, row.parent_code),
            *(row.demand, row.covered, row.share, row.unreachable),
            *(row.length_m, row.passed_m, row.metres_share, row.sections, row.never),
            *(row.late_m, row.median_days, row.planned_m, row.kept_m, row.missed_m, row.extra_m),
            row.state.value,
            answer.generated,
        )
        for row in chosen
    ]
    return unit_figures.with_boundaries(tx, unit_figures.table(records, COVERAGE), options)


def route_batches(
    tx: Transaction, answer: Coverage, options: ExportOptions
) -> Iterator[pa.RecordBatch]:
    """Stream the routes planned in the period that touch the unit and the box."""
    reports = {report.route.code: report for report in answer.reports}
    schema = fields_module.schema(ROUTES)
    for batch in rows.batches(tx, _ROUTES_SQL, stored.parameters(options), _CODE):
        found = [
            (*_route(reports[code]), wkb)
            for code, wkb in zip(*(column.to_pylist() for column in batch.columns), strict=True)
            if code in reports
        ]
        columns = list(zip(*found, strict=True)) or [()] * len(schema)
        arrays = [pa.array(list(v), part.type) for v, part in zip(columns, schema, strict=True)]
        yield pa.record_batch(arrays, schema=schema)


def section_batches(
    ground: Ground | None, options: ExportOptions, *, generated: bool
) -> Iterator[pa.RecordBatch]:
    """Yield the road sections of residential areas, in stored order."""
    schema = fields_module.schema(SECTIONS)
    edges = np.zeros(0, np.int64) if ground is None else ground.roads.demanded(options.unit)
    for start in range(0, len(edges), _BATCH):
        assert ground is not None
        yield _sections(ground, edges[start : start + _BATCH], options, schema, generated=generated)


def _sections(
    ground: Ground,
    edges: np.ndarray[tuple[int], np.dtype[np.int64]],
    options: ExportOptions,
    schema: pa.Schema,
    *,
    generated: bool,
) -> pa.RecordBatch:
    roads, walked = ground.roads, ground.walked
    lines = snapping.lines(
        roads.stored, edges.astype(np.int32), np.zeros(len(edges)), roads.length_m[edges]
    )
    if options.bbox is not None:
        box = options.bbox
        near = shapely.intersects(lines, shapely.box(box.west, box.south, box.east, box.north))
        edges, lines = edges[near], lines[near]
    days = walked.days[edges]
    planned = np.zeros(len(roads.length_m), np.bool_)
    planned[ground.doing.edges(ground.doing.planned)] = True
    units = [roads.tree.units[int(i)].code for i in roads.unit[edges]]
    return pa.record_batch(
        [
            pa.array(edges),
            pa.array(roads.names[edges].tolist(), pa.string()),
            pa.array(units, pa.string()),
            pa.array(np.round(roads.length_m[edges], 2)),
            pa.array(np.where(np.isfinite(days), days, 0).astype(np.int64), mask=np.isinf(days)),
            pa.array(walked.count[edges]),
            pa.array(planned[edges]),
            pa.array(np.full(len(edges), generated)),
            pa.array(shapely.to_wkb(lines).tolist(), pa.binary()),
        ],
        schema=schema,
    )


def _route(report: RouteReport) -> tuple[object, ...]:
    route = report.route
    return (
        *(route.code, route.name, route.team, ",".join(map(str, route.weekdays))),
        route.shift.value if route.shift else None,
        *(route.valid_from, route.valid_to, round(route.length_m, 2)),
        *(report.planned, report.done, report.last_on),
        route.generated,
    )
