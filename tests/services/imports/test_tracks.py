"""Recorded tracks as people send them: several in a file, with bad clocks, gaps, or of no use."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from services import caller as callers
from services.database import Database
from services.imports import runner
from services.imports.options import ImportKind, ImportOptions, OnError
from services.imports.report import ImportRefusedError, ImportReport
from services.patrol import gpx, recordings
from tests.services import patrols, small_district
from tests.services.small_district import DAY, SIDE, SOUTH, WEST

_BEGUN = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)  # nine in the morning there
_METRES_X = 9.4e4  # of a degree of longitude, about

Point = tuple[float, float, datetime | None]


@pytest.fixture
def filled(database: Database) -> Iterator[Database]:
    with database.transaction(callers.operator()) as tx:
        small_district.fill(tx, [(0, 20, 0)] * 8)
        tx.commit()
    return database


def _walk(first: float = 0.1, last: float = 1.4, every_s: int = 10) -> list[Point]:
    """Walk along the path, counted in squares, at 1.2 m/s with some metres of error."""
    rng = np.random.default_rng(5)
    seconds = int((last - first) * SIDE * _METRES_X / 1.2)
    return [
        (
            WEST + SIDE * first + 1.2 * s / _METRES_X + float(rng.normal(0, 4e-5)),
            SOUTH + SIDE / 2 + float(rng.normal(0, 4e-5)),
            _BEGUN + timedelta(seconds=s),
        )
        for s in range(0, seconds, every_s)
    ]


def _gpx(path: Path, *tracks: Sequence[Point]) -> Path:
    def point(lon: float, lat: float, at: datetime | None) -> str:
        time = f"<time>{at:%Y-%m-%dT%H:%M:%SZ}</time>" if at else ""
        return f'<trkpt lon="{lon:.7f}" lat="{lat:.7f}">{time}</trkpt>'

    parts = "".join(
        f"<trk><trkseg>{''.join(point(*one) for one in track)}</trkseg></trk>" for track in tracks
    )
    path.write_text(f'<gpx xmlns="http://www.topografix.com/GPX/1/1">{parts}</gpx>')
    return path


def _load(database: Database, path: Path, **changes: object) -> ImportReport:
    options = ImportOptions(**{"on_error": OnError.REJECT, "sealer": patrols.SEALER, **changes})
    return runner.run(database, callers.operator(), ImportKind.TRACKS, path, options)


def _stored(database: Database) -> list[tuple[object, ...]]:
    with database.transaction(callers.operator()) as tx:
        query = "SELECT day::text, team, clock, round(walked_m) FROM patrol_tracks ORDER BY id"
        return tx.driver.execute(query).fetchall()


def test_a_walk_becomes_the_sections_it_covered(filled, tmp_path):
    report = _load(filled, _gpx(tmp_path / "a.gpx", _walk()), team="一队")
    assert (report.inserted, report.rejected) == (1, 0)
    ((day, team, clock, walked),) = _stored(filled)
    assert (day, team, clock) == ("2026-11-20", "一队", "good")
    assert float(str(walked)) == pytest.approx(1.3 * SIDE * _METRES_X, rel=0.02)
    again = _load(filled, _gpx(tmp_path / "b.gpx", _walk(), _walk(2, 3)))
    assert (again.inserted, again.unchanged) == (1, 1)


def test_bad_clocks_are_told_and_put_right(filled, tmp_path):
    walk = _walk()
    backwards = [(x, y, t) for (x, y, _), (_, _, t) in zip(walk, walk[::-1], strict=True)]
    naked = [(x, y, None) for x, y, _ in _walk(3, 4)]
    report = _load(filled, _gpx(tmp_path / "a.gpx", backwards, naked), effective=DAY)
    assert [row[2] for row in _stored(filled)] == ["reversed", "none"]
    assert {problem.key.rpartition(".")[2] for problem in report.warnings} == {
        "reversed",
        "no_times",
    }


def test_what_cannot_be_used_is_refused_with_its_reason(filled, tmp_path):
    walk = _walk()
    rng = np.random.default_rng(1)
    pocket = [
        (WEST + float(rng.normal(0, 5e-5)), SOUTH + SIDE / 2, _BEGUN + timedelta(seconds=5 * s))
        for s in range(400)
    ]
    faulty = {
        "empty": [],
        "one_place": pocket,
        "elsewhere": [(x + 1, y, t) for x, y, t in walk],
        "swapped": [(y, x, t) for x, y, t in walk],
        "no_day": [(x, y, None) for x, y, _ in walk],
        "bad_day": [(x, y, t + timedelta(days=9000)) for x, y, t in walk],
        "off_network": [(x, y + 0.004, t) for x, y, t in walk],
    }
    path = _gpx(tmp_path / "a.gpx", *faulty.values(), walk)
    rejects = tmp_path / "rejects.csv"
    report = _load(filled, path, rejects=rejects)
    assert (report.inserted, report.rejected) == (1, len(faulty))
    assert [(p.row, p.key.rpartition(".")[2]) for p in report.problems] == list(
        enumerate(faulty, start=1)
    )
    lines = rejects.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 1 + len(faulty)
    assert rejects.stat().st_mode & 0o077 == 0


def test_with_a_fault_nothing_is_stored_unless_so_asked(filled, tmp_path):
    path = _gpx(tmp_path / "a.gpx", _walk(), [])
    with pytest.raises(ImportRefusedError) as caught:
        _load(filled, path, on_error=OnError.ABORT)
    assert caught.value.report.rejected == 1
    assert _stored(filled) == []
    assert _load(filled, path, dry_run=True).inserted == 1
    assert _stored(filled) == []


@pytest.mark.parametrize(
    ("name", "text", "key"),
    [
        ("a.gpx", "<gpx><trk>", "error.import.track.no_gpx"),
        ("a.gpx", "<kml></kml>", "error.import.track.no_gpx"),
        ("a.gpx", '<!DOCTYPE g [<!ENTITY a "b">]><gpx>&a;</gpx>', "error.import.track.no_gpx"),
        ("a.gpx", "", "error.import.file.empty"),
        ("a.gpx", "<gpx></gpx>", "error.import.track.none"),
        ("a.json", "{", "error.import.track.no_geojson"),
        ("a.geojson", "[]", "error.import.track.no_geojson"),
        ("a.geojson", '{"type":"FeatureCollection","features":[]}', "error.import.track.no_lines"),
        ("a.kml", "x", "error.import.track.format"),
    ],
)
def test_files_that_are_none_are_refused_as_a_whole(filled, tmp_path, name, text, key):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(ImportRefusedError) as caught:
        _load(filled, path)
    assert caught.value.key == key


def test_geojson_lines_and_points_say_the_same(filled, tmp_path):
    walk = _walk()
    places = [[x, y] for x, y, _ in walk]
    times = [f"{t:%Y-%m-%dT%H:%M:%S+00:00}" for _, _, t in walk]
    line = {"type": "LineString", "coordinates": places}
    points = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": place},
            "properties": {"track": 7, "time": 1000 * datetime.fromisoformat(time).timestamp()},
        }
        for place, time in zip(places, times, strict=True)
    ]
    lined = {"type": "Feature", "geometry": line, "properties": {"coordTimes": times}}
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [lined]}))
    assert _load(filled, path).inserted == 1
    path.write_text(json.dumps({"type": "FeatureCollection", "features": points}))
    assert _load(filled, path).unchanged == 1


def test_times_are_read_as_they_are_written():
    moment = 1_795_000_000.0
    text = datetime.fromtimestamp(moment, UTC)
    written = [f"{text:%Y-%m-%dT%H:%M:%SZ}", f"{text:%Y-%m-%dT%H:%M:%S}", moment, 1000 * moment]
    assert recordings.times(written).tolist() == [moment] * 4
    assert recordings.times([f"{text:%Y-%m-%dT%H:%M:%SZ}"] * 2).tolist() == [moment] * 2
    odd = recordings.times(["yesterday", None, True, "NaTZ"])
    assert np.isnan(odd).all()


def test_a_place_that_is_no_number_is_no_place(tmp_path):
    path = tmp_path / "a.gpx"
    path.write_text('<gpx><trk><trkseg><trkpt lon="x" lat="1"/><trkpt/></trkseg></trk></gpx>')
    (found,) = gpx.recordings(path)
    assert np.isnan(found.lonlat[0, 0])
    assert np.isnan(found.lonlat[1]).all()
