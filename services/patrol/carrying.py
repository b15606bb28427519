"""Routes and covered sections carried over to a network that takes the place of another.

They are stored as edges with metres, and edges are numbered anew by every import: without this
they would silently mean other roads.
"""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import shapely
import sqlalchemy as sa
from numpy.typing import NDArray

from gis import crs
from gis import network as networks
from gis.tracks import carrying, intervals, matching, sections
from gis.tracks.track import Fate, Track
from services import _copy, network
from services.database import Transaction
from services.network import StoredNetwork
from services.patrol import positions, snapping
from services.sealing import Sealer

_NAMED: Final = 5
_ALL_COVERED = "SELECT track_id, edge, from_m, to_m FROM patrol_covered"
_ALL_SECTIONS = (
    "SELECT route_id, edge, from_m, to_m FROM patrol_route_sections ORDER BY route_id, position"
)
_COVERED = (
    ("track_id", _copy.INT),
    ("edge", _copy.INT),
    ("from_m", _copy.DOUBLE),
    ("to_m", _copy.DOUBLE),
)
_SECTIONS = (("route_id", _copy.INT), *_COVERED[1:])
_STORED_SECTIONS = (_SECTIONS[0], ("position", _copy.INT), *_SECTIONS[1:])
_NAMES = sa.text("""
    SELECT id, name FROM network_edges WHERE network_id = :network AND name IS NOT NULL
""")
_LAID = sa.text("""
    UPDATE patrol_routes SET length_m = :length_m, geom = ST_Multi(ST_GeomFromWKB(:wkb, 4490))
    WHERE id = :id
""")
_MATCHED = sa.text("""
    UPDATE patrol_tracks SET used = :used, walked_m = :walked_m, sigma_m = :sigma_m WHERE id = :id
""")


@dataclass(frozen=True, eq=False)
class Former:
    """The network that is about to go, and the names of its roads, by edge."""

    stored: StoredNetwork
    names: dict[int, str]


@dataclass(frozen=True)
class Moved:
    """What became of patrols.

    Attributes
    ----------
    routes_m, tracks_m
        Metres there were.
    routes_kept_m, tracks_kept_m
        Metres of them that lie on roads of the new network.
    rematched
        Tracks matched anew, since their positions are still kept.
    routes_lost
        Routes of which nothing is left on any road.
    gone
        Names of the roads on which most was lost, at most five.
    """

    routes_m: float
    routes_kept_m: float
    routes_lost: int
    tracks_m: float
    tracks_kept_m: float
    rematched: int
    gone: tuple[str, ...]

    @property
    def anything(self) -> bool:
        """Whether there was anything to carry over."""
        return self.routes_m + self.tracks_m > 0


def before(tx: Transaction) -> Former | None:
    """Read the network in use while it is there; None: there is none, or nothing lies on it."""
    used = "SELECT EXISTS (SELECT FROM patrol_tracks) OR EXISTS (SELECT FROM patrol_routes)"
    stored = network.load(tx) if tx.sql.execute(sa.text(used)).scalar_one() else None
    if stored is None:
        return None
    rows = tx.sql.execute(_NAMES, {"network": stored.id})
    return Former(stored, {row.id: row.name for row in rows})


def carry(tx: Transaction, former: Former, sealer: Sealer | None) -> Moved:
    """Carry everything over to the network that is in use now; part of its import."""
    stored = network.load(tx)
    assert stored is not None, "one was just imported"
    found = carrying.correspond(_projected(former.stored, stored), stored.network)
    lost = np.zeros(former.stored.network.n_edges)
    fresh = {} if sealer is None else _rematched(tx, stored, sealer)
    tracks = _tracks(tx, found, fresh, lost)
    routes = _routes(tx, stored, found, lost)
    return Moved(*routes, *tracks, len(fresh), _named(former, lost))


