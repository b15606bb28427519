"""A question made ready: what its words mean among the caller's homes, and where to look."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from gis.arrays import Int32s
from services import _copy
from services.database import Transaction
from services.households import conditions, names, own_forms, sources, words
from services.households.conditions import Conditions, Named
from services.households.holdings import Holdings
from services.households.keys import Key
from services.households.question import Question
from services.households.sources import Origin, Source
from services.memo import Memo

TIERS: Final = 3
FEW: Final = 3_000
"""So many homes are looked at one by one rather than searched for."""
_BEGIN: Final = Key(0, -1.0, 0)
_OWN_HOMES: Final = """
    SELECT household_id FROM household_assignments
    WHERE unit_id = ANY (%s::int[]) AND valid_from <= %s AND valid_to > %s
"""

Unserved = Callable[[], Int32s]
"""Returns ids of the households of the whole district that have no day care within reach."""


@dataclass(frozen=True)
class Search:
    """A question made ready.

    Attributes
    ----------
    own
        The caller's homes, or those in the unit asked for.
    asked
        What must hold of a home and of those who live there; of its address, only the numbers.
    forms
        Forms of addresses that the words fit, the best first, and how many own homes have each;
        None: no words, or only numbers.
    named
        How a name is looked for.
    """

    question: Question
    own: Holdings
    asked: Conditions
    forms: dict[int, int] | None = None
    named: Named | None = None

    @property
    def origin(self) -> Origin | None:
        """The position that distances count from."""
        near = self.question.near
        return Origin.of(near, self.own.metric_epsg) if near else None

    @property
    def radius_m(self) -> float:
        """How far is looked, metres."""
        near = self.question.near
        return near.radius_m if near and near.radius_m else math.inf

    @property
    def after(self) -> Key:
        """After what a page begins."""
        return self.question.after or _BEGIN

    @property
    def everything(self) -> Conditions:
        """What must hold, the forms of addresses included."""
        ids = None if self.forms is None else tuple(self.forms)
        return self.asked.plus(conditions.of_words(ids, None))

    @property
    def beyond_source(self) -> Conditions:
        """What must hold of homes that `bounded` has found."""
        return self.everything if self.named else self.asked


def settle(
    tx: Transaction,
    memo: Memo,
    question: Question,
    own: Holdings,
    unserved: Unserved | None,
    tier: int,
) -> Search | None:
    """Find out what the words of a question mean; None: names are not compared so loosely.

    Parameters
    ----------
    unserved
        Needed if the question asks for homes without day care.
    tier
        How loosely names are compared: 0 as they are, 1 by their sounds, 2 by likeness.
    """
    named = None
    if question.name.strip():
        ways = names.ways(question.name)
        if tier >= len(ways):
            return None
        named = ways[tier]
        names.likeness(tx)
    part = own.within(question.unit) if question.unit is not None else own
    typed = words.read(question.text)
    forms = _forms(tx, memo, own, typed) if typed.parts else None
    missing = _own_of(tx, part, unserved()) if question.no_day_care and unserved else None
    asked = (
        conditions.of_place(question, own)
        .plus(conditions.of_words(None, typed.numbers))
        .plus(conditions.of_people(question, named, missing))
    )
    return Search(question, part, asked, forms, named)


def bounded(tx: Transaction, memo: Memo, search: Search) -> Source | None:
    """Return homes that are few enough to be sorted whole; None: they are looked for step by step."""
    question, origin = search.question, search.origin
    if search.named is not None and search.own.total > FEW:
        homes = names.homes(tx, memo, question, search.named, search.own, FEW)
        return None if homes is None else sources.listed(homes, origin)
    if search.forms is not None and origin is not None and sum(search.forms.values()) <= FEW:
        return sources.of_forms(dict(enumerate(search.forms)), origin)
    return None


def _forms(tx: Transaction, memo: Memo, own: Holdings, typed: words.Words) -> dict[int, int]:
    occurring = own_forms.of_caller(tx, memo, own)
    return {form: occurring.homes[form] for form in words.forms(typed, occurring)}


def _own_of(tx: Transaction, own: Holdings, ids: Int32s) -> Int32s:
    """Return which of some homes are the caller's, ``(n,)``."""
    values = (own.unit_ids.tolist(), own.today, own.today)
    homes: Int32s = _copy.read(tx, _OWN_HOMES, (("id", _copy.INT),), values)["id"]
    return homes[np.isin(homes, ids)]
