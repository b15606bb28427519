"""What a reader of networks hands over: ways or lines, and the scenery around them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gis.arrays import Floats, Int8s, Int16s, Int64s, Objects
from gis.stepfree.traits import Traits
from services.imports.network_points import Points
from services.imports.tags import Way


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
    traits
        What is known of going along them on wheels.
    points
        Kerbs, barriers and entrances that the file has, near or far from the ways.
    missing_nodes
        Vertices that the file refers to and does not have.
    unread
        Slopes that are none, as they were written.
    """

    lonlat: Floats
    start: Int64s
    node_ids: Int64s
    step_free: Int8s
    highway: Int16s
    highway_names: tuple[str, ...]
    names: Sequence[str | None]
    traits: Traits
    points: Points
    missing_nodes: int
    unread: Sequence[str]


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
    traits: Traits


@dataclass(frozen=True)
class Scenery:
    """Water, railways, green and buildings: kind, name and geometry (stored CRS) of each."""

    kinds: Sequence[str]
    names: Sequence[str | None]
    geometries: Objects


def traits_of(ways: Sequence[Way]) -> Traits:
    """Put what is known of each way into arrays."""
    names, surface = np.unique([way.surface for way in ways] or [""], return_inverse=True)
    known = tuple(str(name) for name in names if name)
    unknown = len(names) - len(known)  # the empty name, the first of them, becomes -1
    return Traits(
        np.array([way.said for way in ways], dtype=np.int8),
        np.array([way.steps for way in ways], dtype=np.int8),
        np.array([way.incline_pct for way in ways], dtype=np.float64),
        np.array([way.width_m for way in ways], dtype=np.float64),
        (surface[: len(ways)] - unknown).astype(np.int16),
        known,
    )
