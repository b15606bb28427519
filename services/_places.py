"""What assignment needs to know of every sort of place alike: where their tables are."""

from dataclasses import dataclass
from typing import LiteralString

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
        Places are within a CASE: the planner weighs each of ten thousand ids otherwise.
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


HOUSEHOLDS = PlaceTables(
    subject="household",
    table="household_assignments",
    key="household_id",
    everywhere="SELECT id, ST_X(geom), ST_Y(geom) FROM households",
    some="SELECT id, ST_X(geom), ST_Y(geom) FROM households WHERE id = ANY(%s::int[])",
    within="""
        SELECT h.id, ST_X(h.geom), ST_Y(h.geom)
        FROM unnest(%s::float8[], %s::float8[], %s::float8[], %s::float8[])
            AS box (west, south, east, north)
        JOIN households h ON h.geom && ST_MakeEnvelope(west, south, east, north, 4490)""",
    stored="SELECT household_id, unit_id, valid_from, valid_to FROM household_assignments",
    stored_some="""
        SELECT household_id, unit_id, valid_from, valid_to FROM household_assignments
        WHERE household_id = ANY(%s::int[])""",
    forget="DELETE FROM household_assignments WHERE household_id = ANY(%s::int[])",
    moved="household_assignments_moved",
    take_out="""
        DELETE FROM household_assignments
        WHERE CASE WHEN household_id = ANY(%s::int[]) THEN true END AND unit_id = ANY(%s::int[])""",
    bring_back="""
        WITH apart AS (DELETE FROM household_assignments_moved RETURNING *)
        INSERT INTO household_assignments SELECT * FROM apart""",
    drop_indexes="""
        ALTER TABLE household_assignments DROP CONSTRAINT household_assignments_pkey;
        DROP INDEX household_assignments_unit_id_idx""",
    make_indexes="""
        ALTER TABLE household_assignments
            ADD CONSTRAINT household_assignments_pkey PRIMARY KEY (household_id, valid_from);
        CREATE INDEX household_assignments_unit_id_idx ON household_assignments (unit_id);
        ANALYZE household_assignments""",
)

FACILITIES = PlaceTables(
    subject="facility",
    table="facility_assignments",
    key="facility_id",
    everywhere="SELECT id, ST_X(geom), ST_Y(geom) FROM facilities",
    some="SELECT id, ST_X(geom), ST_Y(geom) FROM facilities WHERE id = ANY(%s::int[])",
    within="""
        SELECT f.id, ST_X(f.geom), ST_Y(f.geom)
        FROM unnest(%s::float8[], %s::float8[], %s::float8[], %s::float8[])
            AS box (west, south, east, north)
        JOIN facilities f ON f.geom && ST_MakeEnvelope(west, south, east, north, 4490)""",
    stored="SELECT facility_id, unit_id, valid_from, valid_to FROM facility_assignments",
    stored_some="""
        SELECT facility_id, unit_id, valid_from, valid_to FROM facility_assignments
        WHERE facility_id = ANY(%s::int[])""",
    forget="DELETE FROM facility_assignments WHERE facility_id = ANY(%s::int[])",
    moved="facility_assignments",
    take_out="""
        DELETE FROM facility_assignments
        WHERE CASE WHEN facility_id = ANY(%s::int[]) THEN true END AND unit_id = ANY(%s::int[])""",
    bring_back=None,
    drop_indexes="""
        ALTER TABLE facility_assignments DROP CONSTRAINT facility_assignments_pkey;
        DROP INDEX facility_assignments_unit_id_idx""",
    make_indexes="""
        ALTER TABLE facility_assignments
            ADD CONSTRAINT facility_assignments_pkey PRIMARY KEY (facility_id, valid_from);
        CREATE INDEX facility_assignments_unit_id_idx ON facility_assignments (unit_id);
        ANALYZE facility_assignments""",
)

ENTRANCES = PlaceTables(
    subject="entrance",
    table="entrance_assignments",
    key="entrance_id",
    everywhere="SELECT id, ST_X(geom), ST_Y(geom) FROM entrances",
    some="SELECT id, ST_X(geom), ST_Y(geom) FROM entrances WHERE id = ANY(%s::int[])",
    within="""
        SELECT e.id, ST_X(e.geom), ST_Y(e.geom)
        FROM unnest(%s::float8[], %s::float8[], %s::float8[], %s::float8[])
            AS box (west, south, east, north)
        JOIN entrances e ON e.geom && ST_MakeEnvelope(west, south, east, north, 4490)""",
    stored="SELECT entrance_id, unit_id, valid_from, valid_to FROM entrance_assignments",
    stored_some="""
        SELECT entrance_id, unit_id, valid_from, valid_to FROM entrance_assignments
        WHERE entrance_id = ANY(%s::int[])""",
    forget="DELETE FROM entrance_assignments WHERE entrance_id = ANY(%s::int[])",
    moved="entrance_assignments",
    take_out="""
        DELETE FROM entrance_assignments
        WHERE CASE WHEN entrance_id = ANY(%s::int[]) THEN true END AND unit_id = ANY(%s::int[])""",
    bring_back=None,
    drop_indexes="""
        ALTER TABLE entrance_assignments DROP CONSTRAINT entrance_assignments_pkey;
        DROP INDEX entrance_assignments_unit_id_idx""",
    make_indexes="""
        ALTER TABLE entrance_assignments
            ADD CONSTRAINT entrance_assignments_pkey PRIMARY KEY (entrance_id, valid_from);
        CREATE INDEX entrance_assignments_unit_id_idx ON entrance_assignments (unit_id);
        ANALYZE entrance_assignments""",
)

EVERY = (HOUSEHOLDS, FACILITIES, ENTRANCES)
"""All sorts of places."""
