"""Homes by the distance on foot: exact on the walking network, the nearest first.

Nobody walks less than the straight line, so what can be reached on foot within a distance lies in
the circle of that distance.
"""

from typing import Final

import numpy as np

from gis import attachment, reach
from gis.arrays import Floats, Int32s
from services import _arrays, _copy, errors, network
from services.database import Transaction
from services.households import rings, sources
from services.households.conditions import Conditions
from services.households.found import Distances
from services.households.holdings import Holdings
from services.households.question import Near
from services.households.rings import Ring
from services.households.sources import Origin
from services.memo import Memo, versions

USUAL_M: Final = 1_000.0
"""How far is looked where nobody says."""
_MOST: Final = 20_000
_ATTACHED: Final = """
    SELECT household_id, edge, offset_m, access_m FROM household_attachments
    WHERE household_id = ANY (%s::int[])
"""
_FIELDS: Final = (
    ("id", _copy.INT),
    ("edge", _copy.INT),
    ("offset_m", _copy.DOUBLE),
    ("access_m", _copy.DOUBLE),
)


def homes(
    tx: Transaction, memo: Memo, near: Near, holdings: Holdings, asked: Conditions
) -> list[tuple[int, Distances]]:
    """Return all homes within reach, by their distance on foot; last those without a way.

    Raises
    ------
    errors.RefusedError
        There are too many of them, or there is no walking network.
    """
    origin = Origin.of(near, holdings.metric_epsg)
    radius = near.radius_m or USUAL_M
    ring = Ring(-1.0, 0, radius, _MOST + 1)
    found = rings.page(tx, sources.in_boxes, origin, holdings, asked, ring)
    if len(found) > _MOST:
        raise errors.RefusedError("error.households.too_many_on_foot", most=_MOST)
    ids = np.array([row.id for row in found], dtype=np.int32)
    straight = np.array([row.value for row in found])
    walks = _walks(tx, memo, near, ids)
    order = np.lexsort((ids, np.where(np.isfinite(walks), walks, np.inf)))
    within = [i for i in order.tolist() if not np.isfinite(walks[i]) or walks[i] <= radius]
    return [(int(ids[i]), Distances(float(straight[i]), _or_none(float(walks[i])))) for i in within]


def _walks(tx: Transaction, memo: Memo, near: Near, ids: Int32s) -> Floats:
    """Metres on foot to each home; not finite: there is no way."""
    version = versions(tx).get("networks", 0)
    stored = memo.get(("network", version), lambda: network.load(tx))
    if stored is None:
        raise errors.RefusedError("error.households.no_network")
    place = network.attach(stored, np.array([[near.lon, near.lat]]))
    rows = _copy.read(tx, _ATTACHED, _FIELDS, (_arrays.Ints(ids),))
    demand = attachment.Attachment(rows["edge"], rows["offset_m"], rows["access_m"])
    walks = reach.nearest(stored.network, demand, place).distance_m
    at = {int(number): i for i, number in enumerate(rows["id"].tolist())}
    index = np.array([at.get(int(number), len(walks)) for number in ids], dtype=np.int64)
    told: Floats = np.append(walks, np.nan)[index]
    return told


def _or_none(metres: float) -> float | None:
    return metres if np.isfinite(metres) else None
