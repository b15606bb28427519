"""What an import says of a file: once for all rows that have the same fault."""

from services.imports.report import Problem
from services.settings import Language
from web import i18n, import_words

ZH = i18n.load(Language.ZH)
EN = i18n.load(Language.EN)


def elsewhere(row: int, field: str = "lon") -> Problem:
    return Problem(row, field, "error.import.point.not_finite", {})


def test_the_same_fault_of_many_rows_is_told_once() -> None:
    rows = [2, 3, 4, 9, 5]
    (told,) = import_words.told(EN, [elsewhere(row) for row in rows])
    assert told.rows == (2, 3, 4, 5, 9)
    assert told.numbers(EN) == "2–5, 9"
    assert told.sentence(EN).startswith("row 2–5, 9, “lon”: The coordinates are no numbers")
    assert import_words.sentence(ZH, elsewhere(12345)).startswith("第 12345 行“lon”：坐标不是数")


def test_other_words_and_other_columns_are_told_apart() -> None:
    twice = [
        Problem(n, "code", "error.import.code.twice", {"code": "A", "first": n}) for n in (3, 4)
    ]
    whole = Problem(None, None, "error.import.file.empty", {})
    told = import_words.told(EN, [*twice, elsewhere(2), elsewhere(2, "lat"), whole])
    assert [one.rows for one in told] == [(3,), (4,), (2,), (2,), ()]
    assert told[-1].sentence(EN) == "The file is empty. Export or copy it again."


def test_scattered_rows_are_not_all_listed() -> None:
    (told,) = import_words.told(EN, [elsewhere(row) for row in range(2, 202, 2)])
    assert told.numbers(EN) == "2, 4, 6, 8, 10, 12, 14, 16, 18, 20 and others, 100 rows"


def test_levels_are_named_in_the_language_of_the_reader() -> None:
    params = {"value": "3404", "level": "township", "digits": 9}
    problem = Problem(2, "code", "error.import.units.code_level", params)
    assert "乡镇街道" in import_words.sentence(ZH, problem)
    assert "township" not in import_words.sentence(ZH, problem)
    assert "township" in import_words.sentence(EN, problem).lower()
