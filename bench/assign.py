"""A million households into two thousand cells, stored; and one border moved."""

from datetime import date

import geopandas
import numpy as np
import psycopg
import shapely
from sqlalchemy import text

from bench import arena, data, report, timing
from gis.moved_borders import MovedBorders
from services import assignment
from services._places import HOUSEHOLDS
from services.database import Database, Transaction

_HOUSEHOLDS = 1_000_000
_MOVE_DAY = date(2026, 1, 1)
_STRIP_COLUMNS = 0.55  # along a border of townships: one per cent of the homes live there

# As its own planner joins them: the cell with the home's index, or the home with the cells'.
_JOIN = """
    CREATE TABLE peer AS
    SELECT h.id AS household_id, c.unit_id, date '-infinity' AS valid_from, date 'infinity' AS valid_to
    FROM {cells} c JOIN {homes} h ON ST_Intersects(c.geom, h.geom)
"""
_INDEXES = """
    ALTER TABLE peer ADD CONSTRAINT peer_pkey PRIMARY KEY (household_id, valid_from);
    CREATE INDEX peer_unit_id_idx ON peer (unit_id)
"""


_CAME_ELSEWHERE = """
    SELECT count(*) FROM at_first b JOIN household_assignments a USING (household_id)
    WHERE a.valid_to = 'infinity' AND a.unit_id <> b.unit_id
"""


def run(place: arena.Arena, size: arena.Size) -> report.Section:
    """Measure assignment."""
    with place.database() as database:
        drawn, lonlat = _set_up(database)
        ours = {"Wangge": timing.Contestant(lambda: _assign(database), lambda: _forget(database))}
        peers = {
            f"PostGIS, {how}": _postgis(database, *tables)
            for how, tables in {
                "cells look up indexed homes": ("peer_cells", "households"),
                "homes look up indexed cells": ("peer_cells_indexed", "peer_homes"),
                "the planner's choice": ("peer_cells_indexed", "households"),
            }.items()
        }
        taken = timing.medians({**ours, **peers}, 5 if size.full else 3)
        taken["shapely STRtree alone, nothing stored"] = timing.medians(
            {"tree": timing.Contestant(lambda: _tree(drawn.polygons, lonlat))}, 3
        )["tree"]
        taken["geopandas read, sjoin, to_postgis"] = timing.once(lambda: _geopandas(database))
        _forget(database)
        _assign(database)
        moved, households = _move_border(database)
    best = min(seconds for name, seconds in taken.items() if name.startswith("PostGIS"))
    full = taken["Wangge"]
    return report.Section(
        "assign",
        f"Assign {_HOUSEHOLDS:,} households to 2,000 cells (80,000 vertices), result stored",
        [
            *((name, report.seconds(seconds)) for name, seconds in taken.items()),
            (f"Wangge, one border moved, {households:,} households", report.seconds(moved)),
        ],
        [
            report.Claim("no slower than PostGIS's indexed join", full / best, 1.0),
            report.Claim(
                "at least 3 times faster than geopandas",
                full / taken["geopandas read, sjoin, to_postgis"],
                1 / 3,
            ),
            report.Claim("one border moved: part of the full run", moved / full, 0.05),
        ],
        [
            "PostGIS and Wangge end with the same rows and the same two indexes, committed.",
            "Wangge also reads and locates in the larger units, for homes in no cell, and keeps periods.",
            "Homes lie in their table as an import lays them: neighbours of one batch side by side.",
            "geopandas ran once.",
            "Before each move of the border the table is as the full run left it, on disk, unvisited.",
        ],
    )


def _set_up(database: Database) -> tuple[data.Cells, data.Floats]:
    drawn, lonlat = data.cells(), data.homes(_HOUSEHOLDS)
    with arena.transaction(database) as tx:
        data.store_units(tx, drawn)
        data.store_homes(tx, lonlat)
        for name in ("peer_cells", "peer_cells_indexed"):
            tx.driver.execute(
                f"CREATE TABLE {name} AS SELECT v.unit_id, ST_GeometryN(v.geom, 1) AS geom"
                " FROM unit_versions v JOIN units u ON u.id = v.unit_id"
                " WHERE u.level = 'grid'".encode()
            )
        tx.driver.execute("CREATE INDEX ON peer_cells_indexed USING gist (geom)")
        tx.driver.execute("CREATE TABLE peer_homes AS SELECT id, geom FROM households")
    arena.settle(database)
    return drawn, lonlat


