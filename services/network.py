"""The walking network in the database: stored once per import, loaded in one read.

It stands there twice: as edges with geometry, for tiles and exports, and as the very arrays the
searches run on, which load without parsing.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import shapely
import sqlalchemy as sa
from numpy.typing import NDArray

from gis import attachment, crs
from gis import network as networks
from gis.stepfree.traits import Traits
from services import _arrays, _copy
from services._places import HOUSEHOLDS, POINT
from services.database import Transaction

_ROWS_AT_A_TIME = 50_000
_ATTACHMENT = (
    ("household_id", _copy.INT),
    ("edge", _copy.INT),
    ("offset_m", _copy.DOUBLE),
    ("access_m", _copy.DOUBLE),
)


@dataclass(frozen=True)
class NetworkInfo:
    """What is told of a network.

    Attributes
    ----------
    parts
        Number of connected parts.
    main_part_m
        Metres of edges in the longest of them.
    """

    name: str
    nodes: int
    edges: int
    length_m: float
    parts: int
    main_part_m: float
    attribution: str | None
    imported_at: datetime


@dataclass(frozen=True)
class StoredNetwork:
    """The network in use; coordinates in metres, `metric_epsg`.

    Attributes
    ----------
    traits
        What is known of going along its edges on wheels.
    """

    id: int
    network: networks.Network
    metric_epsg: int
    info: NetworkInfo
    traits: Traits


@dataclass(frozen=True)
class Source:
    """Where a network came from."""

    name: str
    sha256: str
    metric_epsg: int
    attribution: str | None
    import_run_id: int | None


@dataclass(frozen=True)
class Known:
    """What is known of each edge: the name of the road it is part of, and `gis.stepfree.traits`."""

    names: Sequence[str | None]
    traits: Traits


@dataclass(frozen=True)
class Backdrop:
    """Things drawn under the theme: kinds ``(n,)``, names, geometry (EPSG:4490, degrees)."""

    kinds: Sequence[str]
    names: Sequence[str | None]
    geometries: NDArray[np.object_]


_NEWEST = sa.text("""
    SELECT id, name, nodes, edges, length_m, parts, main_part_m, attribution, imported_at, metric_epsg
    FROM networks ORDER BY id DESC LIMIT 1
""")
_ARRAYS = "SELECT name, dtype, shape, data FROM network_arrays WHERE network_id = %s"
_STEPS = "steps"
_TRAITS = ("said", "steps", "incline_pct", "width_m", "surface")
_INSERT = sa.text("""
    INSERT INTO networks (name, sha256, metric_epsg, nodes, edges, length_m, parts, main_part_m,
                          attribution, import_run_id)
    VALUES (:name, :sha256, :metric_epsg, :nodes, :edges, :length_m, :parts, :main_part_m,
            :attribution, :run_id)
    RETURNING id
""")
_INSERT_ARRAY = """
    INSERT INTO network_arrays (network_id, name, dtype, shape, data) VALUES (%s, %s, %s, %s, %b)
"""
_COPY_EDGES = """
    COPY network_edges (network_id, id, source, target, length_m, step_free, highway, name, geom)
    FROM STDIN (FORMAT csv)
