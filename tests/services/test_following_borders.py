"""Following borders step by step ends where assigning everything anew does, and by definition."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pytest
import shapely
import sqlalchemy as sa

from gis.moved_borders import MovedBorders
from services import assignment
from services.database import Transaction
from tests.services import builders

SIDE = 4
WEST, SOUTH, SIZE = 116.80, 32.60, 0.01
COMMUNITY = "340405001001"
FIRST_DAY, LONG_AGO, FOR_GOOD = date(2020, 1, 1), date(1, 1, 1), date(9999, 1, 1)


@dataclass(frozen=True)
class Version:
    """A unit's boundary during [begins, ends)."""

    code: str
    begins: date
    ends: date
    shape: shapely.Geometry


def _cells(rng: np.random.Generator) -> dict[str, shapely.Geometry]:
    """Cells between shaken corners; they share borders and fill the community."""
    column, row = np.meshgrid(np.arange(SIDE + 1.0), np.arange(SIDE + 1.0), indexing="ij")
    corner = np.stack([column, row], axis=-1)
    corner[1:-1, 1:-1] += rng.uniform(-0.45, 0.45, (SIDE - 1, SIDE - 1, 2)).round(2)
    corner = corner * SIZE + (WEST, SOUTH)
    return {
        f"{COMMUNITY}{i * SIDE + j + 1:03}": shapely.Polygon(
            [corner[i, j], corner[i + 1, j], corner[i + 1, j + 1], corner[i, j + 1]]
        )
        for i in range(SIDE)
        for j in range(SIDE)
    }


def _homes(tx: Transaction, rng: np.random.Generator, cells: dict[str, shapely.Geometry]) -> None:
    """Put homes anywhere, on corners, and on borders; some of them lie outside."""
    corners = shapely.get_coordinates(list(cells.values()))[::3]
    scattered = rng.uniform(-0.2, SIDE + 0.2, (120, 2)) * SIZE + (WEST, SOUTH)
    for number, (lon, lat) in enumerate(np.vstack([scattered, corners]).tolist()):
        builders.household(tx, f"H{number}", lon, lat)
        if number % 10 == 0:
            builders.facility(tx, f"F{number}", lon, lat)


def _write(tx: Transaction, versions: list[Version]) -> None:
    tx.sql.execute(sa.text("DELETE FROM unit_versions"))
    for v in versions:
        begins, ends = (None if day in {LONG_AGO, FOR_GOOD} else day for day in (v.begins, v.ends))
        builders.unit(tx, v.code, v.shape, begins, ends)


def _step(
    rng: np.random.Generator, versions: list[Version], day: date
) -> tuple[list[Version], MovedBorders, set[str]]:
    """Move some borders from a day on, or as if they had always run so; drop a cell at times."""
    cells = _cells(rng)
    drawn_anew = set(rng.choice(sorted(cells), rng.integers(1, len(cells)), replace=False))
    corrected, dropped = rng.random() < 0.3, rng.random() < 0.3
    after, old, new = [], [], []
    for v in versions:
        if v.code not in drawn_anew or v.ends != FOR_GOOD:
            after.append(v)
            continue
        shape = None if dropped and v.code == max(drawn_anew) else cells[v.code]
        old.append(v.shape)
        new.append(shape)
        if not corrected:
            after.append(replace(v, ends=day))
        if shape is not None:
            after.append(replace(v, begins=v.begins if corrected else day, shape=shape))
    moved = MovedBorders.between(np.array(old, dtype=object), np.array(new, dtype=object))
    return after, moved, drawn_anew


def _stored(tx: Transaction, place: str) -> set[tuple[str, str, date, date]]:
    rows = tx.sql.execute(
        sa.text(
            "SELECT p.code, u.code AS unit, greatest(valid_from, :first), least(valid_to, :last)"
            f" FROM {place}_assignments a JOIN units u ON u.id = a.unit_id"
            f" JOIN {'households' if place == 'household' else 'facilities'} p"
            f" ON p.id = a.{place}_id"
        ),
        {"first": LONG_AGO, "last": FOR_GOOD},
    ).all()
    assert len(set(rows)) == len(rows)
    return {tuple(row) for row in rows}


def _by_definition(
    tx: Transaction, versions: list[Version], table: str
) -> set[tuple[str, str, date, date]]:
    """Day by day of change, the lowest unit that covers a place, the lowest code of several."""
    days = sorted({v.begins for v in versions} | {v.ends for v in versions})
    found = set()
    query = sa.text(f"SELECT code, ST_X(geom) AS x, ST_Y(geom) AS y FROM {table}")
    for code, x, y in tx.sql.execute(query):
        covering = [v for v in versions if v.shape.intersects(shapely.Point(x, y))]
        unit, since = None, LONG_AGO
        for day in days:
            at = [v.code for v in covering if v.begins <= day < v.ends]
            now = min(at, key=lambda c: (-len(c), c), default=None)
            if now != unit:
                if unit is not None:
                    found.add((code, unit, since, day))
                unit, since = now, day
    return found


@pytest.mark.parametrize("seed", range(6))
def test_each_step_ends_as_by_definition(database, caller, seed: int, monkeypatch):
    rng = np.random.default_rng(seed)
    if seed % 3 == 2:  # with so few homes: as if they were many, among the others
        monkeypatch.setattr(assignment, "_MANY", 10)
    with database.transaction(caller) as tx:
        cells = _cells(rng)
        whole = shapely.box(WEST, SOUTH, WEST + SIDE * SIZE, SOUTH + SIDE * SIZE)
        above = dict.fromkeys(("340405", "340405001", COMMUNITY), whole)
        versions = [Version(c, LONG_AGO, FOR_GOOD, s) for c, s in {**above, **cells}.items()]
        _write(tx, versions)
        _homes(tx, rng, cells)
        assignment.assign_all(tx)
        for number in range(4):
            versions, moved, codes = _step(rng, versions, FIRST_DAY + timedelta(days=number))
            _write(tx, versions)
            before = _stored(tx, "household"), _stored(tx, "facility")
            written = assignment.assign_where_borders_moved(tx, moved, _unit_ids(tx, codes))
            after = _stored(tx, "household"), _stored(tx, "facility")
            assert after[0] == _by_definition(tx, versions, "households")
            assert after[1] == _by_definition(tx, versions, "facilities")
            changed = {(kind, row[0]) for kind in (0, 1) for row in before[kind] ^ after[kind]}
            assert len(changed) <= written <= _held(tx, moved)
            if number == 2:
                assert assignment.assign_all(tx).changed == 0
                assert (_stored(tx, "household"), _stored(tx, "facility")) == after
                assert _apart(tx) == 0


def _held(tx: Transaction, moved: MovedBorders) -> int:
    """How many places lie where borders moved, or nearly."""
    query = sa.text(
        "SELECT ST_X(geom), ST_Y(geom) FROM households"
        " UNION ALL SELECT ST_X(geom), ST_Y(geom) FROM facilities"
    )
    points = np.array([tuple(row) for row in tx.sql.execute(query)])
    return int(moved.narrow_areas().hold(points).sum())


def _unit_ids(tx: Transaction, codes: set[str]) -> np.ndarray:
    query = sa.text("SELECT id FROM units WHERE code = ANY(:codes)")
    return np.array(tx.sql.execute(query, {"codes": sorted(codes)}).scalars().all())


def _apart(tx: Transaction) -> int:
    query = sa.text("SELECT count(*) FROM household_assignments_moved")
    count: int = tx.sql.execute(query).scalar_one()
    return count
