"""Finding households by location and text, as far as they are the caller's own.

`find` answers page by page, in an order that a page's last key continues: by metres where a
position is given, by how well the address fits where words are, else as they were registered.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

import numpy as np

from services import audit
from services.database import Transaction
from services.households import found, holdings, on_foot, rings, searches, sources
from services.households.found import Distances, Found, Place
from services.households.keys import Key
from services.households.question import Question
from services.households.rings import Ring
from services.households.searches import Search, Unserved
from services.households.sources import Row, Source, Span
from services.memo import Memo

MOST_COUNTED: Final = 500
_AMPLE: Final = 2


@dataclass(frozen=True)
class Page:
    """Households that were found.

    Attributes
    ----------
    next
        Key of the next page; None: this is the last.
    """

    rows: tuple[Found, ...]
    next: Key | None


@dataclass(frozen=True)
class Count:
    """How many fit.

    Attributes
    ----------
    more
        It is only known that there are more than these.
    """

    homes: int
    more: bool


def find(tx: Transaction, memo: Memo, question: Question, unserved: Unserved | None = None) -> Page:
    """Return a page of households, and note in the audit log what kind of question found how many.

    Parameters
    ----------
    tx
        Through the door of people; to be committed, or nothing is noted.
    memo
        Keeps what the caller answers for, and the network, while they stand still.
    unserved
        Needed if the question asks for homes without day care.

    Raises
    ------
    errors.RefusedError
        On foot: there is no network, or there are too many homes within the distance.
    errors.NotFoundError
        There is no district.
    """
    page = _found(tx, memo, question, unserved)
    audit.append(tx, "household_search", found=len(page.rows), asked=question.kinds)
    return page


def count(
    tx: Transaction, memo: Memo, question: Question, unserved: Unserved | None = None
) -> Count:
    """Count what `find` finds on all pages together, exactly up to `MOST_COUNTED`."""
    own = holdings.of_caller(tx, memo)
    for tier in range(searches.TIERS):
        search = searches.settle(tx, memo, replace(question, after=None), own, unserved, tier)
        if search is None:
            break
        homes = _counted(tx, memo, search)
        if homes or search.named is None:
            return Count(min(homes, MOST_COUNTED), homes > MOST_COUNTED)
    return Count(0, more=False)


def _found(tx: Transaction, memo: Memo, question: Question, unserved: Unserved | None) -> Page:
    own = holdings.of_caller(tx, memo)
    for tier in range(question.after.tier if question.after else 0, searches.TIERS):
        search = searches.settle(tx, memo, question, own, unserved, tier)
        if search is None:
            break
        places = _places(tx, memo, search)
        # Once a way to compare names has found somebody, later pages keep to it.
        if places or question.after or search.named is None:
            return _page(tx, search, places, tier)
    return Page((), None)


def _page(tx: Transaction, search: Search, places: list[Place], tier: int) -> Page:
    question = search.question
    shown = places[: question.limit]
    last = shown[-1] if len(places) > len(shown) else None
    rows = found.rows(tx, search.own.today, shown)
    return Page(rows, Key(tier, last.value, last.id) if last else None)


def _places(tx: Transaction, memo: Memo, search: Search) -> list[Place]:
    """Return the homes of a page and one more."""
    near, limit = search.question.near, search.question.limit + 1
    if near and near.on_foot:
        return _walked(tx, memo, search)[:limit]
    if near is None:
        rows = _by_rank(tx, memo, search, limit)
        return [Place(row.id, row.value, Distances(), row.home) for row in rows]
    rows = _by_distance(tx, memo, search, limit)
    return [Place(row.id, row.value, Distances(row.value), row.home) for row in rows]


def _walked(tx: Transaction, memo: Memo, search: Search) -> list[Place]:
    near, after = search.question.near, search.after
    if near is None:
        return []
    homes = on_foot.homes(tx, memo, near, search.own, search.everything)
    walks = [far.walk_m for _, far in homes]
    values = [math.inf if walk is None else walk for walk in walks]
    places = [Place(number, value, far) for (number, far), value in zip(homes, values, strict=True)]
    return [place for place in places if (place.value, place.id) > (after.value, after.id)]


def _by_distance(tx: Transaction, memo: Memo, search: Search, limit: int) -> list[Row]:
    after, origin = search.after, search.origin
    source = searches.bounded(tx, memo, search)
    if source is not None:
        span = Span(after.value, after.id, search.radius_m, limit)
        return sources.page(tx, source, search.beyond_source, span)
    if origin is None:
        return []
    ring = Ring(after.value, after.id, search.radius_m, limit)
    return rings.page(tx, sources.homes_in_boxes, origin, search.own, search.everything, ring)


def _by_rank(tx: Transaction, memo: Memo, search: Search, limit: int) -> list[Row]:
    """Return homes by how well their address fits, else by their number."""
    after = search.after
    span = Span(after.value, after.id, math.inf, limit)
    source = searches.bounded(tx, memo, search)
    if source is not None:
        return sources.page(tx, source, search.beyond_source, span)
    if search.question.area is not None and search.forms is None:
        return sources.page(tx, sources.anywhere(after.id), search.asked, span)
    return list(islice(_step_by_step(tx, search, span), limit))


def _step_by_step(tx: Transaction, search: Search, span: Span) -> Iterator[Row]:
    """Yield homes form by form, the best first, or unit by unit: some at a time, then more."""
    own, forms = search.own, search.forms
    if forms is not None:
        steps = [(rank, homes) for rank, homes in enumerate(forms.values())]
    else:
        steps = list(zip(own.unit_ids.tolist(), own.homes.tolist(), strict=True))
    for chunk in _chunks([step for step in steps if step[0] >= span.after_value], span.limit):
        yield from sources.page(tx, _source_of(search, chunk), search.asked, span)


def _source_of(search: Search, chunk: list[int]) -> Source:
    if search.forms is None:
        taken = np.flatnonzero(np.isin(search.own.unit_ids, chunk))
        own = search.own.some(taken, tuple(chunk))
        return sources.in_units(own) if search.asked.homes else sources.assigned(own)
    forms = list(search.forms)
    return sources.of_forms({rank: forms[rank] for rank in chunk}, None)


def _chunks(steps: list[tuple[int, int]], limit: int) -> Iterator[list[int]]:
    """Put steps together until they have so many homes that a page is likely; then more, and more."""
    wanted, homes = _AMPLE * limit, 0
    chunk: list[int] = []
    for step, number in steps:
        chunk.append(step)
        homes += number
        if homes >= wanted:
            yield chunk
            chunk, homes, wanted = [], 0, 2 * wanted
    if chunk:
        yield chunk


def _counted(tx: Transaction, memo: Memo, search: Search) -> int:
    question, origin, asked = search.question, search.origin, search.everything
    if question.near and question.near.on_foot:
        return len(on_foot.homes(tx, memo, question.near, search.own, asked))
    is_free = question.unit is None and math.isinf(search.radius_m)
    if is_free and not (search.asked.homes or search.asked.people):
        return search.own.total if search.forms is None else sum(search.forms.values())
    source = searches.bounded(tx, memo, search)
    if source is None and origin is not None and not math.isinf(search.radius_m):
        source = sources.in_boxes(origin, rings.boxes(origin, search.own, search.radius_m))
    elif source is None and question.area is not None:
        source = sources.anywhere()
    source = source or (sources.in_units if asked.homes else sources.assigned)(search.own)
    return sources.count(tx, source, asked, search.radius_m, MOST_COUNTED)
