"""Finding households: what fits, in the right order, once each, and never a stranger's."""

import random
from datetime import date

import numpy as np
import pytest
import sqlalchemy as sa

from gis import crs
from services import audit, errors
from services.households import finding
from services.households.finding import People, Query
from tests.services import staff
from tests.services.small_district import GRIDS, METRIC, SIDE, SOUTH, WEST

DAY = date(2026, 11, 23)
PEOPLE = [(2, 3, 20), (0, 0, 10), *[(0, 0, 3)] * 6]
CENTRE = (WEST + SIDE * 0.6, SOUTH + SIDE * 0.4)


@pytest.fixture
def hired(database) -> staff.Staff:
    made = staff.hire(database, PEOPLE)
    scatter = random.Random(7)
    with made.owner() as tx:
        for (number,) in tx.sql.execute(sa.text("SELECT id FROM households ORDER BY id")).all():
            values = {"id": number, "x": scatter.random(), "y": scatter.random()}
            tx.sql.execute(
                sa.text("""
                    UPDATE households SET
                        address = format('龙湖路%s号', id),
                        geom = ST_SetSRID(ST_MakePoint(
                            ST_X(geom) + (:x - 0.5) * 0.009, ST_Y(geom) + (:y - 0.5) * 0.009), 4490)
                    WHERE id = :id
                """),
                values,
            )
        tx.sql.execute(
            sa.text("""
                UPDATE residents SET name = '王小明', lives_alone = true, disability_grade = 2,
                    tags = '{empty_nest}' WHERE code = 'RH0-70-3'
            """)
        )
        tx.commit()
    return made


def _all(hired, query: Query, name: str = "manager") -> list[finding.Found]:
    found: list[finding.Found] = []
    with hired.meeting(name) as tx:
        while page := finding.find(tx, query):
            found += page
            last = page[-1]
            query = Query(**{**vars(query), "after": (last.distance_m or 0, last.code)})
    return found


def _distances(hired) -> dict[str, float]:
    """Metres of every household of the manager's units, reckoned apart."""
    with hired.owner() as tx:
        rows = tx.sql.execute(
            sa.text("SELECT code, ST_X(geom), ST_Y(geom) FROM households WHERE code ~ '^H[01]-'")
        ).all()
    lonlat = np.array([(row[1], row[2]) for row in rows] + [CENTRE])
    xy = crs.project(lonlat, crs.STORED, METRIC)
    metres = np.hypot(*(xy[:-1] - xy[-1]).T)
    return {row[0]: float(m) for row, m in zip(rows, metres, strict=True)}


@pytest.mark.parametrize("radius", [50, 300, 900, 20_000])
@pytest.mark.parametrize("limit", [3, 200])
def test_nearest_first_by_metres_paged_without_loss(hired, radius: float, limit: int) -> None:
    found = _all(hired, Query(DAY, near=CENTRE, radius_m=radius, limit=limit))
    expected = {code: m for code, m in _distances(hired).items() if m <= radius}
    assert [home.code for home in found] == sorted(expected, key=lambda code: expected[code])
    for home in found:
        assert home.distance_m == pytest.approx(expected[home.code], abs=0.01)


@pytest.mark.parametrize(
    ("name", "count"), [("worker", 25), ("manager", 35), ("planner", 0), ("admin", 0)]
)
def test_each_finds_own_households_wherever_they_stand(hired, name: str, count: int) -> None:
    assert len(_all(hired, Query(DAY), name)) == count
    far = (WEST + SIDE * 7.5, SOUTH + SIDE / 2)
    assert _all(hired, Query(DAY, near=far, radius_m=500), name) == []


def test_filters_are_about_one_person_and_combine(hired) -> None:
    one = People(name="小明", min_age=60, lives_alone=True, worst_grade=2, tag="empty_nest")
    assert [home.code for home in _all(hired, Query(DAY, people=one))] == ["H0-70-3"]
    for other in (
        People(name="小明", max_age=60),
        People(name="小明", worst_grade=1),
        People(name="小_"),
        People(tag="unemployed"),
    ):
        assert _all(hired, Query(DAY, people=other)) == []
    assert len(_all(hired, Query(DAY, people=People(max_age=12)))) == 2


def test_by_unit_box_and_address(hired) -> None:
    assert {home.code[:2] for home in _all(hired, Query(DAY, unit=GRIDS[1]))} == {"H1"}
    west = (WEST, SOUTH, WEST + SIDE, SOUTH + SIDE)
    assert {home.code[:2] for home in _all(hired, Query(DAY, box=west))} == {"H0"}
    with hired.meeting("manager") as tx:
        number = tx.sql.execute(
            sa.text("SELECT id FROM households WHERE code = 'H0-70-3'")
        ).scalar_one()
    found = _all(hired, Query(DAY, text=f"湖路{number}号"))
    assert [home.code for home in found] == ["H0-70-3"]
    for nothing in ("%", "_", "\\", "' OR 1=1 --", "\x00%"):
        assert _all(hired, Query(DAY, text=nothing)) == []


def test_overdue_visits(hired) -> None:
    assert _all(hired, Query(DAY, overdue=True)) == []
    with hired.owner() as tx:
        tx.sql.execute(sa.text("UPDATE visit_rules SET since = '2026-11-01'"))
        tx.commit()
    assert [home.code for home in _all(hired, Query(DAY, overdue=True))] == ["H0-70-3"]


def test_what_cannot_be_asked_is_refused() -> None:
    for wrong in (
        {"radius_m": 0.0},
        {"radius_m": 1e9},
        {"text": "字" * 10_000_000},
        {"people": People(name="字" * 101)},
        {"box": (2.0, 0.0, 1.0, 1.0)},
    ):
        with pytest.raises(errors.RefusedError):
            Query(DAY, **wrong)


def test_the_log_says_how_not_whom(hired) -> None:
    with hired.meeting("worker") as tx:
        finding.find(tx, Query(DAY, text="龙湖", people=People(name="王小明")))
        tx.commit()
    with hired.owner() as tx:
        (line,) = audit.lines(tx, audit.Filter(action="household"))
    assert line.details == {"found": 1, "asked": ["text", "people.name"]}
