"""Collections that are tables of the database: units, facilities, network edges."""

from collections.abc import Iterator
from typing import LiteralString

import pyarrow as pa

from services.database import Transaction
from services.exports import fields as fields_module
from services.exports import rows
from services.exports.fields import Field, FieldType, field
from services.exports.options import ExportOptions

UNITS: tuple[Field, ...] = (
    field("code", FieldType.TEXT),
    field("name", FieldType.TEXT),
    field("level", FieldType.TEXT),
    field("kind", FieldType.TEXT),
    field("parent_code", FieldType.TEXT, "parent"),
    field("valid_from", FieldType.DATE),
    field("valid_to", FieldType.DATE),
    field("generated", FieldType.BOOLEAN),
)
FACILITIES: tuple[Field, ...] = (
    field("code", FieldType.TEXT),
    Field("kind", FieldType.TEXT, "export.field.facility_kind", "kind"),
    field("name", FieldType.TEXT),
    field("address", FieldType.TEXT),
    field("floor_area", FieldType.NUMBER),
    field("capacity", FieldType.INTEGER),
    field("opened_on", FieldType.DATE),
    field("closed_on", FieldType.DATE),
    field("rise_m", FieldType.NUMBER),
    field("run_m", FieldType.NUMBER),
    field("width_m", FieldType.NUMBER),
    field("handrail", FieldType.BOOLEAN),
    field("landing", FieldType.BOOLEAN),
    field("serves_code", FieldType.TEXT, "serves"),
    field("unit_code", FieldType.TEXT),
    field("generated", FieldType.BOOLEAN),
)
NETWORK: tuple[Field, ...] = (
    field("id", FieldType.INTEGER),
    field("source", FieldType.INTEGER),
    field("target", FieldType.INTEGER),
    field("length_m", FieldType.NUMBER),
    field("step_free", FieldType.BOOLEAN),
    field("highway", FieldType.TEXT),
    Field("name", FieldType.TEXT, "export.field.road_name", "name"),
    field("generated", FieldType.BOOLEAN),
)

_UNITS_SQL: LiteralString = """
SELECT u.code, v.name, u.level, v.kind, u.parent_code,
    CASE WHEN NOT lower_inf(v.valid) THEN lower(v.valid) END,
    CASE WHEN NOT upper_inf(v.valid) THEN upper(v.valid) END,
    coalesce(r.generated, false), ST_AsBinary(v.geom)
FROM units u
JOIN unit_versions v ON v.unit_id = u.id AND v.valid @> %(as_of)s::date
LEFT JOIN import_runs r ON r.id = v.import_run_id
WHERE (%(unit)s::text IS NULL OR starts_with(u.code, %(unit)s::text))
  AND (%(level)s::text IS NULL OR u.level = %(level)s::text)
  AND (%(west)s::float8 IS NULL OR ST_Intersects(
    v.geom, ST_MakeEnvelope(%(west)s::float8, %(south)s, %(east)s, %(north)s, 4490)))
  AND (%(after)s::text IS NULL OR u.code > %(after)s::text)
  AND (%(key)s::text IS NULL OR u.code = %(key)s::text)
ORDER BY u.code
"""
_FACILITIES_SQL: LiteralString = """
SELECT f.code, f.kind, f.name, f.address, f.floor_area, f.capacity, f.opened_on, f.closed_on,
    f.rise_m, f.run_m, f.width_m, f.handrail, f.landing, f.serves_code, u.code,
    coalesce(r.generated, false), ST_AsBinary(f.geom)
FROM facilities f
LEFT JOIN facility_assignments a
    ON a.facility_id = f.id AND a.valid_from <= %(as_of)s::date AND a.valid_to > %(as_of)s::date
LEFT JOIN units u ON u.id = a.unit_id
LEFT JOIN import_runs r ON r.id = f.import_run_id
WHERE coalesce(f.opened_on <= %(as_of)s::date, true)
  AND coalesce(f.closed_on > %(as_of)s::date, true)
  AND (%(kind)s::text IS NULL OR f.kind = %(kind)s::text)
  AND (%(unit)s::text IS NULL OR starts_with(u.code, %(unit)s::text))
  AND (%(west)s::float8 IS NULL OR ST_Intersects(
    f.geom, ST_MakeEnvelope(%(west)s::float8, %(south)s, %(east)s, %(north)s, 4490)))
  AND (%(after)s::text IS NULL OR f.code > %(after)s::text)
  AND (%(key)s::text IS NULL OR f.code = %(key)s::text)
ORDER BY f.code
"""
# The network has no history: the newest one is given out whatever the day; its unit's boundary
# is that of the day. ST_Intersects keeps edges that cross the boundary, on both sides of it.
_NETWORK_SQL: LiteralString = """
SELECT e.id, e.source, e.target, round(e.length_m::numeric, 3)::float8, e.step_free, e.highway, e.name,
    coalesce(r.generated, false), ST_AsBinary(e.geom)
FROM networks n
JOIN network_edges e ON e.network_id = n.id
LEFT JOIN import_runs r ON r.id = n.import_run_id
WHERE n.id = (SELECT max(id) FROM networks)
  AND (%(unit)s::text IS NULL OR ST_Intersects(e.geom, (
    SELECT v.geom FROM units u JOIN unit_versions v ON v.unit_id = u.id
    WHERE u.code = %(unit)s::text AND v.valid @> %(as_of)s::date)))
  AND (%(west)s::float8 IS NULL OR ST_Intersects(
    e.geom, ST_MakeEnvelope(%(west)s::float8, %(south)s, %(east)s, %(north)s, 4490)))
  AND (%(after)s::text IS NULL OR e.id > %(after)s::text::bigint)
  AND (%(key)s::text IS NULL OR e.id = %(key)s::text::bigint)
ORDER BY e.id
"""


def units(tx: Transaction, options: ExportOptions) -> Iterator[pa.RecordBatch]:
    """Stream the units of the day."""
    return _rows(tx, _UNITS_SQL, UNITS, options)


def facilities(tx: Transaction, options: ExportOptions) -> Iterator[pa.RecordBatch]:
    """Stream the facilities that are open on the day."""
    return _rows(tx, _FACILITIES_SQL, FACILITIES, options)


def network(tx: Transaction, options: ExportOptions) -> Iterator[pa.RecordBatch]:
    """Stream the edges of the walking network."""
    return _rows(tx, _NETWORK_SQL, NETWORK, options)


def count_units(tx: Transaction, options: ExportOptions) -> int:
    """Count the units of the day."""
    return rows.count(tx, _UNITS_SQL, parameters(options))


def count_facilities(tx: Transaction, options: ExportOptions) -> int:
    """Count the facilities that are open on the day."""
    return rows.count(tx, _FACILITIES_SQL, parameters(options))


def count_network(tx: Transaction, options: ExportOptions) -> int:
    """Count the edges of the walking network."""
    return rows.count(tx, _NETWORK_SQL, parameters(options))


def _rows(
    tx: Transaction, query: LiteralString, fields: tuple[Field, ...], options: ExportOptions
) -> Iterator[pa.RecordBatch]:
    return rows.batches(tx, query, parameters(options), fields_module.schema(fields))


def parameters(options: ExportOptions) -> dict[str, object]:
    """Return the placeholders that every query of an export has."""
    box = options.bbox
    return {
        "as_of": options.as_of,
        "unit": options.unit,
        "level": options.level.value if options.level else None,
        "kind": options.kind.value if options.kind else None,
        "after": options.after,
        "key": options.key,
        "west": box.west if box else None,
        "south": box.south if box else None,
        "east": box.east if box else None,
        "north": box.north if box else None,
    }
