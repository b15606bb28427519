"""Forms of addresses that occur among the caller's homes, with how many homes have each.

They are kept while homes and assignments stand still, and words are looked for among them only: a
search sees no other's forms, and how long it takes tells nothing of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.database import Transaction
from services.households.holdings import Holdings
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
    searches
        What each is found by.
    """

    homes: Mapping[int, int]
    searches: Mapping[int, str]


def of_caller(tx: Transaction, memo: Memo, holdings: Holdings) -> OwnForms:
    """Return the forms among the caller's homes."""
    row: Any = tx.driver.execute(_VERSIONS).fetchone()
    return memo.get(("own forms", holdings.key, *row[0]), lambda: _read(tx, holdings))


def _read(tx: Transaction, holdings: Holdings) -> OwnForms:
    # The units are the caller's, by the very policy; asked home by home it would take ten times
    # as long.
    with tx.as_owner() as owner:
        values = {"units": holdings.unit_ids.tolist(), "today": holdings.today}
        rows: list[Any] = owner.driver.execute(_OWN, values).fetchall()
    homes = {form: number for form, number, _ in rows}
    return OwnForms(homes, {form: search for form, _, search in rows})
