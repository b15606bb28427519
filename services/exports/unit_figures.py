"""Figures of units, joined with their boundaries as these stream from the database.

The figures are a few thousand rows and rest in memory; the boundaries, which are what is large,
pass through in batches.
"""

from collections.abc import Iterator, Sequence
from typing import LiteralString

import pyarrow as pa
import pyarrow.compute as pc

from services import population as population_module
from services.database import Transaction
from services.exports import fields as fields_module
from services.exports import rows, stored
from services.exports.fields import Field, FieldType, field
from services.exports.options import ExportOptions

UNIT: tuple[Field, ...] = (
    field("code", FieldType.TEXT),
    field("name", FieldType.TEXT),
    field("level", FieldType.TEXT),
    field("kind", FieldType.TEXT),
    field("parent_code", FieldType.TEXT, "parent"),
)
POPULATION: tuple[Field, ...] = (
    *UNIT,
    field("households", FieldType.INTEGER),
    field("residents", FieldType.INTEGER),
    field("age_0_14", FieldType.INTEGER),
    field("age_15_59", FieldType.INTEGER),
    field("age_60_plus", FieldType.INTEGER, "age_60plus"),
    field("generated", FieldType.BOOLEAN),
)

_CODE = pa.schema([pa.field("code", pa.string())])
_BOUNDARIES: LiteralString = """
SELECT u.code, ST_AsBinary(v.geom)
FROM units u
JOIN unit_versions v ON v.unit_id = u.id AND v.valid @> %(as_of)s::date
WHERE (%(unit)s::text IS NULL OR starts_with(u.code, %(unit)s::text))
  AND (%(level)s::text IS NULL OR u.level = %(level)s::text)
  AND (%(west)s::float8 IS NULL OR ST_Intersects(
    v.geom, ST_MakeEnvelope(%(west)s::float8, %(south)s, %(east)s, %(north)s, 4490)))
ORDER BY u.code
"""


def with_boundaries(
    tx: Transaction, figures: pa.Table, options: ExportOptions
) -> Iterator[pa.RecordBatch]:
    """Stream rows of figures with the boundary of their unit.

    Parameters
    ----------
    figures
        One row a unit; the column ``code`` says which.

    Yields
    ------
    pa.RecordBatch
        Columns of `figures` and the geometry, by code; units without figures are left out.
    """
    schema = _CODE.append(pa.field(fields_module.GEOMETRY, pa.binary()))
    for batch in rows.batches(tx, _BOUNDARIES, stored.parameters(options), schema):
        position = pc.index_in(batch.column("code"), value_set=figures.column("code"))
        known = pc.is_valid(position)
        taken = figures.take(position.filter(known)).combine_chunks()
        joined = taken.append_column(schema.field(1), batch.column(1).filter(known))
        yield from joined.to_batches()


def population_table(people: population_module.Population) -> pa.Table:
    """Return the population's rows as a table with the columns `POPULATION`."""
    generated = people.generated
    records = [
        (
            *(row.unit.code, row.unit.name, row.unit.level.value, row.unit.kind),
            row.unit.parent_code,
            *(row.households, row.residents, row.age_0_14, row.age_15_59, row.age_60_plus),
            generated,
        )
        for row in people.rows
    ]
    return table(records, POPULATION)


def table(records: Sequence[tuple[object, ...]], fields: tuple[Field, ...]) -> pa.Table:
    """Return rows of Python values as a table."""
    columns = list(zip(*records, strict=True)) or [()] * len(fields)
    schema = pa.schema([item.arrow for item in fields])
    arrays = [pa.array(values, column.type) for values, column in zip(columns, schema, strict=True)]
    return pa.table(arrays, schema=schema)
