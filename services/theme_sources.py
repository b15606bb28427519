"""What every theme reads: network, units and people of a day; read once for all of them."""

from datetime import date

from services import demand, hierarchy, network
from services.database import Transaction
from services.demand import Demand, Who
from services.memo import Memo

OF_DEMAND = (
    "households",
    "residents",
    "networks",
    "unit_versions",
    "household_assignments",
    "household_attachments",
)
"""Tables that demand depends on."""


class Sources:
    """Keeps what was read while the data stands still; shared by the themes of a process.

    Parameters
    ----------
    kept
        How many days are kept.
    """

    def __init__(self, kept: int = 8) -> None:
        self._networks = Memo(1)
        self._hierarchies = Memo(kept)
        self._demands = Memo(kept)

    def network(self, tx: Transaction, known: dict[str, int]) -> network.StoredNetwork | None:
        """Return the network in use; `known` are the versions of the data."""
        return self._networks.get(known.get("networks", 0), lambda: network.load(tx))

    def tree(self, tx: Transaction, known: dict[str, int], as_of: date) -> hierarchy.Hierarchy:
        """Return the units of a day."""
        key = (as_of, known.get("unit_versions", 0))
        return self._hierarchies.get(key, lambda: hierarchy.load(tx, as_of))

    def demand(
        self, tx: Transaction, known: dict[str, int], as_of: date, who: Who, metric_epsg: int
    ) -> Demand:
        """Return where the people live that a theme is for."""
        key = (as_of, who, *(known.get(subject, 0) for subject in OF_DEMAND))
        return self._demands.get(key, lambda: demand.load(tx, as_of, who, metric_epsg))
