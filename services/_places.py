"""What assignment needs to know of every sort of place alike: where their tables are."""

from dataclasses import dataclass
from typing import Final, LiteralString

from services import _copy

POINT = (("id", _copy.INT), ("lon", _copy.DOUBLE), ("lat", _copy.DOUBLE))
"""Columns of the queries that read places: id, then degrees, EPSG:4490."""


@dataclass(frozen=True)
class PlaceTables:
    """SQL of one sort of place.

    Attributes
    ----------
    subject
        ``household``, ``facility`` or ``entrance``.
    table, key
        Its table of assignments, and the place's id there.
    everywhere, some, within
        Read places: all, by id, in boxes (west, south, east, north: an array each).
    stored, stored_some, forget
        Read assignments, all or by id, and delete them.
    moved, take_out, bring_back
        The table for what is written where a border moved; delete the assignments of places to
        units, both by id; put the rows of the table back among the others, if it is another one.
    drop_indexes, make_indexes
        Of an empty table; of a full one.
    """

    subject: str
    table: LiteralString
    key: LiteralString
    everywhere: LiteralString
    some: LiteralString
    within: LiteralString
    stored: LiteralString
    stored_some: LiteralString
    forget: LiteralString
    moved: LiteralString
    take_out: LiteralString
    bring_back: LiteralString | None
    drop_indexes: LiteralString
    make_indexes: LiteralString


_EVERYWHERE: Final[LiteralString] = "SELECT id, ST_X(geom), ST_Y(geom) FROM {places}"
_SOME: Final[LiteralString] = """
    SELECT id, ST_X(geom), ST_Y(geom) FROM {places} WHERE id = ANY(%s::int[])
"""
_WITHIN: Final[LiteralString] = """
    SELECT p.id, ST_X(p.geom), ST_Y(p.geom)
    FROM unnest(%s::float8[], %s::float8[], %s::float8[], %s::float8[])
        AS box (west, south, east, north)
    JOIN {places} p ON p.geom && ST_MakeEnvelope(west, south, east, north, 4490)
"""
_STORED: Final[LiteralString] = "SELECT {key}, unit_id, valid_from, valid_to FROM {table}"
_STORED_SOME: Final[LiteralString] = """
    SELECT {key}, unit_id, valid_from, valid_to FROM {table} WHERE {key} = ANY(%s::int[])
"""
_FORGET: Final[LiteralString] = "DELETE FROM {table} WHERE {key} = ANY(%s::int[])"
# Places within a CASE: the planner weighs each of ten thousand ids otherwise.
_TAKE_OUT: Final[LiteralString] = """
    DELETE FROM {table}
    WHERE CASE WHEN {key} = ANY(%s::int[]) THEN true END AND unit_id = ANY(%s::int[])
"""
_BRING_BACK: Final[LiteralString] = """
    WITH apart AS (DELETE FROM {moved} RETURNING *) INSERT INTO {table} SELECT * FROM apart
"""
_DROP_INDEXES: Final[LiteralString] = """
    ALTER TABLE {table} DROP CONSTRAINT {table}_pkey;
    DROP INDEX {table}_unit_id_idx
"""
_MAKE_INDEXES: Final[LiteralString] = """
    ALTER TABLE {table} ADD CONSTRAINT {table}_pkey PRIMARY KEY ({key}, valid_from);
    CREATE INDEX {table}_unit_id_idx ON {table} (unit_id);
    ANALYZE {table}
"""


def _tables(
    subject: LiteralString,
    places: LiteralString,
    table: LiteralString,
    moved: LiteralString | None = None,
) -> PlaceTables:
    """Write the SQL of one sort of place, by the names that all of them go by."""
    key = subject + "_id"
    return PlaceTables(
        subject=subject,
        table=table,
        key=key,
        everywhere=_EVERYWHERE.format(places=places),
        some=_SOME.format(places=places),
        within=_WITHIN.format(places=places),
        stored=_STORED.format(key=key, table=table),
        stored_some=_STORED_SOME.format(key=key, table=table),
        forget=_FORGET.format(key=key, table=table),
        moved=moved or table,
        take_out=_TAKE_OUT.format(key=key, table=table),
        bring_back=_BRING_BACK.format(moved=moved, table=table) if moved else None,
        drop_indexes=_DROP_INDEXES.format(table=table),
        make_indexes=_MAKE_INDEXES.format(key=key, table=table),
    )


HOUSEHOLDS = _tables(
    "household", "households", "household_assignments", "household_assignments_moved"
)
FACILITIES = _tables("facility", "facilities", "facility_assignments")
ENTRANCES = _tables("entrance", "entrances", "entrance_assignments")

EVERY = (HOUSEHOLDS, FACILITIES, ENTRANCES)
"""All sorts of places."""
