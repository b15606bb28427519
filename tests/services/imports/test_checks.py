"""Checks of columns against what Python itself makes of the same texts."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.imports import checks
from services.imports.batches import Batch
from services.imports.headings import Columns
from services.imports.sieve import Sieve, drop_blank

FORMS = ["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y-%m-%d 00:00:00"]


def _sieve(texts: list[str | None], *, personal: frozenset[str] = frozenset()) -> Sieve:
    batch = Batch(np.arange(2, 2 + len(texts)), {"V": pa.array(texts, pa.string())})
    return Sieve(batch, Columns({"v": "V"}, ()), personal)


def _keys(sieve: Sieve) -> dict[int, str]:
    return {int(row): finding.key for finding in sieve.findings for row in finding.rows}


@given(st.lists(st.tuples(st.dates(), st.sampled_from(FORMS)), min_size=1, max_size=20))
def test_every_day_is_read_in_every_form(days: list[tuple[date, str]]):
    def written(day: date, form: str) -> str:
        return (
            form.replace("%Y", f"{day.year:04d}")
            .replace("%m", f"{day:%m}")
            .replace("%d", f"{day:%d}")
        )

    sieve = _sieve([written(day, form) for day, form in days])
    assert checks.day(sieve, "v").to_pylist() == [day for day, _ in days]
    assert not sieve.findings


@given(st.integers(1, 9999), st.integers(0, 99), st.integers(0, 99))
def test_days_that_do_not_exist_are_refused(year: int, month: int, day: int):
    sieve = _sieve([f"{year:04d}-{month:02d}-{day:02d}"])
    found = checks.day(sieve, "v").to_pylist()
    try:
        assert found == [date(year, month, day)]
    except ValueError:
        assert found == [None]
        assert _keys(sieve) == {2: "error.import.value.no_such_day"}


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)), min_size=1))
def test_numbers_come_through_exactly(values: list[float | None]):
    sieve = _sieve([None if value is None else repr(value) for value in values])
    found = checks.numbers(sieve, "v", sieve.text("v"))
    assert [None if np.isnan(value) else value for value in found.tolist()] == values
    assert not sieve.findings


@given(st.lists(st.text(max_size=8), min_size=1, max_size=10))
def test_no_text_breaks_the_reading_of_numbers_or_days(texts: list[str]):
    sieve = _sieve([text or None for text in texts])
    numbers = checks.numbers(sieve, "v", sieve.text("v"))
    checks.day(sieve, "v")
    checks.choice(sieve, "v", checks.YES_NO)
    assert len(numbers) == len(texts)
    assert all(2 <= row < 2 + len(texts) for row in _keys(sieve))


def test_full_width_numbers_are_understood():
    sieve = _sieve(["１２.５", "3", "x"])
    assert checks.numbers(sieve, "v", sieve.text("v")).tolist()[:2] == [12.5, 3.0]
    assert _keys(sieve) == {4: "error.import.value.not_a_number"}


@pytest.mark.parametrize(("text", "expected"), [("是", "true"), ("FALSE", "false"), ("0", "false")])
def test_yes_and_no(text: str, expected: str):
    assert checks.choice(_sieve([text]), "v", checks.YES_NO).to_pylist() == [expected]


def test_values_are_quoted_short_and_personal_ones_not_at_all():
    sieve = _sieve(["x" * 100])
    checks.day(sieve, "v")
    assert sieve.findings[0].problem(0).params == {"value": "x" * 39 + "…"}
    assert sieve.findings[0].problem(0).field == "V"
    hidden = _sieve(["secret"], personal=frozenset({"v"}))
    checks.day(hidden, "v")
    assert "secret" not in repr(hidden.findings)


def test_a_range_of_days():
    sieve = _sieve(["2020-01-01", "2020-01-02", None, "2020-01-05"])
    days = checks.day(sieve, "v")
    checks.within(
        sieve, "v", days, date(2020, 1, 2), date(2020, 1, 4), "error.import.value.day_range"
    )
    assert list(_keys(sieve)) == [2, 5]


def test_space_around_values_and_blank_rows_are_left_out():
    sieve = _sieve(["\u3000 a\t", "  ", None])
    assert sieve.text("v").to_pylist() == ["a", None, None]
    kept = drop_blank(sieve.batch)
    assert kept.rows.tolist() == [2, 3]


def test_days_are_counted_from_the_epoch():
    sieve = _sieve([(date(1970, 1, 1) + timedelta(days=n)).isoformat() for n in (-1, 0, 20_000)])
    assert checks.day(sieve, "v").cast(pa.int32()).to_pylist() == [-1, 0, 20_000]
