"""What a reader of networks hands over: ways or lines, and the scenery around them."""

from collections.abc import Sequence
from dataclasses import dataclass

from gis.arrays import Floats, Int8s, Int16s, Int64s, Objects


@dataclass(frozen=True)
class Ways:
    """Walkable ways whose vertices carry identities.

    Attributes
    ----------
    lonlat
        Vertices of all ways, stored CRS, shape (c, 2).
    start
        First vertex of each way and the end of the last, shape (w + 1,).
    node_ids
        Identity of each vertex, shape (c,).
    step_free, highway, highway_names
        As in `gis.network.WayAttributes`.
    names
        Names of the roads, w of them.
    missing_nodes
        Vertices that the file refers to and does not have.
    """

    lonlat: Floats
    start: Int64s
    node_ids: Int64s
    step_free: Int8s
    highway: Int16s
    highway_names: tuple[str, ...]
    names: Sequence[str | None]
    missing_nodes: int


@dataclass(frozen=True)
class Lines:
    """A line layer: lines meet where their vertices have the same place.

    Attributes
    ----------
    lines
        Stored CRS, shape (w,).
    """

    lines: Objects
    step_free: Int8s
    highway: Int16s
    highway_names: tuple[str, ...]
    names: Sequence[str | None]


@dataclass(frozen=True)
class Scenery:
    """Water, railways, green and buildings: kind, name and geometry (stored CRS) of each."""

    kinds: Sequence[str]
    names: Sequence[str | None]
    geometries: Objects
