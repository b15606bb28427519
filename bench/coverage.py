"""Day-care coverage of 200,000 households, cold and warm."""

import itertools
from dataclasses import dataclass

import numpy as np
import psycopg
from scipy import sparse
from scipy.sparse import csgraph

from bench import arena, data, report, timing, town
from gis import attachment, network
from services import facilities
from services import network as networks
from services.database import Database
from services.facility_kinds import FacilityKind
from services.themes.day_care import DayCare, DayCareQuery

_HOUSEHOLDS = 200_000
_ROWS = """
    SELECT h.id, a.unit_id, t.edge, t.offset_m, t.access_m, ST_X(h.geom), ST_Y(h.geom), d.people
    FROM (SELECT household_id, count(*)::integer AS people FROM residents
          WHERE birth_date <= %(day)s::date - interval '60 years' GROUP BY household_id) d
    JOIN households h ON h.id = d.household_id
    JOIN household_assignments a
        ON a.household_id = h.id AND a.valid_from <= %(day)s AND a.valid_to > %(day)s
    JOIN household_attachments t ON t.household_id = h.id
"""
_WARM_LIMIT_S = 0.1
_limits = itertools.count(301)
_centres = itertools.count(1)


@dataclass(frozen=True)
class _Peer:
    """What any program would have to do at least: read the rows, search the network."""

    database: Database
    graph: sparse.csr_matrix
    nodes: np.ndarray

    def read(self) -> None:
        with (
            psycopg.connect(self.database.url) as connection,
            connection.cursor(binary=True) as cursor,
        ):
            rows = cursor.execute(_ROWS, {"day": data.DAY}).fetchall()
        if len(rows) != _HOUSEHOLDS:
            raise AssertionError(f"{len(rows)} households in demand")

    def search(self) -> None:
        csgraph.dijkstra(self.graph, indices=self.nodes, min_only=True)

    def both(self) -> None:
        self.read()
        self.search()


def run(place: arena.Arena, size: arena.Size) -> report.Section:
    """Measure coverage."""
    repetitions = 9 if size.full else 5
    with town.built(place, _HOUSEHOLDS, elderly_in_every=1) as database:
        peer = _peer(database)
        warm = DayCare()
        answer(database, warm, 300.0)
        taken = timing.medians(
            {
                "Wangge, cold": timing.Contestant(lambda: answer(database, DayCare(), 300.0)),
                "the rows by psycopg and the bare search": timing.Contestant(peer.both),
                "- of which the rows": timing.Contestant(peer.read),
                "- of which the search": timing.Contestant(peer.search),
                "Wangge, warm, another limit": timing.Contestant(
                    lambda: answer(database, warm, float(next(_limits)))
                ),
                "Wangge, warm, another day-care centre": timing.Contestant(
                    lambda: answer(database, warm, 300.0), lambda: _add_centre(database)
                ),
            },
            repetitions,
        )
    cold = taken["Wangge, cold"] / taken["the rows by psycopg and the bare search"]
    return report.Section(
        "coverage",
        f"Day-care coverage of {_HOUSEHOLDS:,} households, network of 160,000 nodes, 2,106 units",
        [(name, report.seconds(seconds)) for name, seconds in taken.items()],
        [
            report.Claim("cold: at most 1.5 times reading and searching alone", cold, 1.5),
            report.Claim("another limit", taken["Wangge, warm, another limit"], _WARM_LIMIT_S, "s"),
            report.Claim(
                "another day-care centre",
                taken["Wangge, warm, another day-care centre"],
                _WARM_LIMIT_S,
                "s",
            ),
        ],
        [
            (
                "Cold: nothing kept in Python; network, rows and units are read, searched, summed up at"
                " every level and small counts suppressed. The peer's network is in memory already."
            ),
            (
                "Every household is in demand. Each warm run asks for a limit, or has a centre, that none"
                " had before."
            ),
        ],
    )


def answer(database: Database, day_care: DayCare, limit_m: float) -> None:
    """Ask for coverage of the district."""
    with arena.transaction(database) as tx:
        day_care.coverage(tx, DayCareQuery(data.DAY, max_walk_m=limit_m))


def _peer(database: Database) -> _Peer:
    with arena.transaction(database) as tx:
        stored = networks.load(tx)
        assert stored is not None
        found = facilities.open_on(tx, data.DAY, FacilityKind.DAY_CARE)
    lonlat = np.array([(centre.lon, centre.lat) for centre in found])
    met: attachment.Attachment = networks.attach(stored, lonlat)
    nodes = np.unique(stored.network.source[met.edge])
    return _Peer(database, network.adjacency(stored.network), nodes)


def _add_centre(database: Database) -> None:
    lon, lat = data.homes(1, seed=1000 + next(_centres))[0].tolist()
    with arena.transaction(database) as tx:
        tx.driver.execute(
            "INSERT INTO facilities (code, kind, name, capacity, geom)"
            " SELECT 'N' || count(*), 'day_care', 'x', 40, ST_SetSRID(ST_MakePoint(%s, %s), 4490)"
            " FROM facilities",
            (lon, lat),
        )
