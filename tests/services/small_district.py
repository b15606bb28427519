"""A district of squares, small enough to work out every figure by hand.

Two townships side by side, two communities in each, two grids in each: eight squares of 0.01
degrees in a row, west to east. One path along the middle of the row, one day-care centre at its
west end. People are put into the squares by age.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np
import shapely

from gis import crs
from gis import network as networks
from services import assignment, network
from services.database import Transaction

WEST, SOUTH, SIDE = 116.80, 32.60, 0.01
DAY = date(2026, 11, 23)
METRIC = 4548
DISTRICT = "340405"
GRIDS = [
    f"{DISTRICT}00{township}00{community}00{grid}"
    for township in (1, 2)
    for community in (1, 2)
    for grid in (1, 2)
]
_LENGTHS = {"district": (6, 8), "township": (9, 4), "community": (12, 2), "grid": (15, 1)}
_KINDS = {
    "district": "district",
    "township": "subdistrict",
    "community": "community",
    "grid": "residential",
}

People = Sequence[tuple[int, int, int]]
"""For each grid from the west: people of 10, 40 and 70 years."""


def fill(tx: Transaction, people: People = (), *, generated: bool = False) -> None:
    """Make the district; nothing is committed."""
    run = tx.driver.execute(
        "INSERT INTO import_runs (kind, file_name, caller, status, generated)"
        " VALUES ('units', 'small', 'test', 'done', %s) RETURNING id",
        (generated,),
    ).fetchone()
    assert run is not None
    run_id = int(str(run[0]))
    _units(tx, run_id)
    _facilities(tx, run_id)
    _people(tx, people)
    store_network(tx, [[(0.0, 0.5), (1.5, 0.5)], [(1.5, 0.5), (8.0, 0.5)]], run_id)
    assignment.assign_all(tx)


def square(first: int, count: int = 1) -> shapely.MultiPolygon:
    """Squares side by side, drawn clockwise: against the right-hand rule."""
    west = WEST + SIDE * first
    box = shapely.box(west, SOUTH, west + SIDE * count, SOUTH + SIDE, ccw=False)
    return shapely.MultiPolygon([box])


def place(x: float, y: float = 0.5) -> shapely.Point:
    """A point, counted in squares from the south-west corner."""
    return shapely.Point(WEST + SIDE * x, SOUTH + SIDE * y)


def store_network(
    tx: Transaction, lines: Sequence[Sequence[tuple[float, float]]], run: int | None = None
) -> None:
    """Store lines, counted in squares, as the walking network."""
    drawn = [shapely.LineString([place(x, y) for x, y in line]) for line in lines]
    metric = crs.project_geometries(np.array(drawn, dtype=object), crs.STORED, METRIC)
    attributes = networks.WayAttributes(
        np.ones(len(lines), dtype=np.int8), np.zeros(len(lines), dtype=np.int16), ("footway",)
    )
    built = networks.build_from_lines(metric, attributes)
    source = network.Source("small", "0" * 64, METRIC, "© the surveyors", run)
    network.store(tx, built, source)


def _units(tx: Transaction, run: int) -> None:
    for level, (length, span) in _LENGTHS.items():
        for first in range(0, 8, span):
            code = GRIDS[first][:length]
            parent = code[:-3] if level != "district" else None
            tx.driver.execute(
                "WITH u AS (INSERT INTO units (code, level, parent_code, metric_epsg)"
                " VALUES (%s, %s, %s, %s) RETURNING id)"
                " INSERT INTO unit_versions (unit_id, name, kind, valid, geom, import_run_id)"
                " SELECT id, %s, %s, '[2000-01-01,)', ST_GeomFromWKB(%s, 4490), %s FROM u",
                (
                    *(code, level, parent, None if parent else METRIC),
                    *(f"单元{code}", _KINDS[level], shapely.to_wkb(square(first, span)), run),
                ),
            )


def _facilities(tx: Transaction, run: int) -> None:
    rows = [
        ("D1", "day_care", '=HYPERLINK("x")', 40, date(2021, 5, 1), None, place(0.01)),
        ("D2", "day_care", "明天开\n的中心", 10, date(2026, 11, 24), None, place(7.5)),
        ("O1", "community_office", '社区"用房"', None, None, date(2030, 1, 1), place(4.5)),
        ("X1", "other", "-区外", None, None, None, place(20)),
    ]
    for code, kind, name, capacity, opened, closed, where in rows:
        tx.driver.execute(
            "INSERT INTO facilities"
            " (code, kind, name, capacity, opened_on, closed_on, geom, import_run_id)"
            " VALUES (%s, %s, %s, %s, %s, %s, ST_GeomFromWKB(%s, 4490), %s)",
            (code, kind, name, capacity, opened, closed, shapely.to_wkb(where), run),
        )


def _people(tx: Transaction, people: People) -> None:
    with tx.driver.cursor() as cursor:
        for number, by_age in enumerate(people):
            for age, count in zip((10, 40, 70), by_age, strict=True):
                cursor.execute(
                    "WITH h AS (INSERT INTO households (code, geom)"
                    " SELECT format('H%%s-%%s-%%s', %(n)s::int, %(age)s::int, i),"
                    "   ST_GeomFromWKB(%(at)s, 4490)"
                    " FROM generate_series(1, %(count)s::int) i RETURNING id, code)"
                    " INSERT INTO residents (code, household_id, name, birth_date)"
                    " SELECT 'R' || code, id, '某某', %(born)s::date FROM h",
                    {
                        "n": number,
                        "age": age,
                        "at": shapely.to_wkb(place(number + 0.5)),
                        "count": count,
                        "born": date(DAY.year - age, 1, 1),
                    },
                )
