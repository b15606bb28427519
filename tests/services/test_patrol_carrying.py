"""After the import of another network routes and covered sections lie on the same roads as before."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import shapely
import sqlalchemy as sa

from gis import crs
from services import caller as callers
from services import network
from services.database import Database
from services.imports.options import ImportKind
from services.imports.report import ImportReport
from services.patrol import positions, routes, tracks
from services.patrol.recordings import Recording
from services.themes.patrol import Coverage, Patrol, PatrolQuery
from tests.services import patrol_town, patrols, small_district
from tests.services.imports import helpers
from tests.services.small_district import DAY

Line = Sequence[tuple[float, float]]
SPLIT: list[Line] = [
    [(0.55, 0.5), (0.45, 0.5)],
    [(0.7, 0.6), (0.7, 0.7)],
    [(0.3, 0.5), (0.3, 0.7)],
    [(0.7, 0.6), (0.7, 0.5)],
    [(0.72, 0.5), (0.7, 0.5)],
    [(0.3, 0.7), (0.7, 0.7)],
    [(0.3, 0.5), (0.3, 0.3)],
    [(0.7, 0.3), (0.3, 0.3)],
    [(0.7, 0.3), (0.7, 0.5)],
]
"""The streets of the town in another order, turned, and cut elsewhere."""


_COVERED = "SELECT track_id, sum(to_m - from_m) FROM patrol_covered GROUP BY 1 ORDER BY 1"


@pytest.fixture
def town(database: Database) -> Database:
    with database.transaction(callers.operator()) as tx:
        patrol_town.fill(tx)
        stored = network.load(tx)
        assert stored is not None
        length = stored.network.length_m
        around = [(edge, 0.0, float(length[edge])) for edge in range(len(length) - 2)]
        patrols.add_route(tx, "A", around, DAY - timedelta(days=27))
        back = [(edge, to, begin) for edge, begin, to in reversed(around)]
        patrols.add_route(tx, "B", back, DAY - timedelta(days=27))
        patrols.add_track(tx, DAY, around[:2], 1)
        patrols.add_track(tx, DAY - timedelta(days=3), [(0, 10.0, 0.6 * length[0])], 2)
        tx.driver.execute("DELETE FROM patrol_positions")
        tx.commit()
    return database


def _file(folder: Path, lines: Sequence[Line]) -> Path:
    drawn = [shapely.LineString([small_district.place(*place) for place in one]) for one in lines]
    return helpers.geojson(
        folder / "network.geojson", [helpers.feature(line, name="长街") for line in drawn]
    )


def _import(database: Database, folder: Path, lines: Sequence[Line]) -> ImportReport:
    return helpers.run(database, ImportKind.NETWORK, _file(folder, lines))


def _answer(database: Database) -> Coverage:
    with database.transaction(callers.operator()) as tx:
        return Patrol().coverage(tx, PatrolQuery(DAY))


def _notes(report: ImportReport) -> dict[str, dict[str, object]]:
    return {note.key.rpartition(".")[2]: dict(note.params) for note in report.notes}


def _drawn(database: Database) -> dict[str, shapely.Geometry]:
    with database.transaction(callers.operator()) as tx:
        return {route.code: routes.shape(tx, route) for route in routes.listing(tx)}


def test_figures_stay_when_roads_are_cut_turned_and_numbered_otherwise(town, tmp_path):
    before, lines, covered = _answer(town), _drawn(town), helpers.fetch(town, _COVERED)
    notes = _notes(_import(town, tmp_path, SPLIT))
    assert notes["routes_carried"]["share"] == notes["tracks_carried"]["share"] == 100.0
    after = _answer(town)
    assert (after.whole.covered, after.whole.demand) == (
        before.whole.covered,
        before.whole.demand,
    )
    np.testing.assert_allclose(helpers.fetch(town, _COVERED), covered, atol=0.01)
    for was, now in zip(before.reports, after.reports, strict=True):
        assert now.route.length_m == pytest.approx(was.route.length_m, abs=0.05)
        assert (now.planned, now.done) == (was.planned, was.done)
    for code, line in _drawn(town).items():
        assert line.hausdorff_distance(lines[code]) < 1e-6
    _import(town, tmp_path, patrol_town.LINES)
    again = _answer(town)
    assert again.whole.passed_m == pytest.approx(before.whole.passed_m, abs=0.05)
    assert again.whole.extra_m == pytest.approx(before.whole.extra_m, abs=0.05)


def test_a_route_is_walked_in_the_same_order_as_before(town, tmp_path):
    _import(town, tmp_path, SPLIT)
    with town.transaction(callers.operator()) as tx:
        stored = network.load(tx)
        assert stored is not None
        for code, start in (("A", (0.3, 0.3)), ("B", (0.3, 0.3))):
            found = routes.sections_of(tx, [routes.find(tx, code)])
            net = stored.network
            forward = found.to_m > found.from_m
            tail = np.where(forward, net.source[found.edge], net.target[found.edge])
            head = np.where(forward, net.target[found.edge], net.source[found.edge])
            assert tail[1:].tolist() == head[:-1].tolist(), "unbroken"
            assert tail[0] == head[-1]
            place = small_district.place(*start)
            xy = crs.project(np.array([place.coords[0]]), crs.STORED, stored.metric_epsg)
            np.testing.assert_allclose(net.node_xy[tail[0]], xy[0], atol=0.01)


def test_a_road_that_is_gone_is_told_and_the_rest_stays(town, tmp_path):
    _import(town, tmp_path, SPLIT)
    notes = _notes(_import(town, tmp_path, [line for line in SPLIT if line[0] != (0.7, 0.3)]))
    assert 30 < float(str(notes["routes_carried"]["share"])) < 80
    assert notes["roads_gone"]["names"] == "长街"
    found = _answer(town)
    assert found.whole.passed_m >= 0
    assert len(found.reports) == 2


def test_when_nothing_is_left_routes_are_kept_and_named(town, tmp_path):
    before = _drawn(town)
    notes = _notes(_import(town, tmp_path, [[(0.3, 0.9), (0.7, 0.9)]]))
    assert notes["routes_carried"]["share"] == notes["tracks_carried"]["share"] == 0.0
    assert notes["routes_lost"]["count"] == 2
    assert _drawn(town).keys() == before.keys()
    assert _answer(town).whole.passed_m == 0.0


def test_tracks_whose_positions_are_kept_are_matched_anew(town, tmp_path):
    with town.transaction(callers.operator()) as tx:
        track = tx.sql.execute(sa.text("SELECT max(id) FROM patrol_tracks")).scalar_one()
        steps = np.linspace(0.3, 0.7, 60)
        where = np.array([small_district.place(x, 0.4).coords[0] for x in steps])
        recording = Recording(1, np.arange(60) * 5.0, where)
        positions.store(tx, patrols.SEALER, track, DAY, recording)
        tx.commit()
    notes = _notes(_import(town, tmp_path, [*SPLIT, [(0.3, 0.4), (0.7, 0.4)]]))
    assert notes["tracks_matched"]["count"] == 1
    with town.transaction(callers.operator()) as tx:
        record = tracks.record(tx, DAY - timedelta(days=9), DAY)
        stored = network.load(tx)
    assert stored is not None
    mine = record.stretches.take(record.walk == track)
    drawn = stored.network.lines[mine.edge]
    middle = small_district.place(0.5, 0.4)
    xy = crs.project(np.array([middle.coords[0]]), crs.STORED, stored.metric_epsg)
    assert min(line.distance(shapely.Point(xy[0])) for line in drawn) < 1.0
    assert mine.total_m == pytest.approx(0.004 * 93_900, rel=0.1)


def test_a_dry_run_moves_nothing(town, tmp_path):
    query = "SELECT track_id, edge, from_m FROM patrol_covered ORDER BY 1, 2, 3"
    before = helpers.fetch(town, query)
    path = _file(tmp_path, SPLIT)
    helpers.run(town, ImportKind.NETWORK, path, replace(helpers.OPTIONS, dry_run=True))
    assert helpers.fetch(town, query) == before
