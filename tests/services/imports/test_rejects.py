"""The file of refused rows: the user's own columns and a reason, for its owner only."""

import csv
import dataclasses
from pathlib import Path

from services import caller as callers
from services.database import Database
from services.imports.options import ImportKind
from tests.services.imports import helpers
from tests.services.imports.helpers import OPTIONS, REJECT, one, run, text

HEAD = "户编码,经度,纬度,备注\n"


def _read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def test_refused_rows_can_be_mended_and_imported(district: Database, tmp_path: Path):
    content = HEAD + (
        "H1,116.805,32.605,好\nH2,0,0,零\nH3,116.8,,无\nH1,116.806,32.605,重\nH5,1\nH6,116.807,32.605,好\n"
    )
    rejects = tmp_path / "rejects.csv"
    options = dataclasses.replace(
        REJECT, rejects=rejects, render=lambda problem: f"<{problem.row} {problem.key}>"
    )
    report = run(district, ImportKind.HOUSEHOLDS, text(tmp_path / "h.csv", content), options)
    assert (report.inserted, report.rejected) == (2, 4)
    assert rejects.stat().st_mode & 0o777 == 0o600
    head, *rows = _read(rejects)
    assert head == ["户编码", "经度", "纬度", "备注", "reason"]
    assert rows == [
        ["H2", "0", "0", "零", "<3 error.import.point.null_island>"],
        ["H3", "116.8", "", "无", "<4 error.import.value.missing>"],
        ["H1", "116.806", "32.605", "重", "<5 error.import.code.twice>"],
        ["H5", "1", "", "", "<6 error.import.row.width>"],
    ]
    rows[0][1:3] = ["116.801", "32.601"]
    with rejects.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows([head, rows[0]])
    again = run(district, ImportKind.HOUSEHOLDS, rejects)
    assert (again.inserted, again.rejected) == (1, 0)


def test_what_a_spreadsheet_would_run_is_marked_and_comes_back_as_it_was(
    district: Database, tmp_path: Path
):
    formula = '=HYPERLINK("http://evil.example","x")'
    cells = (formula, "+1-2", "-3", "@x", "'quoted'")
    head = "户编码,经度,纬度,地址,=备注\n"
    body = "".join(
        f'H{n},0,0,"{doubled}",\n'
        for n, doubled in enumerate(cell.replace('"', '""') for cell in cells)
    )
    rejects = tmp_path / "rejects.csv"
    path = text(tmp_path / "h.csv", head + body)
    refused = run(
        district, ImportKind.HOUSEHOLDS, path, dataclasses.replace(REJECT, rejects=rejects)
    )
    assert refused.rejected == len(cells)
    titles, *kept = _read(rejects)
    assert titles[4] == "'=备注"
    assert [row[3] for row in kept] == [f"'{formula}", "'+1-2", "-3", "'@x", "'quoted'"]
    with rejects.open("w", encoding="utf-8-sig", newline="") as stream:
        mended = [[row[0], "116.801", "32.601", *row[3:]] for row in kept]
        csv.writer(stream).writerows([titles, *mended])
    assert run(district, ImportKind.HOUSEHOLDS, rejects).inserted == len(cells)
    with district.transaction(callers.operator()) as tx:
        found = tx.driver.execute("SELECT address FROM households ORDER BY code").fetchall()
    assert [row[0] for row in found] == list(cells)


def test_all_faults_of_a_row_are_told(district: Database, tmp_path: Path):
    rejects = tmp_path / "rejects.csv"
    path = text(tmp_path / "h.csv", HEAD + ",x,,\n")
    run(district, ImportKind.HOUSEHOLDS, path, dataclasses.replace(REJECT, rejects=rejects))
    reasons = _read(rejects)[1][-1].split("; ")
    assert len(reasons) == 3
    assert "经度: error.import.value.not_a_number" in reasons


def test_rows_of_a_layer_come_with_their_geometry(district: Database, tmp_path: Path):
    path = helpers.geojson(
        tmp_path / "h.geojson",
        [helpers.feature({"type": "Point", "coordinates": [32.605, 116.805]}, code="H1")],
    )
    rejects = tmp_path / "rejects.csv"
    run(district, ImportKind.HOUSEHOLDS, path, dataclasses.replace(REJECT, rejects=rejects))
    assert _read(rejects) == [
        ["code", "geometry", "reason"],
        ["H1", "POINT (32.605 116.805)", "error.import.point.swapped"],
    ]
    mended = rejects.read_text(encoding="utf-8-sig").replace("32.605 116.805", "116.805 32.605")
    assert run(district, ImportKind.HOUSEHOLDS, text(tmp_path / "m.csv", mended)).inserted == 1


def test_nothing_is_written_when_nothing_is_refused(district: Database, tmp_path: Path):
    rejects = tmp_path / "rejects.csv"
    path = text(tmp_path / "h.csv", HEAD + "H1,116.805,32.605,\n")
    run(district, ImportKind.HOUSEHOLDS, path, dataclasses.replace(OPTIONS, rejects=rejects))
    assert not rejects.exists()
    assert one(district, "SELECT count(*) FROM households") == 1
