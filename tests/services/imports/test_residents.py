"""Residents: what is read, what is refused, and that nothing personal gets out."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import xlsxwriter

from services import caller as callers
from services.database import Database
from services.imports.options import ImportKind
from tests.services.imports import helpers
from tests.services.imports.helpers import (
    OPTIONS,
    REJECT,
    SEALER,
    fetch,
    one,
    refused,
    run,
    text,
    told,
)

KIND = ImportKind.RESIDENTS
HEAD = (
    "code,household_code,name,sex,birth_date,id_number,phone,lives_alone,disability_type,"
    "disability_grade,tags\n"
)
# The examples of GB 11643-1999 itself.
ID_WOMAN, ID_MAN = "11010519491231002X", "440524188001010014"
ROW = f"R1,H1,张三,female,1949-12-31,{ID_WOMAN},010-1234 5678,yes,physical,2,empty_nest\n"


@pytest.fixture
def homes(district: Database, tmp_path: Path) -> Database:
    content = "code,lon,lat\nH1,116.805,32.605\nH2,116.815,32.605\n"
    run(district, ImportKind.HOUSEHOLDS, text(tmp_path / "homes.csv", content))
    return district


def test_values_are_read_and_personal_ones_sealed(homes: Database, tmp_path: Path):
    report = run(homes, KIND, text(tmp_path / "r.csv", HEAD + ROW))
    assert report.inserted == 1
    assert fetch(
        homes,
        "SELECT r.code, h.code, name, sex, birth_date, lives_alone, disability_type,"
        " disability_grade, tags FROM residents r JOIN households h ON h.id = household_id",
    ) == [("R1", "H1", "张三", "female", date(1949, 12, 31), True, "physical", 2, ["empty_nest"])]
    sealed = fetch(homes, "SELECT id_number, id_number_hash, phone, phone_hash FROM residents")[0]
    assert SEALER.open(sealed[0]) == ID_WOMAN
    assert SEALER.open(sealed[2]) == "01012345678"
    assert list(sealed[1::2]) == SEALER.hash_many([ID_WOMAN, "01012345678"])
    assert not any(ID_WOMAN.encode() in value for value in sealed)


def test_chinese_headings_and_words(homes: Database, tmp_path: Path):
    content = (
        "居民编码,户编码,姓名,性别,出生日期,身份证号码,手机号,是否独居,残疾类别,残疾等级,人群类别\r\n"
        "R1,H2,李四,女,1949年12月31日,11010519491231002x,,是,肢体残疾,二级,空巢老人；低保; my_tag\r\n"
    )
    run(homes, KIND, text(tmp_path / "r.csv", content, "gb18030"))
    assert fetch(
        homes,
        "SELECT sex, birth_date, lives_alone, disability_type, disability_grade, tags FROM residents",
    ) == [
        (
            "female",
            date(1949, 12, 31),
            True,
            "physical",
            2,
            ["empty_nest", "my_tag", "social_assistance"],
        )
    ]
    assert SEALER.open(one(homes, "SELECT id_number FROM residents")) == ID_WOMAN


@pytest.mark.parametrize("written", ["1949-12-31", "1949/12/31", "19491231", "1949.12.31"])
def test_dates_as_people_write_them(homes: Database, tmp_path: Path, written: str):
    run(homes, KIND, text(tmp_path / "r.csv", HEAD + ROW.replace("1949-12-31", written)))
    assert one(homes, "SELECT birth_date FROM residents") == date(1949, 12, 31)


def test_dates_of_a_workbook(homes: Database, tmp_path: Path):
    book = xlsxwriter.Workbook(tmp_path / "r.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["code", "household_code", "name", "birth_date", "phone", "lives_alone"])
    sheet.write_row(1, 0, ["R1", "H1", "王五"])
    sheet.write_datetime(1, 3, date(1949, 12, 31), book.add_format({"num_format": "yyyy/m/d"}))
    sheet.write_row(1, 4, [13800000000, True])
    book.close()
    run(homes, KIND, tmp_path / "r.xlsx")
    assert fetch(homes, "SELECT birth_date, lives_alone FROM residents") == [
        (date(1949, 12, 31), True)
    ]
    assert SEALER.open(one(homes, "SELECT phone FROM residents")) == "13800000000"


def test_the_same_file_twice_changes_nothing_though_sealing_differs(
    homes: Database, tmp_path: Path
):
    path = text(tmp_path / "r.csv", HEAD + ROW + "R2,H1,无名,,2000-02-29,,,,,,\n")
    run(homes, KIND, path)
    before = fetch(homes, "SELECT xmin, id, code, id_number FROM residents ORDER BY id")
    report = run(homes, KIND, path)
    assert (report.inserted, report.updated, report.unchanged) == (0, 0, 2)
    assert fetch(homes, "SELECT xmin, id, code, id_number FROM residents ORDER BY id") == before


def test_a_new_phone_or_household_is_an_update(homes: Database, tmp_path: Path):
    run(homes, KIND, text(tmp_path / "r.csv", HEAD + ROW))
    moved = HEAD + ROW.replace("H1", "H2").replace("5678", "5679")
    assert run(homes, KIND, text(tmp_path / "r2.csv", moved)).updated == 1
    assert SEALER.open(one(homes, "SELECT phone FROM residents")) == "01012345679"
    assert (
        one(homes, "SELECT h.code FROM residents JOIN households h ON h.id = household_id") == "H2"
    )


def _row(**changes: str) -> str:
    values = {
        "code": "R9",
        "household_code": "H1",
        "name": "赵六",
        "sex": "",
        "birth_date": "1949-12-31",
        "id_number": "",
        "phone": "",
        "lives_alone": "",
        "disability_type": "",
        "disability_grade": "",
        "tags": "",
    } | changes
    return ",".join(values.values()) + "\n"


_TODAY = datetime.now(tz=UTC).date()
_OLD = (_TODAY - timedelta(days=131 * 366)).isoformat()
_FUTURE = (_TODAY + timedelta(days=2)).isoformat()


@pytest.mark.parametrize(
    ("field", "value", "key"),
    [
        ("household_code", "", "error.import.value.missing"),
        ("household_code", "H404", "error.import.resident.unknown_household"),
        ("name", "", "error.import.value.missing"),
        ("sex", "x", "error.import.value.choice"),
        ("birth_date", "", "error.import.value.missing"),
        ("birth_date", "1950-02-31", "error.import.value.no_such_day"),
        ("birth_date", "1900-02-29", "error.import.value.no_such_day"),
        ("birth_date", "1950-13-01", "error.import.value.no_such_day"),
        ("birth_date", "31.12.1949", "error.import.value.not_a_date"),
        ("birth_date", "1826-01-01", "error.import.resident.too_old"),
        ("birth_date", _OLD, "error.import.resident.too_old"),
        ("birth_date", _FUTURE, "error.import.resident.not_born"),
        ("id_number", "110105194912310021", "error.import.resident.id_check"),
        ("id_number", "1101054912310", "error.import.resident.id_shape"),
        ("id_number", ID_MAN, "error.import.resident.id_birth_date"),
        ("phone", "call me", "error.import.resident.phone"),
        ("lives_alone", "maybe", "error.import.value.choice"),
        ("disability_type", "tired", "error.import.value.choice"),
        ("disability_grade", "5", "error.import.value.choice"),
        ("tags", "{evil}", "error.import.resident.tags"),
        ("tags", "a b", "error.import.resident.tags"),
    ],
)
def test_faults_of_rows_are_named(
    homes: Database, tmp_path: Path, field: str, value: str, key: str
):
    path = text(tmp_path / "r.csv", HEAD + ROW + _row(**{field: value}))
    report = refused(homes, KIND, path)
    assert told(report) == [(3, field, key)]
    assert one(homes, "SELECT count(*) FROM residents") == 0
    rejected = run(homes, KIND, path, REJECT)
    assert (rejected.inserted, rejected.rejected) == (1, 1)


def test_no_personal_value_is_in_a_message_or_the_history(homes: Database, tmp_path: Path):
    secret = {
        "name": "",
        "birth_date": "1950-02-31",
        "id_number": "110105194912310021",
        "phone": "hidden-phone",
        "tags": "hidden tag",
        "disability_type": "hidden-type",
        "sex": "hidden-sex",
        "lives_alone": "hidden-alone",
    }
    report = refused(homes, KIND, text(tmp_path / "r.csv", HEAD + _row(**secret)))
    said = repr(report) + repr(fetch(homes, "SELECT problems::text FROM import_runs"))
    assert len(report.problems) >= 7
    for value in ("1950-02-31", "110105194912310021", "hidden"):
        assert value not in said


def test_columns_the_file_lacks_keep_their_values(homes: Database, tmp_path: Path):
    run(homes, KIND, text(tmp_path / "r.csv", HEAD + ROW))
    short = "code,household_code,name,birth_date\nR1,H1,张三丰,1949-12-31\n"
    assert run(homes, KIND, text(tmp_path / "r2.csv", short)).updated == 1
    assert fetch(homes, "SELECT name, lives_alone, tags FROM residents") == [
        ("张三丰", True, ["empty_nest"])
    ]


def test_many_rows_of_an_unknown_household_are_all_rejected(homes: Database, tmp_path: Path):
    rows = "".join(_row(code=f"R{i}", household_code="H1" if i % 2 else "H0") for i in range(100))
    report = run(homes, KIND, text(tmp_path / "r.csv", HEAD + rows), REJECT)
    assert (report.inserted, report.rejected) == (50, 50)
    assert report.problem_counts == {"error.import.resident.unknown_household": 50}
    assert report.problems[0].params == {"code": "H0"}


def test_without_a_sealer_nothing_is_stored(homes: Database, tmp_path: Path):
    with pytest.raises(ValueError, match="sealer"):
        run(
            homes,
            KIND,
            text(tmp_path / "r.csv", HEAD + ROW),
            dataclasses.replace(OPTIONS, sealer=None),
        )
    assert one(homes, "SELECT count(*) FROM residents") == 0
    assert helpers.fetch(homes, "SELECT status FROM import_runs ORDER BY id DESC LIMIT 1") == [
        ("failed",)
    ]


def test_who_was_made_anonymous_is_not_written_again(homes: Database, tmp_path: Path):
    others = "R2,H1,李四,male,1950-01-01,,,,,,\n"
    run(homes, KIND, text(tmp_path / "r.csv", HEAD + ROW + others))
    with homes.transaction(callers.operator()) as tx:
        tx.driver.execute(
            "UPDATE residents SET name = '', name_search = NULL, id_number = NULL,"
            " id_number_hash = NULL, phone = NULL, phone_hash = NULL, birth_date = '1949-01-01', left_on = '2000-01-01',"
            " left_reason = 'moved', anonymised_at = now() WHERE code = 'R1'"
        )
        tx.commit()
    again = text(tmp_path / "r.csv", HEAD + ROW + others.replace("male", "female"))
    assert "error.import.resident.anonymous" in refused(homes, KIND, again).problem_counts
    report = run(homes, KIND, again, REJECT)
    assert (report.updated, report.rejected) == (1, 1)
    assert one(homes, "SELECT name FROM residents WHERE code = 'R1'") == ""
