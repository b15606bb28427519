"""Forms of addresses that occur among the caller's homes, with how many homes have each.

They are kept while homes and assignments stand still, and words are looked for among them only: a
search sees no other's forms, and how long it takes tells nothing of them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from services.database import Transaction
from services.households.holdings import Holdings
from services.likeness import Texts
from services.lines import Lines
from services.memo import Memo

_VERSIONS: Final = """
    SELECT array(SELECT version FROM data_versions WHERE subject IN ('address_forms', 'households')
                 ORDER BY subject)
"""
_OWN: Final = """
    SELECT f.id, o.homes, f.search
    FROM (
        SELECT address_form(h.address, h.building) AS form, count(*)::integer AS homes
        FROM household_assignments a JOIN households h ON h.id = a.household_id
        WHERE a.unit_id = ANY (%(units)s::int[])
          AND a.valid_from <= %(today)s AND a.valid_to > %(today)s
        GROUP BY 1) o
    JOIN address_forms f ON f.id = o.form
    ORDER BY length(f.text), f.text, f.id
"""


@dataclass(frozen=True)
class OwnForms:
    """Forms, the shortest first: it has least besides what was looked for.

    Attributes
    ----------
    homes
        How many homes have each.
    lines
        What each is found by.
    compared
        The same, to be compared.
    """

    homes: Mapping[int, int]
    lines: Lines
    compared: Texts

    @classmethod
    def of(cls, forms: Sequence[tuple[int, int, str]]) -> Self:
        """Make one of id, number of homes, and what it is found by, of each form."""
        searches = [search for _, _, search in forms]
        return cls(
            {form: number for form, number, _ in forms},
            Lines.of(searches),
            Texts.of(searches),
        )

    def fitting(self, patterns: Sequence[re.Pattern[str]]) -> tuple[int, ...]:
        """Return the forms in which all patterns stand; none of them may go beyond a line."""
        taken = np.arange(len(self.lines))
        for pattern in patterns:
            taken = np.intersect1d(taken, self.lines.fitting(pattern))
        return self.some(taken)

    def some(self, taken: NDArray[np.intp]) -> tuple[int, ...]:
        """Return forms by their places."""
        ids = tuple(self.homes)
        return tuple(ids[at] for at in taken.tolist())


def of_caller(tx: Transaction, memo: Memo, holdings: Holdings) -> OwnForms:
    """Return the forms among the caller's homes."""
    row: Any = tx.driver.execute(_VERSIONS).fetchone()
    return memo.get(("own forms", holdings.key, *row[0]), lambda: _read(tx, holdings))


def _read(tx: Transaction, holdings: Holdings) -> OwnForms:
    # The units are the caller's, by the very policy; asked home by home it would take ten times
    # as long.
    with tx.as_owner() as owner:
        values = {"units": holdings.unit_ids.tolist(), "today": holdings.today}
        # A plan for these units each time: one for any units reads the whole district. And by one
        # process: others ask at the same time.
        owner.driver.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        rows: list[Any] = owner.driver.execute(_OWN, values, prepare=False).fetchall()
    return OwnForms.of(rows)
