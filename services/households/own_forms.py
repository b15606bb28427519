"""Forms of addresses that occur among the caller's homes, with how many homes have each.

Words fit forms all over the district. Which of them lead to own homes is kept while assignments and
addresses stand still, so that a search looks into no others, and nothing about them shows.
"""

from collections.abc import Mapping
from typing import Any, Final

from services.database import Transaction
from services.households.holdings import Holdings
from services.memo import Memo

_VERSION: Final = "SELECT version FROM data_versions WHERE subject = 'address_forms'"
_OWN: Final = """
    SELECT address_form(h.address, h.building), count(*)
    FROM household_assignments a JOIN households h ON h.id = a.household_id
    WHERE a.unit_id = ANY (%(units)s::int[])
      AND a.valid_from <= %(today)s AND a.valid_to > %(today)s
    GROUP BY 1
"""


def of_caller(tx: Transaction, memo: Memo, holdings: Holdings) -> Mapping[int, int]:
    """Return the number of the caller's homes by form."""
    version = tx.driver.execute(_VERSION).fetchone()

    def read() -> Mapping[int, int]:
        values = {"units": holdings.unit_ids.tolist(), "today": holdings.today}
        rows: list[Any] = tx.driver.execute(_OWN, values).fetchall()
        return dict(rows)

    return memo.get(("own forms", holdings.key, version), read)
