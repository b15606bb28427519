"""A day's round: the homes to visit, in walking order from where one stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from scipy.spatial import distance

from gis import attachment, crs, reach, rounds
from services import errors, network
from services.database import Transaction
from services.households.visits import Outcome
from services.network import StoredNetwork
from services.visits.due import Due

MOST_STOPS = 40
_FARTHEST_M = 10_000.0
_ATTACHMENTS = sa.text("""
    SELECT household_id, edge, offset_m, access_m FROM household_attachments
    WHERE household_id = ANY(:ids)
""")
_LOGGED = sa.text("""
    SELECT DISTINCT ON (h.code) h.code, h.address, v.outcome
    FROM visits v JOIN households h ON h.id = v.household_id
    WHERE h.code = ANY (:homes) AND v.received_at >= :since
    ORDER BY h.code, v.received_at DESC, v.id
""")


@dataclass(frozen=True, eq=False)
class Ground:
    """What a round is walked on.

    Attributes
    ----------
    metric_epsg
        The district's metric CRS.
    stored
        The walking network; None: there is none, straight lines are used.
    """

    metric_epsg: int
    stored: StoredNetwork | None


@dataclass(frozen=True)
class Stop:
    """A home on the round, with everyone there who is due.

    Attributes
    ----------
    leg_m
        Walking metres from the stop before; None: no way on foot leads there.
    """

    due: tuple[Due, ...]
    leg_m: float | None

    @property
    def household(self) -> str:
        """Code of the household."""
        return self.due[0].household


@dataclass(frozen=True)
class Logged:
    """What came of the last visit to a home since a round was planned."""

    address: str | None
    outcome: Outcome


@dataclass(frozen=True)
class DayRound:
    """A round.

    Attributes
    ----------
    stops
        In walking order; those that cannot be reached on foot stand last.
    length_m
        Walking metres altogether.
    on_network
        Whether distances follow the walking network; else straight lines.
    from_afar
        Whether the start lies off the network: the first leg is a straight line.
    """

    stops: tuple[Stop, ...]
    length_m: float
    on_network: bool
    from_afar: bool


def check(homes: int) -> None:
    """Refuse more homes than one round can take.

    Raises
    ------
    errors.RefusedError
        There are more than `MOST_STOPS`.
    """
    if homes > MOST_STOPS:
        raise errors.RefusedError("error.visits.too_many", most=MOST_STOPS)


def logged(tx: Transaction, since: datetime, homes: Sequence[str]) -> dict[str, Logged]:
    """Return those of some homes, by code, whose visit was logged since, by anybody."""
    rows = tx.sql.execute(_LOGGED, {"homes": list(homes), "since": since})
    return {row.code: Logged(row.address, Outcome(row.outcome)) for row in rows}


def plan(
    tx: Transaction,
    ground: Ground,
    start: tuple[float, float] | None,
    wanted: Sequence[Due],
) -> DayRound:
    """Order homes so that the walk from a start through all of them is short.

    Parameters
    ----------
    ground
        What is walked on.
    start
        Longitude, latitude, EPSG:4490; None: the first home.
    wanted
        Who is to be visited, in at most `MOST_STOPS` homes.

    Raises
    ------
    errors.RefusedError
        There are more homes than one round can take.
    """
    homes: dict[int, list[Due]] = {}
    for line in wanted:
        homes.setdefault(line.household_id, []).append(line)
    check(len(homes))
    if not wanted:
        return DayRound((), 0.0, on_network=ground.stored is not None, from_afar=False)
    listed = list(homes.values())
    start = start or (wanted[0].lon, wanted[0].lat)
    metres = _distances(tx, ground, start, listed)
    from_afar = not np.isfinite(metres[0, 1:]).any()
    if from_afar:
        metres = _from_afar(metres, _straight(ground, start, listed)[0])
    found = rounds.plan(metres)
    legs = zip(found.order, found.leg_m, strict=True)
    stops = [Stop(tuple(listed[at]), float(leg)) for at, leg in legs]
    stops += [Stop(tuple(listed[at]), None) for at in found.unreached]
    return DayRound(tuple(stops), found.length_m, ground.stored is not None, from_afar)


def _distances(
    tx: Transaction,
    ground: Ground,
    start: tuple[float, float],
    homes: Sequence[Sequence[Due]],
) -> NDArray[np.float64]:
    """Return walking metres between the start and all homes, ``(n + 1, n + 1)``."""
    if ground.stored is None:
        return _straight(ground, start, homes)
    places = _places(tx, ground.stored, start, [home[0].household_id for home in homes])
    pairs = reach.pairs(ground.stored.network, places, places, _FARTHEST_M)
    metres = np.full((len(homes) + 1, len(homes) + 1), np.inf)
    metres[pairs.demand, pairs.supply] = pairs.distance_m
    np.fill_diagonal(metres, 0.0)
    both: NDArray[np.float64] = np.minimum(metres, metres.T)
    return both


def _straight(
    ground: Ground, start: tuple[float, float], homes: Sequence[Sequence[Due]]
) -> NDArray[np.float64]:
    """Return straight metres between the start and all homes, ``(n + 1, n + 1)``."""
    lonlat = np.array([start, *((home[0].lon, home[0].lat) for home in homes)], dtype=np.float64)
    xy = crs.project(lonlat, crs.STORED, ground.metric_epsg)
    return distance.cdist(xy, xy)


def _from_afar(metres: NDArray[np.float64], straight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Let a start that no way joins to any home join them by straight lines.

    A yard, a field or a poor fix must not undo the order of the homes among themselves. Only those
    of one part of the network are joined, the part of the most: between parts there is no way.
    """
    joined = np.isfinite(metres).sum(axis=1)
    part = np.isfinite(metres[np.argmax(joined)])
    made = metres.copy()
    made[0, part] = made[part, 0] = straight[part]
    return made


def _places(
    tx: Transaction, stored: StoredNetwork, begin: tuple[float, float], ids: Sequence[int]
) -> attachment.Attachment:
    """Return where the start and the homes meet the network; homes as they are stored."""
    known = {row.household_id: row for row in tx.sql.execute(_ATTACHMENTS, {"ids": list(ids)})}
    start = network.attach(stored, np.array([begin], dtype=np.float64))
    rows = [known.get(household) for household in ids]
    edge = [row.edge if row else -1 for row in rows]
    offset = [row.offset_m if row else 0.0 for row in rows]
    access = [row.access_m if row else 0.0 for row in rows]
    return attachment.Attachment(
        np.concatenate([start.edge, np.array(edge, dtype=start.edge.dtype)]),
        np.concatenate([start.offset_m, np.array(offset, dtype=np.float64)]),
        np.concatenate([start.access_m, np.array(access, dtype=np.float64)]),
    )