def _projected(former: StoredNetwork, stored: StoredNetwork) -> networks.Network:
    """Return the former network in metres of the new one's CRS."""
    if former.metric_epsg == stored.metric_epsg:
        return former.network

    def moved(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        lonlat = crs.project(xy, former.metric_epsg, crs.STORED)
        return crs.project(lonlat, crs.STORED, stored.metric_epsg)

    net = former.network
    return replace(net, node_xy=moved(net.node_xy), coords=moved(net.coords))


def _rematched(
    tx: Transaction, stored: StoredNetwork, sealer: Sealer
) -> dict[int, intervals.Stretches]:
    """Match tracks anew whose positions are kept; those that find no road keep what they had."""
    matcher, found = matching.prepare(stored.network), {}
    for kept in positions.kept(tx, sealer):
        xy = crs.project(kept.recording.lonlat, crs.STORED, stored.metric_epsg)
        match = matcher.match(Track(kept.recording.time_s, xy))
        if not len(match.covered):
            continue
        found[kept.track_id] = match.covered
        told = {
            "id": kept.track_id,
            "used": match.counts().get(Fate.KEPT, 0),
            "walked_m": float(match.walked.length_m.sum()),
            "sigma_m": match.sigma_m,
        }
        tx.sql.execute(_MATCHED, told)
    return found


def _tracks(
    tx: Transaction,
    found: carrying.Correspondence,
    fresh: dict[int, intervals.Stretches],
    lost: NDArray[np.float64],
) -> tuple[float, float]:
    """Carry what tracks covered; metres there were, and metres kept, without those matched anew."""
    rows = _copy.read(tx, _ALL_COVERED, _COVERED)
    old = ~np.isin(rows["track_id"], list(fresh))
    track = rows["track_id"][old].astype(np.int64)
    was = intervals.Stretches(*(rows[name][old] for name in ("edge", "from_m", "to_m")))
    now = found.carry(was)
    _note_lost(was, now, lost)
    stretches, of = intervals.union_by(intervals.of_walk(now.edge, *_rounded(now)), track[now.row])
    ids = [of, *(np.full(len(one), number) for number, one in fresh.items())]
    whole = [stretches, *fresh.values()]
    tx.sql.execute(sa.text("DELETE FROM patrol_covered"))
    columns = [
        np.concatenate(ids),
        *(np.concatenate([getattr(one, n) for one in whole]) for n in ("edge", "from_m", "to_m")),
    ]
    _copy.write(tx, "patrol_covered", _COVERED, columns)
    return was.total_m, float(now.metres.sum())


def _routes(
    tx: Transaction,
    stored: StoredNetwork,
    found: carrying.Correspondence,
    lost: NDArray[np.float64],
) -> tuple[float, float, int]:
    """Carry routes, section by section in the order of walking; metres there were, kept, lost."""
    rows = _copy.read(tx, _ALL_SECTIONS, _SECTIONS)
    route, begin, end = rows["route_id"].astype(np.int64), rows["from_m"], rows["to_m"]
    was = intervals.of_walk(rows["edge"], begin, end)
    now = found.carry(was)
    _note_lost(was, now, lost)
    walked = _in_order(route, end < begin, now)
    tx.sql.execute(sa.text("DELETE FROM patrol_route_sections"))
    of = walked.piece
    first = np.searchsorted(of, of)
    columns = [of, np.arange(len(of)) - first, walked.edge, walked.from_m, walked.to_m]
    _copy.write(tx, "patrol_route_sections", _STORED_SECTIONS, columns)
    for number in np.unique(of).tolist():
        _lay(tx, stored, number, walked.take(of == number))
    gone = len(np.setdiff1d(route, of))
    return was.total_m, float(now.metres.sum()), gone


def _in_order(
    route: NDArray[np.int64], backward: NDArray[np.bool_], now: carrying.Carried
) -> sections.Sections:
    """Put what sections became into the order of walking; the piece is the route."""
    turned = backward[now.row]
    place = np.arange(len(now.row))
    order = np.lexsort((np.where(turned, -place, place), now.row))
    begin, end = _rounded(now)
    begin, end = np.where(turned, end, begin), np.where(turned, begin, end)
    metres = np.concatenate([[0.0], np.cumsum(now.metres[order])])
    return sections.joined(
        sections.Sections(
            route[now.row][order],
            now.edge[order],
            begin[order],
            end[order],
            metres[:-1],
            metres[1:],
        )
    )


def _lay(tx: Transaction, stored: StoredNetwork, route: int, walked: sections.Sections) -> None:
    drawn = snapping.lines(stored, walked.edge, walked.from_m, walked.to_m)
    merged = shapely.line_merge(shapely.MultiLineString(list(drawn)))
    values: dict[str, Any] = {
        "id": route,
        "length_m": float(walked.length_m.sum()),
        "wkb": shapely.to_wkb(shapely.set_srid(merged, 0)),
    }
    tx.sql.execute(_LAID, values)


def _rounded(now: carrying.Carried) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both ends to the micrometre, so that stretches that meet do so in numbers, too."""
    return np.round(now.begin_m, 6), np.round(now.end_m, 6)


def _note_lost(was: intervals.Stretches, now: carrying.Carried, lost: NDArray[np.float64]) -> None:
    kept = np.bincount(now.row, now.metres, minlength=len(was))
    np.add.at(lost, was.edge, np.maximum(was.to_m - was.from_m - kept, 0.0))


def _named(former: Former, lost: NDArray[np.float64]) -> tuple[str, ...]:
    """Name the roads on which most was lost, of a metre and more."""
    metres: Counter[str] = Counter()
    for edge in np.flatnonzero(lost >= 1.0).tolist():
        if edge in former.names:
            metres[former.names[edge]] += lost[edge]
    return tuple(name for name, _ in metres.most_common(_NAMED))
