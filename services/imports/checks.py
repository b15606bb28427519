"""Checks of single columns: text in, values of the right type out, faulty rows refused.

Each function checks a whole column at once and returns an Arrow array, null where the file has
nothing or the row was refused.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute

from services.imports.sieve import Sieve, mask

_NUMBER: Final = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
_DAY: Final = (
    r"^(?P<y>[0-9]{4})(?:-(?P<m1>[0-9]{1,2})-(?P<d1>[0-9]{1,2})|/(?P<m2>[0-9]{1,2})/(?P<d2>[0-9]{1,2})"
    r"|\.(?P<m3>[0-9]{1,2})\.(?P<d3>[0-9]{1,2})|年(?P<m4>[0-9]{1,2})月(?P<d4>[0-9]{1,2})日?"
    r"|(?P<m5>[0-9]{2})(?P<d5>[0-9]{2}))(?:[ T]00:00:00(?:\.0+)?)?$"
)
_CONTROL: Final = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_CONTROL_IN_CODE: Final = r"[\x00-\x1f\x7f]"
_LONGEST_CODE: Final = 64
_LONGEST_TEXT: Final = 1000
_DAYS_OF_MONTH: Final = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])

YES_NO: Final[Mapping[str, str]] = dict.fromkeys(
    ("yes", "y", "true", "t", "1", "是", "有", "√", "对"), "true"
) | dict.fromkeys(("no", "n", "false", "f", "0", "否", "无", "没有", "×", "不是"), "false")


def require(sieve: Sieve, field: str, texts: Any) -> None:
    """Refuse rows in which a field is empty."""
    if texts.null_count:
        empty = texts.is_null().to_numpy(zero_copy_only=False)
        sieve.refuse(empty, field, "error.import.value.missing", {})


def code(sieve: Sieve, field: str) -> Any:
    """Check a required code: up to 64 characters, no control characters."""
    texts = sieve.text(field)
    require(sieve, field, texts)
    too_long = mask(compute.greater(compute.utf8_length(texts), _LONGEST_CODE))
    sieve.refuse_values(
        too_long, field, "error.import.value.too_long", texts, longest=_LONGEST_CODE
    )
    odd = mask(compute.match_substring_regex(texts, _CONTROL_IN_CODE))
    sieve.refuse_values(odd, field, "error.import.value.control", texts)
    return texts


def text(sieve: Sieve, field: str) -> Any:
    """Check free text: up to 1,000 characters, no control characters but line ends."""
    texts = sieve.text(field)
    if texts.null_count == len(texts):
        return texts
    too_long = mask(compute.greater(compute.utf8_length(texts), _LONGEST_TEXT))
    sieve.refuse_values(
        too_long, field, "error.import.value.too_long", texts, longest=_LONGEST_TEXT
    )
    odd = mask(compute.match_substring_regex(texts, _CONTROL))
    sieve.refuse_values(odd, field, "error.import.value.control", texts)
    return texts


def required_text(sieve: Sieve, field: str) -> Any:
    """Check text that must be there."""
    texts = text(sieve, field)
    require(sieve, field, texts)
    return texts


def number(sieve: Sieve, field: str, low: float, high: float) -> Any:
    """Check a number in a range, both ends included."""
    texts = sieve.text(field)
    values = numbers(sieve, field, texts)
    given = ~np.isnan(values)
    beyond = given & ~((values >= low) & (values <= high))
    sieve.refuse_values(
        beyond, field, "error.import.value.range", texts, low=_plain(low), high=_plain(high)
    )
    return nullable(values)


def _plain(limit: float) -> str:
    """Write a limit in full: 1,000,000 and not 1e+06."""
    return f"{limit:,.6f}".rstrip("0").rstrip(".")


def nullable(values: NDArray[np.float64]) -> Any:
    """Turn NaN into null."""
    return pa.array(values, mask=np.isnan(values))


def whole_number(sieve: Sieve, field: str, low: int, high: int) -> Any:
    """Check a whole number in a range, both ends included."""
    values = number(sieve, field, low, high).to_numpy(zero_copy_only=False)
    broken = ~np.isnan(values) & (np.round(values) != values)
    sieve.refuse_values(broken, field, "error.import.value.whole", sieve.text(field))
    inside = (values >= low) & (values <= high) & ~broken
    return pa.array(np.where(inside, values, 0).astype(np.int64), mask=~inside)


def numbers(sieve: Sieve, field: str, texts: Any) -> NDArray[np.float64]:
    """Read numbers, NaN where there is none or it was refused; "nan" and "inf" are refused too."""
    try:
        parsed = texts.cast(pa.float64())
    except pa.ArrowInvalid:
        parsed = _numbers_one_by_one(sieve, field, texts)
    values: NDArray[np.float64] = parsed.to_numpy(zero_copy_only=False)
    finite = np.isfinite(values)
    if finite.all():
        return values
    odd = ~finite & parsed.is_valid().to_numpy(zero_copy_only=False)
    sieve.refuse_values(odd, field, "error.import.value.not_finite", texts)
    return np.where(finite, values, np.nan)


def _numbers_one_by_one(sieve: Sieve, field: str, texts: Any) -> Any:
    narrow = compute.utf8_trim_whitespace(compute.utf8_normalize(texts, "NFKC"))
    lower = compute.utf8_lower(narrow)
    endless = compute.match_substring_regex(lower, r"^[+-]?(nan|inf|infinity)$")
    fine = compute.or_(compute.match_substring_regex(narrow, _NUMBER), endless)
    sieve.refuse_values(mask(compute.invert(fine)), field, "error.import.value.not_a_number", texts)
    return compute.if_else(fine, narrow, pa.scalar(None, pa.string())).cast(pa.float64())


def day(sieve: Sieve, field: str) -> Any:
    """Check a date: 2026-11-23, 2026/11/23, 2026.11.23, 20261123 or 2026年11月23日."""
    texts = sieve.text(field)
    if texts.null_count == len(texts):
        return pa.nulls(len(texts), pa.date32())
    parts = compute.extract_regex(texts, _DAY)
    year = _part(parts, ["y"])
    month = _part(parts, [f"m{i}" for i in range(1, 6)])
    in_month = _part(parts, [f"d{i}" for i in range(1, 6)])
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    last = _DAYS_OF_MONTH[np.clip(month, 0, 12)] + (leap & (month == 2))
    given = texts.is_valid().to_numpy(zero_copy_only=False)
    shaped = year >= 0
    sieve.refuse_values(given & ~shaped, field, "error.import.value.not_a_date", texts)
    real = (month >= 1) & (month <= 12) & (in_month >= 1) & (in_month <= last)
    sieve.refuse_values(shaped & ~real, field, "error.import.value.no_such_day", texts)
    real &= shaped
    months = (np.where(real, year, 1970) - 1970) * 12 + np.where(real, month, 1) - 1
    days = months.astype("datetime64[M]").astype("datetime64[D]") + (
        np.where(real, in_month, 1) - 1
    )
    return pa.array(days, pa.date32(), mask=~real)


def _part(parts: Any, names: list[str]) -> NDArray[np.int64]:
    """Digits of the first group that is there, -1 where the text did not match."""
    nothing = pa.scalar(None, pa.string())
    groups = [compute.struct_field(parts, name) for name in names]
    found = [compute.if_else(compute.equal(group, ""), nothing, group) for group in groups]
    given = compute.coalesce(*found, "-1")
    values: NDArray[np.int64] = given.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return values


def within(sieve: Sieve, field: str, days: Any, first: date, last: date, key: str) -> None:
    """Refuse dates before a first or after a last day."""
    numbers_of_days = days.cast(pa.int32())
    epoch = date(1970, 1, 1)
    outside = compute.or_(
        compute.less(numbers_of_days, (first - epoch).days),
        compute.greater(numbers_of_days, (last - epoch).days),
    )
    sieve.refuse_values(mask(outside), field, key, sieve.text(field), first=first, last=last)


def choice(sieve: Sieve, field: str, words: Mapping[str, str]) -> Any:
    """Check a value of a fixed list; several words may stand for the same."""
    texts = sieve.text(field)
    known = pa.array(list(words), pa.string())
    place = compute.index_in(compute.utf8_lower(texts), value_set=known)
    unknown = mask(compute.and_(texts.is_valid(), place.is_null()))
    listed = _listed(words)
    sieve.refuse_values(unknown, field, "error.import.value.choice", texts, known=listed)
    return pa.array(list(words.values()), pa.string()).take(place)


def _listed(words: Mapping[str, str]) -> str:
    """List the values of a fixed list, each with its first Chinese word: ``day_care 日间照料中心``."""
    chinese: dict[str, str] = {}
    for word, value in words.items():
        if not word.isascii():
            chinese.setdefault(value, word)
    return ", ".join(f"{v} {chinese.get(v, '')}".strip() for v in dict.fromkeys(words.values()))
