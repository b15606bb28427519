"""Headings: English, Chinese, the user's own, and those of a Shapefile."""

import pytest

from services.imports import facilities, headings, households, network_lines, residents, unit_rows
from services.imports.report import FileFaultError

FIELDS = headings.fields("""
    code! 编码 户编码
    household_code 户号
    floor_area 建筑面积
""")


def test_what_is_the_same_heading():
    found = headings.match((" 户 编码 ", "Household_Code", "建筑面积(平方米)"), FIELDS, {})
    assert dict(found.of_field) == {
        "code": " 户 编码 ",
        "household_code": "Household_Code",
        "floor_area": "建筑面积(平方米)",
    }


def test_headings_cut_by_a_shapefile():
    found = headings.match(("CODE", "HOUSEHOLD_"), FIELDS, {})
    assert found.of_field["household_code"] == "HOUSEHOLD_"


def test_a_mapping_goes_before_the_known_headings():
    found = headings.match(("code", "nr", "note"), FIELDS, {"code": "nr"})
    assert found.of_field == {"code": "nr"}
    assert found.unused == ("code", "note")


@pytest.mark.parametrize(
    ("columns", "mapping", "key"),
    [
        (("编码", "户编码"), {}, "error.import.columns.twice"),
        (("code", "code"), {}, "error.import.columns.twice"),
        (("x", "x"), {"code": "x"}, "error.import.columns.repeated"),
        (("x",), {"code": "y"}, "error.import.columns.not_there"),
        (("x",), {"colour": "x"}, "error.import.columns.unknown_field"),
    ],
)
def test_what_cannot_be_told_apart_is_refused(
    columns: tuple[str, ...], mapping: dict[str, str], key: str
):
    with pytest.raises(FileFaultError) as caught:
        headings.match(columns, FIELDS, mapping)
    assert caught.value.key == key


@pytest.mark.parametrize("module", [facilities, households, network_lines, residents, unit_rows])
def test_no_heading_means_two_fields(module):
    names = [headings.plain(name) for field in module.FIELDS for name in (field.name, *field.names)]
    assert len(names) == len(set(names))
    assert all(field.names for field in module.FIELDS)


def test_of_many_headings_the_first_are_named_and_the_others_counted():
    many = tuple(f"c{n}" for n in range(200_000))
    for named in ({"code": "nr"}, {}):
        with pytest.raises(FileFaultError) as refused:
            headings.demand(headings.match(many, FIELDS, named), FIELDS, many)
        found = str(refused.value.params["found"])
        assert found == ", ".join(many[:30]) + ", … (+199,970)"
    with pytest.raises(FileFaultError) as refused:
        headings.demand(headings.match(many[:30], FIELDS, {}), FIELDS, many[:30])
    assert refused.value.params["found"] == ", ".join(many[:30])
