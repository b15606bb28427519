"""Words, numbers, dates and distances as each language writes them."""

import math
from datetime import date

import pytest

from services import errors
from services.settings import Language
from web import i18n
from web.i18n import Translator


@pytest.fixture
def t() -> Translator:
    words = {
        "greeting": "{n} of {whole} on {day}",
        "late": "{n} {n:#day|days} late",
        "plain": "no {values}",
        "value.none": "–",
        "value.yes": "yes",
        "value.no": "no",
        "value.metres": "{n} m",
        "value.kilometres": "{n} km",
        "error.constraint": "rule {name}",
        "error.known": "known {code}",
    }
    return Translator(Language.EN, words)


def test_values_are_shown_as_the_language_does(t: Translator) -> None:
    shown = t("greeting", n=26010, whole=1234567.891, day=date(2026, 11, 23))
    assert shown == "26,010 of 1,234,567.89 on 2026-11-23"
    assert t("greeting", n=None, whole=True, day="340405001") == "– of yes on 340405001"
    assert t("plain") == "no {values}", "a script fills it in"
    assert t("unknown.key") == "unknown.key"


@pytest.mark.parametrize(
    ("n", "shown"), [(0, "0 days late"), (1, "1 day late"), (2, "2 days late"), ("1", "1 day late")]
)
def test_one_is_told_from_many(t: Translator, n: object, shown: str) -> None:
    assert t("late", n=n) == shown


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [(0, 0, "0"), (999, 0, "999"), (1000, 0, "1,000"), (4.36, 1, "4.4"), (4.0, 1, "4"),
     (1204.5, 2, "1,204.5"), (None, 0, "–"), (math.nan, 1, "–"), (100, 1, "100")],
)  # fmt: skip
def test_numbers(t: Translator, value: float | None, digits: int, shown: str) -> None:
    assert t.number(value, digits) == shown


@pytest.mark.parametrize(
    ("share", "shown"), [(0, "0%"), (0.613, "61%"), (1, "100%"), (None, "–"), (math.nan, "–")]
)
def test_shares(t: Translator, share: float | None, shown: str) -> None:
    assert t.percent(share) == shown


@pytest.mark.parametrize(
    ("metres", "shown"),
    [(0, "0 m"), (299.6, "300 m"), (999.4, "999 m"), (999.6, "1 km"), (1549, "1.5 km"),
     (739_660, "739.7 km"), (None, "–")],
)  # fmt: skip
def test_distances_are_metres_below_a_kilometre(
    t: Translator, metres: float | None, shown: str
) -> None:
    assert t.distance(metres) == shown


def test_a_constraint_without_words_is_told_by_name(t: Translator) -> None:
    assert t.error(errors.RefusedError("error.constraint.units_code_key")) == "rule units_code_key"
    assert t.error(errors.NotFoundError("error.known", code="1")) == "known 1"


@pytest.mark.parametrize(
    ("asked", "remembered", "accepted", "chosen"),
    [
        ("en", "zh", "zh", "en"),
        (None, "en", "zh", "en"),
        (None, None, "fr, en-GB;q=0.8, zh;q=0.9", "zh"),
        (None, None, "en-US,en;q=0.9", "en"),
        (None, None, "zh;q=0, en;q=0.1", "en"),
        (None, None, "fr", "zh"),
        ("fr", "xx", "", "zh"),
        (None, None, "en;q=nonsense, zh-Hant-TW", "zh"),
        ("EN-us", None, "", "en"),
    ],
)
def test_the_language_is_the_one_asked_for(
    asked: str | None, remembered: str | None, accepted: str, chosen: str
) -> None:
    assert i18n.choose(asked, remembered, accepted, Language.ZH) == chosen


def test_halves_are_rounded_as_on_the_maps() -> None:
    """JavaScript's `Intl.NumberFormat` rounds half away from zero: no figure may differ by page."""
    t = i18n.load(Language.EN)
    assert [t.distance(value) for value in (908.5, 909.5, 999.5)] == ["909 m", "910 m", "1 km"]
    assert [t.percent(value) for value in (0.505, 0.285, 0.125)] == ["51%", "29%", "13%"]
    assert [t.number(value, 1) for value in (19.15, 2.25, -0.25)] == ["19.2", "2.3", "-0.3"]
    assert [t.number(value) for value in (2.5, 12_345_678, float("inf"))] == [
        "3",
        "12,345,678",
        "Infinity",
    ]