def _forget(database: Database) -> None:
    with psycopg.connect(database.url) as connection:
        connection.execute("TRUNCATE household_assignments")
        connection.execute("DROP TABLE IF EXISTS peer")


def _assign(database: Database) -> None:
    with arena.transaction(database) as tx:
        done = assignment.assign_all(tx)
    if done.assigned != _HOUSEHOLDS:
        raise AssertionError(f"{done.assigned} households were assigned")


def _postgis(database: Database, cells: str, homes: str) -> timing.Contestant:
    def join() -> None:
        with psycopg.connect(database.url) as connection:
            connection.execute(_JOIN.format(cells=cells, homes=homes).encode())
            connection.execute(_INDEXES)

    return timing.Contestant(join, lambda: _forget(database))


def _tree(polygons: np.ndarray, lonlat: data.Floats) -> None:
    tree = shapely.STRtree(polygons)
    tree.query(shapely.points(lonlat), predicate="intersects")


def _geopandas(database: Database) -> None:
    engine = database.engine
    homes = geopandas.read_postgis(text("SELECT id, geom FROM households"), engine)
    cells = geopandas.read_postgis(text("SELECT unit_id, geom FROM peer_cells"), engine)
    joined = homes.sjoin(cells, predicate="intersects").drop(columns="index_right")
    joined.to_postgis("geopandas_peer", engine, if_exists="replace", index=False)


def _move_border(database: Database) -> tuple[float, int]:
    """Move the border of two townships; return the seconds of following it, and how many moved."""
    before, after = data.cells(), data.cells(township_shift=_STRIP_COLUMNS)
    with arena.transaction(database) as tx:
        tx.driver.execute("CREATE TABLE at_first AS SELECT * FROM household_assignments")
        _begin_versions(tx, before, after)
    arena.settle(database)
    codes = _changed(before, after)
    old, new = (np.array([drawn.everything[c] for c in codes]) for drawn in (before, after))
    with arena.transaction(database) as tx:
        units = tx.driver.execute("SELECT id FROM units WHERE code = ANY(%s)", (codes,)).fetchall()
    unit_ids = np.array(units).ravel()

    def follow() -> None:
        moved = MovedBorders.between(old, new)
        with arena.transaction(database) as tx:
            assignment.assign_where_borders_moved(tx, moved, unit_ids)

    seconds = timing.medians({"moved": timing.Contestant(follow, lambda: _back(database))}, 5)
    follow()
    with arena.transaction(database) as tx:
        row = tx.driver.execute(_CAME_ELSEWHERE).fetchone()
        if assignment.assign_all(tx).changed:
            raise AssertionError("the moved border was not followed everywhere")
    return seconds["moved"], int(str(row[0])) if row else 0


def _back(database: Database) -> None:
    """Lay assignments out as the full run had left them, written to disk."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        with connection.transaction():
            connection.execute("TRUNCATE household_assignments")
            connection.execute(HOUSEHOLDS.drop_indexes)
            connection.execute("INSERT INTO household_assignments SELECT * FROM at_first")
            connection.execute(HOUSEHOLDS.make_indexes)
        connection.execute("VACUUM household_assignments")
        connection.execute("CHECKPOINT")


def _changed(before: data.Cells, after: data.Cells) -> list[str]:
    """Codes of the units, of every level, whose borders are not the same."""
    old, new = before.everything, after.everything
    return [code for code in new if not new[code].equals_exact(old[code], 0)]


def _begin_versions(tx: Transaction, before: data.Cells, after: data.Cells) -> None:
    """End the versions of all units that change, cells and larger, and begin new ones."""
    new, changed = after.everything, _changed(before, after)
    with tx.driver.cursor() as cursor:
        cursor.executemany(
            "UPDATE unit_versions SET valid = daterange(lower(valid), %s)"
            " WHERE unit_id = (SELECT id FROM units WHERE code = %s)",
            [(_MOVE_DAY, code) for code in changed],
        )
        cursor.executemany(
            "INSERT INTO unit_versions (unit_id, name, kind, valid, geom)"
            " SELECT u.id, v.name, v.kind, daterange(%s, NULL), ST_GeomFromWKB(%s, 4490)"
            " FROM units u JOIN unit_versions v ON v.unit_id = u.id WHERE u.code = %s",
            [(_MOVE_DAY, shapely.to_wkb(new[code]), code) for code in changed],
        )
