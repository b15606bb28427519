"""The nearest of 50 facilities on foot, for every node of a network of 160,000."""

from collections.abc import Callable

import networkx as nx
import numpy as np
import pandana
import pandas as pd
import psycopg
import shapely
from scipy.sparse import csgraph

from bench import arena, data, report, timing
from gis import attachment, crs, network, reach
from services.database import Database

_FACILITIES = 50


def run(place: arena.Arena, size: arena.Size) -> report.Section:
    """Measure the search."""
    laid = data.paths()
    graph = network.adjacency(laid)
    xy = crs.project(data.homes(_FACILITIES, seed=1), crs.STORED, data.METRIC)
    supply = attachment.attach(laid, xy)
    nodes = _nearest_nodes(laid, xy)
    ours = {
        "Wangge": timing.Contestant(lambda: reach.node_distances(laid, supply)),
        "scipy dijkstra(min_only=True), bare": timing.Contestant(
            lambda: csgraph.dijkstra(graph, indices=nodes, min_only=True)
        ),
    }
    taken = timing.medians(ours, 21)
    peers = _in_memory_peers(laid, nodes)
    taken |= timing.medians(peers, 5 if size.full else 3)
    # pandana is quickest when told how far it must look: exactly as far as needed.
    found = reach.node_distances(laid, supply).distance
    far_m = float(found[np.isfinite(found)].max()) + 1
    prepared, search = _pandana(laid, xy, far_m)
    taken["pandana"] = timing.once(search)
    with place.database() as database:
        _store_edges(database, laid)
        taken["pgRouting pgr_drivingDistance(equicost)"] = timing.once(
            lambda: _pgrouting(database, nodes, far_m)
        )
    bare = taken["scipy dijkstra(min_only=True), bare"]
    return report.Section(
        "nearest",
        f"Nearest of {_FACILITIES} facilities for every node of {laid.n_nodes:,}"
        f" ({laid.n_edges:,} edges)",
        [
            *((name, report.seconds(seconds)) for name, seconds in taken.items()),
            ("pandana's preparation, once for a network", report.seconds(prepared)),
        ],
        [report.Claim("at most 1.5 times bare scipy", taken["Wangge"] / bare, 1.5)],
        [
            (
                "Wangge starts from points within edges, with offsets and access legs; the peers start"
                " from the nearest nodes."
            ),
            "pandana and pgRouting are told to look as far as the farthest node is, no farther.",
            "pgRouting reads its edges from the database each time; it and pandana ran once.",
        ],
    )


def _nearest_nodes(laid: network.Network, xy: data.Floats) -> np.ndarray:
    tree = shapely.STRtree(shapely.points(laid.node_xy))
    return np.unique(tree.nearest(shapely.points(xy))).astype(np.int32)


def _in_memory_peers(laid: network.Network, nodes: np.ndarray) -> dict[str, timing.Contestant]:
    graph = nx.Graph()
    graph.add_weighted_edges_from(
        zip(laid.source.tolist(), laid.target.tolist(), laid.length_m.tolist(), strict=True)
    )
    sources = set(nodes.tolist())
    return {
        "networkx multi_source_dijkstra_path_length": timing.Contestant(
            lambda: nx.multi_source_dijkstra_path_length(graph, sources)
        )
    }


def _pandana(
    laid: network.Network, xy: data.Floats, far_m: float
) -> tuple[float, Callable[[], object]]:
    """Prepare pandana as its manual says; return the seconds of that, and the search."""
    made: list[pandana.Network] = []

    def prepare() -> None:
        built = pandana.Network(
            pd.Series(laid.node_xy[:, 0]),
            pd.Series(laid.node_xy[:, 1]),
            pd.Series(laid.source.astype(np.int64)),
            pd.Series(laid.target.astype(np.int64)),
            pd.DataFrame({"length_m": laid.length_m}),
        )
        built.set_pois("centres", far_m, 1, xy[:, 0], xy[:, 1])
        made.append(built)

    seconds = timing.once(prepare)
    return seconds, lambda: made[0].nearest_pois(far_m, "centres", num_pois=1)


def _store_edges(database: Database, laid: network.Network) -> None:
    with psycopg.connect(database.url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION pgrouting")
        cursor.execute("CREATE TABLE edges (id int, source int, target int, cost float8)")
        with cursor.copy("COPY edges FROM STDIN") as copy:
            columns = (laid.source.tolist(), laid.target.tolist(), laid.length_m.tolist())
            for number, row in enumerate(zip(*columns, strict=True)):
                copy.write_row((number, *row))
    arena.settle(database)


def _pgrouting(database: Database, nodes: np.ndarray, far_m: float) -> None:
    with psycopg.connect(database.url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pgr_drivingDistance("
            " 'SELECT id, source, target, cost, cost AS reverse_cost FROM edges',"
            " %s::int[], %s, directed => false, equicost => true)",
            (nodes.tolist(), far_m),
        ).fetchone()
        assert found is not None
