"""What lies within a walk of a home: the nearest facility of each kind, by walking."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
import sqlalchemy as sa

from gis import attachment, reach
from services import facilities, network
from services.database import Transaction
from services.facility_kinds import FacilityKind
from services.memo import Memo, versions
from services.network import StoredNetwork

LIMIT_M = 5000.0
"""Farther is told as "farther than this": over an hour's walk."""

_NOT_WALKED_TO = frozenset({FacilityKind.RAMP, FacilityKind.OTHER})
_ATTACHMENT = sa.text("""
    SELECT edge, offset_m, access_m FROM household_attachments WHERE household_id = :id
""")


class Ground(StrEnum):
    """Whether walks from a home can be measured."""

    KNOWN = "known"
    UNATTACHED = "unattached"  # the home is too far from every path
    NO_NETWORK = "no_network"


@dataclass(frozen=True)
class NearPlace:
    """The facility of its kind that is nearest on foot.

    Attributes
    ----------
    minutes
        By the walking speed of the rule set, rounded up.
    """

    kind: FacilityKind
    code: str
    name: str
    walk_m: float
    minutes: int


@dataclass(frozen=True)
class Surroundings:
    """What lies around a home.

    Attributes
    ----------
    places
        The nearest of each kind within `LIMIT_M`, in the order of kinds.
    beyond
        Kinds that exist, but none within `LIMIT_M`.
    credit
        Whom the network's maker wants named.
    """

    ground: Ground
    places: tuple[NearPlace, ...] = ()
    beyond: tuple[FacilityKind, ...] = ()
    credit: str | None = None


@dataclass(frozen=True)
class _Places:
    """Open facilities that people walk to, and where they meet the network."""

    found: tuple[facilities.Facility, ...]
    kinds: tuple[FacilityKind, ...]
    attachment: attachment.Attachment


def around(
    tx: Transaction, memo: Memo, household_id: int, day: date, speed_m_per_min: float
) -> Surroundings:
    """Search from a home to every facility that is open on a day.

    Parameters
    ----------
    memo
        Keeps the network and the facilities' places on it while they stand still.
    speed_m_per_min
        Walking speed of the rule set.
    """
    known = versions(tx)
    stored: StoredNetwork | None = memo.get(
        ("network", known.get("networks", 0)), lambda: network.load(tx)
    )
    if stored is None:
        return Surroundings(Ground.NO_NETWORK)
    row = tx.sql.execute(_ATTACHMENT, {"id": household_id}).one_or_none()
    if row is None or row.edge < 0:
        return Surroundings(Ground.UNATTACHED, credit=stored.info.attribution)
    home = attachment.Attachment(
        np.array([row.edge], dtype=np.int32), np.array([row.offset_m]), np.array([row.access_m])
    )
    subjects = ("networks", "facilities", "facility_assignments")
    key = ("walked to", day, *(known.get(subject, 0) for subject in subjects))
    places = memo.get(key, lambda: _places(tx, stored, day))
    metres = reach.table(stored.network, places.attachment, home, LIMIT_M)[0]
    near = tuple(_nearest(places, metres, speed_m_per_min))
    reached = {place.kind for place in near}
    beyond = tuple(
        kind for kind in FacilityKind if kind in set(places.kinds) and kind not in reached
    )
    return Surroundings(Ground.KNOWN, near, beyond, stored.info.attribution)


def _places(tx: Transaction, stored: StoredNetwork, day: date) -> _Places:
    wanted = {kind.value for kind in FacilityKind if kind not in _NOT_WALKED_TO}
    found = tuple(place for place in facilities.open_on(tx, day) if place.kind in wanted)
    lonlat = np.array([(place.lon, place.lat) for place in found], dtype=np.float64)
    kinds = tuple(FacilityKind(place.kind) for place in found)
    return _Places(found, kinds, network.attach(stored, lonlat.reshape(-1, 2)))


def _nearest(
    places: _Places, metres: np.ndarray[tuple[int], np.dtype[np.float64]], speed: float
) -> Iterator[NearPlace]:
    of = np.array(places.kinds, dtype=object)
    for kind in FacilityKind:
        at = np.flatnonzero((of == kind) & np.isfinite(metres))
        if len(at):
            best = int(at[np.argmin(metres[at])])
            walk = float(metres[best])
            found = places.found[best]
            yield NearPlace(kind, found.code, found.name, walk, math.ceil(walk / speed))