"""
_COPY_BACKDROP = "COPY backdrop (network_id, kind, name, geom) FROM STDIN (FORMAT csv)"


def info(tx: Transaction) -> NetworkInfo | None:
    """Return what is told of the network in use; None when there is none."""
    row = tx.sql.execute(_NEWEST).one_or_none()
    return None if row is None else _info(row)


def _info(row: sa.Row[Any]) -> NetworkInfo:
    return NetworkInfo(
        row.name,
        row.nodes,
        row.edges,
        row.length_m,
        row.parts,
        row.main_part_m,
        row.attribution,
        row.imported_at,
    )


def load(tx: Transaction) -> StoredNetwork | None:
    """Load the network in use; None when there is none."""
    row = tx.sql.execute(_NEWEST).one_or_none()
    if row is None:
        return None
    with tx.driver.cursor(binary=True) as cursor:
        stored: list[Any] = cursor.execute(_ARRAYS, (row.id,)).fetchall()
    arrays: dict[str, NDArray[Any]] = {
        str(name): np.frombuffer(data, dtype=str(dtype)).reshape(shape)
        for name, dtype, shape, data in stored
    }
    loaded = networks.from_arrays(arrays)
    return StoredNetwork(row.id, loaded, row.metric_epsg, _info(row), _traits(loaded, arrays))


def _traits(net: networks.Network, arrays: dict[str, NDArray[Any]]) -> Traits:
    """Return what was stored, or what step_free and highway alone tell."""
    if "traits_said" not in arrays:
        is_steps = np.array([*(name == _STEPS for name in net.highway_names), False])
        return Traits.told(net.step_free, is_steps[net.highway])
    names = arrays["traits_surface_names"].tobytes().decode()
    return Traits(
        said=arrays["traits_said"],
        steps=arrays["traits_steps"],
        incline_pct=arrays["traits_incline_pct"],
        width_m=arrays["traits_width_m"],
        surface=arrays["traits_surface"],
        surface_names=tuple(names.split("\n")) if names else (),
    )


def nothing() -> tuple[networks.Network, Traits]:
    """Return a network without a road, where none was imported."""
    none = np.zeros(0, dtype=np.int32)
    empty = networks.Network(
        np.zeros((0, 2)), none, none, np.zeros(0), np.zeros((0, 2)), np.zeros(1, dtype=np.int32),
        none.astype(np.int8), none.astype(np.int16), (),
    )  # fmt: skip
    return empty, Traits.told(empty.step_free, np.zeros(0, dtype=np.bool_))


def store(
    tx: Transaction,
    network: networks.Network,
    source: Source,
    known: Known | None = None,
    backdrop: Backdrop | None = None,
) -> int:
    """Store a network in place of the one in use, and attach every household to it.

    Parameters
    ----------
    network
        Coordinates in metres, ``source.metric_epsg``.
    known
        What is known of each edge; None: no more than the network itself says.

    Returns
    -------
    int
        Its id.
    """
    lengths = networks.component_lengths(network)
    network_id: int = tx.sql.execute(
        _INSERT,
        {
            "name": source.name,
            "sha256": source.sha256,
            "metric_epsg": source.metric_epsg,
            "nodes": network.n_nodes,
            "edges": network.n_edges,
            "length_m": float(network.length_m.sum()),
            "parts": len(lengths),
            "main_part_m": float(lengths.max(initial=0.0)),
            "attribution": source.attribution,
            "run_id": source.import_run_id,
        },
    ).scalar_one()
    arrays = networks.to_arrays(network)
    if known is not None:
        arrays |= _traits_arrays(known.traits)
    _store_arrays(tx, network_id, arrays)
    names = None if known is None else known.names
    _store_edges(tx, network_id, network, source.metric_epsg, names)
    if backdrop is not None and len(backdrop.kinds):
        _store_backdrop(tx, network_id, backdrop)
    _drop_previous(tx, network_id)
    attach_households(tx, None)
    return network_id


def _traits_arrays(traits: Traits) -> dict[str, NDArray[Any]]:
    names = "\n".join(traits.surface_names).encode()
    arrays = {f"traits_{name}": getattr(traits, name) for name in _TRAITS}
    return {**arrays, "traits_surface_names": np.frombuffer(names, np.uint8)}


def _store_arrays(tx: Transaction, network_id: int, arrays: dict[str, NDArray[Any]]) -> None:
    with tx.driver.cursor() as cursor:
        for name, values in arrays.items():
            content = np.ascontiguousarray(values)
            cursor.execute(
                _INSERT_ARRAY,
                (network_id, name, content.dtype.str, list(content.shape), content.tobytes()),
            )


def _store_edges(
    tx: Transaction,
    network_id: int,
    network: networks.Network,
    metric_epsg: int,
    edge_names: Sequence[str | None] | None,
) -> None:
    known = np.array(["", "true", "false"], dtype=object)  # by 0, 1, -1
    highways = np.array([*network.highway_names, ""], dtype=object)
    names = [None] * network.n_edges if edge_names is None else list(edge_names)
    for start in range(0, network.n_edges, _ROWS_AT_A_TIME):
        part = slice(start, start + _ROWS_AT_A_TIME)
        lines = crs.project_geometries(network.lines[part], metric_epsg, crs.STORED)
        table = pa.table(
            {
                "network_id": np.full(len(lines), network_id),
                "id": np.arange(start, start + len(lines)),
                "source": network.source[part],
                "target": network.target[part],
                "length_m": network.length_m[part],
                "step_free": pa.array(_or_null(known[network.step_free[part]]), pa.string()),
                "highway": pa.array(highways[network.highway[part]], pa.string()),
                "name": pa.array(names[part], pa.string()),
                "geom": pa.array(_hex(lines), pa.string()),
            }
        )
        _copy_table(tx, _COPY_EDGES, table)


def _store_backdrop(tx: Transaction, network_id: int, backdrop: Backdrop) -> None:
    table = pa.table(
        {
            "network_id": np.full(len(backdrop.kinds), network_id),
            "kind": pa.array(list(backdrop.kinds), pa.string()),
            "name": pa.array(list(backdrop.names), pa.string()),
            "geom": pa.array(_hex(backdrop.geometries), pa.string()),
        }
    )
    _copy_table(tx, _COPY_BACKDROP, table)


def _or_null(values: NDArray[np.object_]) -> list[str | None]:
    return [value or None for value in values]


def _hex(geometries: NDArray[np.object_]) -> NDArray[np.object_]:
    wkb: NDArray[np.object_] = shapely.to_wkb(
        shapely.set_srid(geometries, crs.STORED), hex=True, include_srid=True
    ).astype(object)
    return wkb


def _copy_table(tx: Transaction, statement: Any, table: pa.Table) -> None:
    buffer = io.BytesIO()
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed")
    pyarrow.csv.write_csv(table, buffer, options)
    with tx.driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(buffer.getbuffer())


def _drop_previous(tx: Transaction, network_id: int) -> None:
    newest = {"newest": network_id}
    tx.sql.execute(sa.text("DELETE FROM network_edges WHERE network_id <> :newest"), newest)
    tx.sql.execute(sa.text("DELETE FROM backdrop WHERE network_id <> :newest"), newest)
    tx.sql.execute(sa.text("DELETE FROM networks WHERE id <> :newest"), newest)


def attach_households(tx: Transaction, ids: NDArray[Any] | None) -> int:
    """Attach households to the network in use: some by id ``(n,)``, or all (None).

    Returns
    -------
    int
        How many are unattached: farther than 200 m from every path.
    """
    stored = load(tx)
    driver = tx.driver
    if stored is None:
        driver.execute("DELETE FROM household_attachments")
        return 0
    if ids is None:
        points = _copy.read(tx, HOUSEHOLDS.everywhere, POINT)
        driver.execute("DELETE FROM household_attachments")
    else:
        wanted = (_arrays.Ints(ids),)
        points = _copy.read(tx, HOUSEHOLDS.some, POINT, wanted)
        driver.execute(
            "DELETE FROM household_attachments WHERE household_id = ANY(%s::int[])", wanted
        )
    found = attach(stored, np.column_stack([points["lon"], points["lat"]]))
    access = np.where(np.isfinite(found.access_m), found.access_m, 0.0)
    _copy.write(
        tx, "household_attachments", _ATTACHMENT, [points["id"], found.edge, found.offset_m, access]
    )
    return int((~found.attached).sum())


def attach(stored: StoredNetwork, lonlat: NDArray[np.float64]) -> attachment.Attachment:
    """Attach points, longitude and latitude ``(n, 2)`` in EPSG:4490, to a network."""
    if not len(lonlat):
        return attachment.attach(stored.network, np.zeros((0, 2)))
    return attachment.attach(stored.network, crs.project(lonlat, crs.STORED, stored.metric_epsg))
