"""What walks have covered of a network: passes of each section, metres by passes, last days.

A walk covers stretches of sections (edges). It passes a section when it covers at least a given
share of its length; however often it goes to and fro there, that is one pass.
"""

from dataclasses import dataclass

import numpy as np

from gis import arrays
from gis.tracks import intervals
from gis.tracks.intervals import Stretches

PASS_SHARE = 0.8
"""Share of a section's metres that makes a pass, unless the caller says otherwise."""

_TOUCH_M = 0.5
"""A place so near to the end of what was covered is covered."""

NEVER = int(np.iinfo(np.int32).min)
"""Last day of what was never passed."""


@dataclass(frozen=True, eq=False)
class Record:
    """Stretches covered by walks; refused with a ValueError when malformed.

    Attributes
    ----------
    stretches
        What was covered; stretches of one walk may overlap.
    walk
        Number of the walk that each belongs to, shape (k,).
    day
        Day of that walk, as a number of days since any day, shape (k,).
    """

    stretches: Stretches
    walk: arrays.Int64s
    day: arrays.Int32s

    def __post_init__(self) -> None:
        """Refuse arrays of different lengths."""
        if not len(self.stretches) == len(self.walk) == len(self.day):
            raise ValueError("the arrays of a record differ in length")

    def __len__(self) -> int:
        """Count the stretches."""
        return len(self.stretches)

    def between(self, first_day: int, last_day: int) -> "Record":
        """Make a record of a period, both days included."""
        within = (self.day >= first_day) & (self.day <= last_day)
        return Record(self.stretches.take(within), self.walk[within], self.day[within])


@dataclass(frozen=True, eq=False)
class Passes:
    """Sections passed by walks, each pair once.

    Attributes
    ----------
    edge, walk, day
        Shape (p,).
    """

    edge: arrays.Int32s
    walk: arrays.Int64s
    day: arrays.Int32s

    def take(self, index: arrays.AnyInts | arrays.Bools) -> "Passes":
        """Choose some, by index or mask."""
        return Passes(self.edge[index], self.walk[index], self.day[index])

    def plus(self, more: "Passes") -> "Passes":
        """Add passes of other walks."""
        return Passes(
            np.concatenate([self.edge, more.edge]),
            np.concatenate([self.walk, more.walk]),
            np.concatenate([self.day, more.day]),
        )


def passes(record: Record, length_m: arrays.Floats, share: float = PASS_SHARE) -> Passes:
    """Find which walk passed which section.

    Parameters
    ----------
    record
        Of any number of walks.
    length_m
        Length of each section, shape (e,).
    share
        Part of its length that must be covered, above 0, at most 1.

    Raises
    ------
    ValueError
        When the share is out of range or a section does not exist.
    """
    if not 0 < share <= 1:
        raise ValueError("share must be above zero and at most one")
    _check(record.stretches, length_m)
    if not len(record):
        return Passes(np.zeros(0, np.int32), record.walk, record.day)
    joined, walk = intervals.union_by(record.stretches, record.walk)
    fresh = np.ones(len(joined), np.bool_)
    fresh[1:] = (np.diff(walk) != 0) | (np.diff(joined.edge) != 0)
    first = np.flatnonzero(fresh)
    metres = np.add.reduceat(joined.to_m - joined.from_m, first)
    edge = joined.edge[first]
    enough = metres >= share * length_m[edge] - _SAME_M
    known, at = np.unique(record.walk, return_index=True)
    day = record.day[at][np.searchsorted(known, walk[first])]
    return Passes(edge[enough], walk[first][enough], day[enough])


def passes_anew(record: Record, before: Record, known: Passes, length_m: arrays.Floats) -> Passes:
    """Find the same as `passes`; only walks that an earlier record lacks are looked at.

    Parameters
    ----------
    record
        Of any number of walks.
    before, known
        A record whose walks, as far as they are in both, are the same; and its passes.
    length_m
        Length of each section, shape (e,).
    """
    fresh = ~np.isin(record.walk, before.walk)
    more = Record(record.stretches.take(fresh), record.walk[fresh], record.day[fresh])
    return known.take(np.isin(known.walk, record.walk)).plus(passes(more, length_m))


@dataclass(frozen=True, eq=False)
class Tally:
    """Passes of each section, and when the last was.

    Attributes
    ----------
    count
        Shape (e,).
    last_day
        `NEVER` without a pass, shape (e,).
    """

    count: arrays.Int64s
    last_day: arrays.Int32s

    def plus(self, more: Passes) -> "Tally":
        """Add passes of walks that were not counted yet; costs what they are, and one copy."""
        count, last = self.count.copy(), self.last_day.copy()
        np.add.at(count, more.edge, 1)
        np.maximum.at(last, more.edge, more.day)
        return Tally(count, last)

    def days_since(self, today: int) -> arrays.Floats:
        """Days from the last pass to a day, infinite without one, shape (e,)."""
        days = np.where(self.last_day == NEVER, np.inf, today - self.last_day.astype(np.float64))
        return np.asarray(days, np.float64)


