"""Households, for those who answer for them: where they are and how many live there, no names.

Row-level security decides which: in the role of staff, those of the own units. Whoever takes
them along is written to the audit log first.
"""

from collections.abc import Iterator
from typing import LiteralString

import pyarrow as pa

from services.database import Transaction
from services.exports import fields as fields_module
from services.exports import rows, stored
from services.exports.fields import Field, FieldType, field
from services.exports.options import ExportOptions

FIELDS = (
    field("code", FieldType.TEXT),
    field("address", FieldType.TEXT),
    field("building", FieldType.TEXT),
    field("entrance", FieldType.TEXT),
    field("floor", FieldType.TEXT),
    field("room", FieldType.TEXT),
    field("unit_code", FieldType.TEXT),
    Field("residents", FieldType.INTEGER, "export.field.residents_there", "residents"),
    Field("age_60_plus", FieldType.INTEGER, "export.field.aged_60_there", "age_60"),
    field("age_80_plus", FieldType.INTEGER, "age_80"),
    field("lives_alone", FieldType.INTEGER, "alone"),
    field("disabled", FieldType.INTEGER),
)

_SQL: LiteralString = """
SELECT h.code, h.address, h.building, h.entrance, h.floor, h.room, u.code,
    p.residents, p.aged_60, p.aged_80, p.alone, p.disabled, ST_AsBinary(h.geom)
FROM households h
LEFT JOIN household_assignments a
    ON a.household_id = h.id AND a.valid_from <= %(as_of)s::date AND a.valid_to > %(as_of)s::date
LEFT JOIN units u ON u.id = a.unit_id
CROSS JOIN LATERAL (
    SELECT count(*) AS residents,
        count(*) FILTER (WHERE birth_date <= %(as_of)s::date - interval '60 years') AS aged_60,
        count(*) FILTER (WHERE birth_date <= %(as_of)s::date - interval '80 years') AS aged_80,
        count(*) FILTER (WHERE lives_alone) AS alone,
        count(*) FILTER (WHERE disability_type IS NOT NULL OR disability_grade IS NOT NULL)
            AS disabled
    FROM residents r WHERE r.household_id = h.id AND birth_date <= %(as_of)s::date
        AND (r.left_on IS NULL OR r.left_on > %(as_of)s::date)) p
WHERE (%(unit)s::text IS NULL OR starts_with(u.code, %(unit)s::text))
  AND (%(west)s::float8 IS NULL OR ST_Intersects(
    h.geom, ST_MakeEnvelope(%(west)s::float8, %(south)s, %(east)s, %(north)s, 4490)))
ORDER BY h.code
"""


def batches(tx: Transaction, options: ExportOptions) -> Iterator[pa.RecordBatch]:
    """Stream the households that the transaction may see."""
    return rows.batches(tx, _SQL, stored.parameters(options), fields_module.schema(FIELDS))
