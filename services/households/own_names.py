"""What the caller's people are found by: their names, sounds and initials.

They are kept while people, homes and assignments stand still. A name is looked for among them
only: a search sees nobody else's, and how long it takes tells nothing of them. Whoever may be
meant is asked for again through row-level security.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from gis.arrays import Int32s
from services import likeness, lines
from services.database import Transaction
from services.households.conditions import Named
from services.households.holdings import Holdings
from services.lines import Lines
from services.memo import Memo

MOST_HOMES: Final = 20_000
"""Of so many homes the people are quickly read; of more, an index of the district is quicker."""
_VERSION: Final = "SELECT max(version) FROM data_versions WHERE subject = 'residents'"
_OWN: Final = """
    SELECT coalesce(array_agg(p.id), '{}'), coalesce(string_agg(p.name_search, %(end)s), '')
    FROM (
        SELECT r.id, coalesce(r.name_search, '') AS name_search
        FROM household_assignments a JOIN residents r ON r.household_id = a.household_id
        WHERE a.unit_id = ANY (%(units)s::int[])
          AND a.valid_from <= %(today)s AND a.valid_to > %(today)s) p
"""


@dataclass(frozen=True)
class OwnNames:
    """The people of somebody's homes.

    Attributes
    ----------
    ids
        Of the people, shape (n,).
    lines
        What each is found by.
    """

    ids: Int32s
    lines: Lines

    def called(self, named: Named, alike: float) -> list[int]:
        """Return the ids of those who may be called so: nobody who is, is missing.

        Parameters
        ----------
        alike
            How alike sounds must be, at least (0 to 1).
        """
        if not named.by_likeness:
            taken = self.lines.fitting(re.compile(re.escape(f" {named.part}")))
        elif named.part.isascii() and named.part.isalnum():
            taken = np.flatnonzero(likeness.trigrams_in(named.part, self.lines) >= alike)
        else:  # what counts as a letter beyond these, the database decides
            taken = np.arange(len(self.ids))
        ids: list[int] = self.ids[taken].tolist()
        return ids


def of_caller(tx: Transaction, memo: Memo, holdings: Holdings) -> OwnNames:
    """Return the names among the caller's people."""
    row: Any = tx.driver.execute(_VERSION).fetchone()
    return memo.get(("own names", holdings.key, *row), lambda: _read(tx, holdings))


def _read(tx: Transaction, holdings: Holdings) -> OwnNames:
    # The units are the caller's, by the very policy; asked one by one it would take ten times as
    # long.
    with tx.as_owner() as owner:
        values = {
            "units": holdings.unit_ids.tolist(),
            "today": holdings.today,
            "end": lines.END,
        }
        row: Any = owner.driver.execute(_OWN, values, prepare=False).fetchone()
    ids, texts = row
    return OwnNames(np.array(ids, dtype=np.int32), Lines.of(texts.split(lines.END) if ids else []))
