"""Periods and versions of units, against plain sets of days."""

from datetime import date, timedelta

import shapely
from hypothesis import given
from hypothesis import strategies as st

from services.imports import unit_history
from services.imports.unit_history import Period, Version

_FIRST = date(2020, 1, 1)
_DAYS = [_FIRST + timedelta(days=n) for n in range(12)]
_INNER = _DAYS[1:-1]


@st.composite
def periods(draw: st.DrawFn) -> Period:
    lower, upper = sorted(
        draw(st.lists(st.sampled_from(_INNER), min_size=2, max_size=2, unique=True))
    )
    return Period(draw(st.sampled_from([None, lower])), draw(st.sampled_from([None, upper])))


def _days(period: Period) -> set[date]:
    return {day for day in _DAYS if period.contains(day)}


@given(periods(), periods())
def test_periods_are_sets_of_days(one: Period, other: Period):
    assert one.overlaps(other) == bool(_days(one) & _days(other))
    assert one.covers(other) == (_days(other) <= _days(one))
    left = [_days(piece) for piece in one.minus(other)]
    assert set().union(*left) == _days(one) - _days(other)
    assert sum(map(len, left)) == len(set().union(*left))


@given(st.lists(periods(), max_size=4), periods())
def test_periods_cover_together(some: list[Period], wanted: Period):
    assert unit_history.cover(some, wanted) == (
        _days(wanted) <= set().union(*(_days(period) for period in some))
    )


def _version(period: Period, name: str, number: int | None = None) -> Version:
    return Version(period, name, "town", shapely.MultiPolygon([shapely.box(0, 0, 1, 1)]), number)


@given(st.lists(periods(), min_size=1, max_size=5))
def test_each_day_has_what_was_put_there_last(some: list[Period]):
    versions: list[Version] = []
    expected: dict[date, str] = {}
    for number, period in enumerate(some):
        versions = unit_history.put(versions, _version(period, str(number), number))
        expected |= dict.fromkeys(_days(period), str(number))
    found = {day: v.name for v in versions for day in _days(v.period)}
    assert found == expected
    assert sum(len(_days(v.period)) for v in versions) == len(expected)
    stored = [version.id for version in versions if version.id is not None]
    assert len(stored) == len(set(stored))


def test_the_default_period_takes_over_from_a_day_on():
    day = _DAYS[5]
    assert unit_history.default_period([], day) is None
    open_end = [_version(Period(), "a")]
    assert unit_history.default_period(open_end, day) == Period(day, None)
    later = [_version(Period(None, _DAYS[2]), "a"), _version(Period(_DAYS[8], None), "b")]
    assert unit_history.default_period(later, day) == Period(day, _DAYS[8])


def test_a_hair_of_difference_says_the_same():
    one = _version(Period(), "a")
    shape = shapely.transform(one.geometry, lambda xy: xy + 1e-10)
    assert one.says_the_same(Version(Period(), "a", "town", shape))
    assert not one.says_the_same(_version(Period(), "b"))
    moved = shapely.transform(one.geometry, lambda xy: xy + 1e-7)
    assert not one.says_the_same(Version(Period(), "a", "town", moved))
