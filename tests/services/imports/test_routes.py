"""Planned routes from files: laid on the roads, with their days, or refused with a reason."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from services import caller as callers
from services import errors
from services.database import Database
from services.imports import routes as importing
from services.imports import runner
from services.imports.options import ImportKind, ImportOptions, OnError
from services.imports.report import ImportReport
from services.patrol import routes
from tests.services import small_district
from tests.services.small_district import SIDE, SOUTH, WEST


@pytest.fixture
def filled(database: Database) -> Iterator[Database]:
    with database.transaction(callers.operator()) as tx:
        small_district.fill(tx)
        tx.commit()
    return database


def _feature(first: float, last: float, y: float = 0.5, **properties: object) -> dict[str, object]:
    line = [[WEST + SIDE * first, SOUTH + SIDE * y], [WEST + SIDE * last, SOUTH + SIDE * y]]
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "LineString", "coordinates": line},
    }


def _load(database: Database, path: Path, *features: dict[str, object]) -> ImportReport:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    options = ImportOptions(on_error=OnError.REJECT, effective=date(2026, 11, 1))
    return runner.run(database, callers.operator(), ImportKind.ROUTES, path, options)


def test_lines_are_laid_on_the_roads(filled, tmp_path):
    path = tmp_path / "routes.geojson"
    there = _feature(0.2, 3.0, 0.502, 名称="东线", 星期="周一、周三", 班次="晚班", code="A")
    back = _feature(3.0, 0.2, 0.498, 名称="西线", team="二队")
    report = _load(filled, path, there, back)
    assert (report.inserted, report.problems, report.warnings) == (2, (), ())
    with filled.transaction(callers.operator()) as tx:
        east, west = sorted(routes.listing(tx), key=lambda route: route.code)
        walked = routes.sections_of(tx, [west])
    assert (east.name, east.weekdays, east.shift) == ("东线", (1, 3), routes.Shift.EVENING)
    assert (west.code, west.team, west.weekdays) == ("R1", "二队", routes.WEEKDAYS)
    assert east.valid_from == date(2026, 11, 1)
    assert east.length_m == pytest.approx(2.8 * SIDE * 93_700, rel=0.01)
    assert walked.edge.tolist() == [1, 0]
    assert (walked.from_m > walked.to_m).all(), "walked against the edges"
    again = _load(filled, path, _feature(0.2, 1.0, code="A", name="短线"))
    assert (again.inserted, again.updated) == (0, 1)


def test_what_runs_along_no_road_is_refused(filled, tmp_path):
    report = _load(
        filled,
        tmp_path / "routes.geojson",
        _feature(0, 1, 0.9, code="A"),
        _feature(0, 1, code="B", weekdays="someday"),
        _feature(5, 6, code="C", weekdays="6"),
    )
    assert (report.inserted, report.rejected) == (1, 2)
    assert {(p.row, p.key) for p in report.problems} == {
        (1, "error.import.route.off"),
        (2, "error.import.route.weekdays"),
    }


def test_gpx_routes_and_tracks_are_lines_too(filled, tmp_path):
    path = tmp_path / "routes.gpx"
    y = SOUTH + SIDE / 2
    points = "".join(f'<rtept lon="{WEST + SIDE * x}" lat="{y}"/>' for x in (0.1, 2, 4))
    path.write_text(f"<gpx><rte><name>长线</name>{points}</rte></gpx>")
    report = runner.run(
        filled, callers.operator(), ImportKind.ROUTES, path, ImportOptions(team="三队")
    )
    assert report.inserted == 1
    with filled.transaction(callers.operator()) as tx:
        (route,) = routes.listing(tx)
    assert (route.name, route.team) == ("长线", "三队")


@pytest.mark.parametrize(
    ("text", "days"),
    [
        (None, (1, 2, 3, 4, 5, 6, 7)),
        ("1,3,5", (1, 3, 5)),
        ("周一至周五", (1, 2, 3, 4, 5)),
        ("星期六、星期天", (6, 7)),
        ("Mon Wed", (1, 3)),
        ("tuesday to thursday", (2, 3, 4)),
        ("135", (1, 3, 5)),
    ],
)
def test_days_of_the_week_are_read_as_people_write_them(text, days):
    assert importing.weekdays(text) == days


@pytest.mark.parametrize("text", ["0", "8", "每两周", "soon"])
def test_days_that_are_none_are_refused(text):
    with pytest.raises(errors.RefusedError):
        importing.weekdays(text)
