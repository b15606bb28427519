"""Households leave with whoever answers for them, and nobody else's: no name, no formula."""

import csv
import io
import json

import pyogrio
import pytest
import sqlalchemy as sa
from pyarrow import parquet

from services import audit, errors, exports
from services import caller as callers
from services.caller import Caller, Role
from services.database import Database
from services.exports import ExportOptions, Format
from tests.services import staff
from tests.services.households import caring
from tests.services.small_district import DAY, GRIDS

PEOPLE = [(1, 2, 3), (0, 1, 1), *[(0, 0, 1)] * 6]


@pytest.fixture(scope="module")
def hired(server, template):
    name = server.clone(template)
    database = Database(server.cluster.url(name), pool_size=3)
    made = staff.hire(database, PEOPLE)
    yield made
    database.close()
    server.drop(name)


def _taken(hired: staff.Staff, caller: Caller, **asked: object) -> bytes:
    options = ExportOptions(as_of=DAY, **asked)
    download = exports.download(hired.database, caller, "households", options)
    return b"".join(download.body)


def _codes(hired: staff.Staff, caller: Caller, **asked: object) -> set[str]:
    found = json.loads(_taken(hired, caller, **asked))
    return {feature["id"] for feature in found["features"]}


def test_each_takes_along_what_they_answer_for(hired) -> None:
    with hired.owner() as tx:
        rows = tx.sql.execute(
            sa.text(
                "SELECT h.code, u.code FROM households h JOIN household_assignments a"
                " ON a.household_id = h.id AND a.valid_to = 'infinity'"
                " JOIN units u ON u.id = a.unit_id"
            )
        ).all()
    for name, prefix in (("manager", GRIDS[0][:12]), ("township", GRIDS[0][:9])):
        expected = {code for code, unit in rows if unit.startswith(prefix)}
        assert 0 < len(expected) < len(rows)
        assert _codes(hired, hired.callers[name]) == expected
    assert len(_codes(hired, callers.operator())) == len(rows)
    assert _codes(hired, hired.callers["manager"], unit=GRIDS[-1]) == set()
    inside = _codes(hired, hired.callers["manager"], unit=GRIDS[0])
    assert inside == {code for code, unit in rows if unit == GRIDS[0]}


def test_for_everybody_else_there_is_no_such_collection(hired) -> None:
    department = Caller("民政局", Role.DEPARTMENT)
    others = [hired.callers[name] for name in ("worker", "planner", "admin")]
    for caller in (*others, department):
        with pytest.raises(errors.NotFoundError) as refused:
            _taken(hired, caller)
        assert "households" not in refused.value.params["known"]


def test_every_format_holds_them(hired, tmp_path) -> None:
    for format_ in Format:
        path = tmp_path / f"households{exports.RENDERERS[format_].suffix}"
        path.write_bytes(_taken(hired, hired.callers["manager"], format=format_, unit=GRIDS[0]))
        if format_ is Format.PARQUET:
            assert parquet.read_table(path).num_rows == 6
        else:
            assert pyogrio.read_info(path, layer=0)["features"] == 6, format_


def test_nobody_is_named_and_nothing_runs(hired) -> None:
    formula = '=HYPERLINK("http://x")'
    with hired.owner() as tx:
        tx.sql.execute(
            sa.text("UPDATE households SET address = :f WHERE code = 'H0-70-1'"), {"f": formula}
        )
        tx.commit()
    text = _taken(hired, hired.callers["manager"], format=Format.CSV).decode("utf-8-sig")
    rows = {row["code"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}
    assert rows["H0-70-1"]["address"] == f"'{formula}"
    assert "某某" not in text
    counted = {code: (row["residents"], row["age_60_plus"]) for code, row in rows.items()}
    assert (counted["H0-70-1"], counted["H0-10-1"]) == (("1", "1"), ("1", "0"))


def test_it_is_kept_who_took_what_before_anything_leaves(hired) -> None:
    options = ExportOptions(as_of=DAY, format=Format.CSV, unit=GRIDS[0])
    caller = hired.callers["manager"]
    download = exports.download(hired.database, caller, "households", options)
    with hired.owner() as tx:
        (line, *_) = audit.lines(tx, audit.Filter(action="household_export"))
    assert (line.caller, line.subject, line.unit_code) == ("manager", "households", GRIDS[0])
    assert line.details == {"format": "csv", "as_of": DAY.isoformat()}
    download.body.close()


def test_every_file_is_kept_and_what_is_drawn_is_not(hired) -> None:
    options = ExportOptions(as_of=DAY, format=Format.CSV, unit=GRIDS[0])
    planner = hired.callers["planner"]
    exports.drawn(hired.database, planner, "units", options).body.close()
    with pytest.raises(errors.NotFoundError):
        exports.drawn(hired.database, hired.callers["manager"], "households", options)
    with pytest.raises(errors.NotFoundError):
        exports.download(hired.database, planner, "households", options)
    body = exports.download(hired.database, planner, "units", options).body
    with hired.owner() as tx:
        (line,) = audit.lines(tx, audit.Filter(caller="planner"))
    assert (line.action, line.subject, line.unit_code) == ("export", "units", GRIDS[0])
    assert line.details == {"format": "csv", "as_of": DAY.isoformat()}
    body.close()


def test_sealed_values_are_in_no_export(hired) -> None:
    caring.settle(hired)
    for format_ in (Format.CSV, Format.GEOJSON):
        taken = _taken(hired, hired.callers["manager"], format=format_).decode()
        assert caring.PHONE not in taken
        assert caring.ID_NUMBER not in taken
        assert "王奶奶" not in taken
