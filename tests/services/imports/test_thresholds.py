"""Entrances and barriers: stored as they are, faults named."""

from pathlib import Path

import pytest
import shapely

from services.database import Database
from services.imports.options import ImportKind
from tests.services.imports import helpers
from tests.services.imports.helpers import (
    REJECT,
    feature,
    fetch,
    geojson,
    one,
    refused,
    run,
    text,
    told,
)

ENTRANCES = "code,lon,lat,serves_code,step_free,steps,rise_m,width_m\n"
BARRIERS = "code,kind,lon,lat,step_free,height_m,width_m,incline\n"


def test_entrances_are_stored_and_assigned(district: Database, tmp_path: Path):
    rows = "E1,116.805,32.605,H1,,3,0.45,0.9\nE2,116.815,32.605,,是,0,,\n"
    path = text(tmp_path / "e.csv", ENTRANCES + rows)
    assert run(district, ImportKind.ENTRANCES, path).inserted == 2
    assert run(district, ImportKind.ENTRANCES, path).unchanged == 2
    assert fetch(
        district,
        "SELECT e.code, step_free, steps, rise_m, u.code FROM entrances e"
        " JOIN entrance_assignments a ON a.entrance_id = e.id JOIN units u ON u.id = a.unit_id"
        " ORDER BY 1",
    ) == [("E1", None, 3, 0.45, helpers.WEST), ("E2", True, 0, None, helpers.EAST)]


def test_barriers_are_stored(district: Database, tmp_path: Path):
    rows = "B1,路缘石,116.805,32.605,,0.12,,\nB2,slope,116.805,32.606,,,,1:8\n"
    run(district, ImportKind.BARRIERS, text(tmp_path / "b.csv", BARRIERS + rows))
    assert fetch(district, "SELECT kind, height_m, incline_pct FROM barriers ORDER BY code") == [
        ("kerb", 0.12, None),
        ("slope", None, 12.5),
    ]


def test_what_serves_nothing_is_told(district: Database, tmp_path: Path):
    row = "E1,116.805,32.605,NOPE,,3,,\nE2,116.806,32.605,E1,,3,,\n"
    report = run(district, ImportKind.ENTRANCES, text(tmp_path / "e.csv", ENTRANCES + row))
    assert report.inserted == 2
    (warned,) = [w for w in report.warnings if w.key == "warning.import.serves_nothing"]
    assert dict(warned.params) == {"n": 1, "code": "NOPE"}


@pytest.mark.parametrize(
    ("kind", "row", "field", "key"),
    [
        ("entrances", "E1,116.805,32.605,,yes,3,,", "steps", "error.import.entrance.contradiction"),
        ("entrances", "E1,116.805,32.605,,,2.5,,", "steps", "error.import.value.whole"),
        ("entrances", "E1,116.805,32.605,,,,-0.3,", "rise_m", "error.import.facility.negative"),
        ("entrances", "E1,116.805,32.605,,,,45,", "rise_m", "error.import.facility.not_metres"),
        ("entrances", "E1,116.805,32.605,,,,,0", "width_m", "error.import.facility.zero"),
        ("entrances", "E1,0,0,,,,,", "lon", "error.import.point.null_island"),
        ("barriers", "B1,wall,116.805,32.605,,,,", "kind", "error.import.value.choice"),
        ("barriers", "B1,slope,116.805,32.605,,,,steep", "incline", "error.import.incline.unreadable"),
        ("barriers", "B1,slope,116.805,32.605,,,,300%", "incline", "error.import.incline.too_steep"),
        ("barriers", "B1,kerb,116.805,32.605,,12,,", "height_m", "error.import.facility.not_metres"),
    ],
)  # fmt: skip
def test_faults_are_named(
    district: Database, tmp_path: Path, kind: str, row: str, field: str, key: str
):
    head = ENTRANCES if kind == "entrances" else BARRIERS
    path = text(tmp_path / "faulty.csv", head + row + "\n")
    assert told(refused(district, ImportKind(kind), path))[0] == (2, field, key)
    assert one(district, f"SELECT count(*) FROM {kind}") == 0
    assert run(district, ImportKind(kind), path, REJECT).rejected == 1


def test_a_slope_of_a_line_layer_that_is_none_is_refused(district: Database, tmp_path: Path):
    road = shapely.LineString([(116.80, 32.605), (116.81, 32.605)])
    path = geojson(tmp_path / "n.geojson", [feature(road, highway="footway", incline="steep")])
    found = told(refused(district, ImportKind.NETWORK, path))
    assert (1, "incline", "error.import.incline.unreadable") in found