def tally(passed: Passes, n_edges: int) -> Tally:
    """Count passes by section.

    Parameters
    ----------
    passed
        Of all walks.
    n_edges
        Number of sections.
    """
    last = np.full(n_edges, NEVER, np.int32)
    np.maximum.at(last, passed.edge, passed.day)
    return Tally(np.bincount(passed.edge, minlength=n_edges).astype(np.int64), last)


@dataclass(frozen=True, eq=False)
class Depth:
    """How many walks covered each metre: disjoint stretches sorted by edge, then offset.

    Attributes
    ----------
    stretches
        Where anything was covered.
    times
        By how many walks, shape (k,).
    """

    stretches: Stretches
    times: arrays.Int64s

    def metres(self, n_edges: int, at_least: int) -> arrays.Floats:
        """Metres of each section covered by at least so many walks, shape (e,)."""
        enough = self.times >= at_least
        length = (self.stretches.to_m - self.stretches.from_m)[enough]
        found = np.bincount(self.stretches.edge[enough], length, minlength=n_edges)
        return found.astype(np.float64)

    def at(self, edge: arrays.AnyInts, offset_m: arrays.Floats) -> arrays.Int64s:
        """Count the walks that covered some places, by section and metres along it, shape (k,).

        Where two stretches meet, the place belongs to the one that more walks covered.
        """
        found = np.zeros(len(edge), np.int64)
        if not len(self.stretches):
            return found
        farthest = max(float(self.stretches.to_m.max()), float(offset_m.max(initial=0.0)))
        width = farthest + 2 * _TOUCH_M + 1.0
        line = self.stretches.edge * width
        begin = line + self.stretches.from_m - _TOUCH_M
        end = line + self.stretches.to_m + _TOUCH_M
        at = np.asarray(edge) * width + offset_m
        last = np.searchsorted(begin, at, side="right") - 1
        for back in (0, 1):
            index = np.maximum(last - back, 0)
            inside = (last - back >= 0) & (at <= end[index])
            found = np.maximum(found, np.where(inside, self.times[index], 0))
        return found

    def plus(self, walked: Stretches) -> "Depth":
        """Add one more walk; only the sections that it touches are worked out anew."""
        more = intervals.union(walked)
        touched = np.isin(self.stretches.edge, more.edge)
        old = self.stretches.take(touched)
        anew = _sweep(
            np.concatenate([old.edge, more.edge]),
            np.concatenate([old.from_m, more.from_m]),
            np.concatenate([old.to_m, more.to_m]),
            np.concatenate([self.times[touched], np.ones(len(more), np.int64)]),
        )
        kept = self.stretches.take(~touched)
        edge = np.concatenate([kept.edge, anew.stretches.edge])
        order = np.argsort(edge, kind="stable")
        whole = Stretches(
            edge[order],
            np.concatenate([kept.from_m, anew.stretches.from_m])[order],
            np.concatenate([kept.to_m, anew.stretches.to_m])[order],
        )
        return Depth(whole, np.concatenate([self.times[~touched], anew.times])[order])


def depth(record: Record) -> Depth:
    """Count for every metre the walks that covered it."""
    joined, _ = intervals.union_by(record.stretches, record.walk)
    return _sweep(joined.edge, joined.from_m, joined.to_m, np.ones(len(joined), np.int64))


_SAME_M = 1e-3


def _sweep(
    edge: arrays.Int32s, from_m: arrays.Floats, to_m: arrays.Floats, times: arrays.Int64s
) -> Depth:
    """Go along each edge and count how many stretches are open."""
    at = np.concatenate([from_m, to_m])
    edges = np.concatenate([edge, edge])
    order = np.lexsort((at, edges))
    at, edges = at[order], edges[order]
    opened = np.cumsum(np.concatenate([times, -times])[order])
    some = np.flatnonzero((opened[:-1] > 0) & (np.diff(at) > 0) & (np.diff(edges) == 0))
    found = Stretches(edges[some], at[some], at[some + 1])
    return _merged(found, opened[some])


def _merged(found: Stretches, times: arrays.Int64s) -> Depth:
    """Join neighbours of equal depth."""
    fresh = np.ones(len(found), np.bool_)
    fresh[1:] = (
        (np.diff(found.edge) != 0) | (np.diff(times) != 0) | (found.from_m[1:] != found.to_m[:-1])
    )
    first = np.flatnonzero(fresh)
    last = np.append(first[1:], len(found))[: len(first)] - 1
    return Depth(Stretches(found.edge[first], found.from_m[first], found.to_m[last]), times[first])


def _check(stretches: Stretches, length_m: arrays.Floats) -> None:
    if len(stretches) and not (stretches.edge.min() >= 0 and stretches.edge.max() < len(length_m)):
        raise ValueError("a stretch lies on a section that does not exist")
