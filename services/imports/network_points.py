"""Kerbs, barriers and entrances that come with a network, and go with it."""

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import sqlalchemy as sa

from gis import attachment, crs
from services import assignment, network
from services.database import Transaction
from services.imports.point_tags import Barrier, Entrance, Point

_ON_ROAD_M: Final = 0.5
"""A barrier on no path of the network is one in a fence, or on a road nobody may walk."""

_INSERT_BARRIERS: Final = sa.text("""
    INSERT INTO barriers (code, kind, name, step_free, height_m, width_m, geom, network_id,
                          import_run_id)
    VALUES (:code, :kind, :name, :step_free, :height_m, :width_m,
            ST_SetSRID(ST_MakePoint(:lon, :lat), 4490), :network_id, :run_id)
    ON CONFLICT (code) DO NOTHING
""")
_INSERT_ENTRANCES: Final = sa.text("""
    INSERT INTO entrances (code, name, step_free, steps, rise_m, width_m, geom, network_id,
                           import_run_id)
    VALUES (:code, :name, :step_free, :steps, :rise_m, :width_m,
            ST_SetSRID(ST_MakePoint(:lon, :lat), 4490), :network_id, :run_id)
    ON CONFLICT (code) DO NOTHING
""")
_NEW_ENTRANCES: Final = sa.text("SELECT id FROM entrances WHERE network_id = :network_id")


@dataclass(frozen=True)
class Place:
    """Where a point is, degrees, and what it is called."""

    code: str
    name: str | None
    lon: float
    lat: float


@dataclass(frozen=True)
class Points:
    """Points of a file."""

    barriers: list[tuple[Place, Barrier]] = field(default_factory=list)
    entrances: list[tuple[Place, Entrance]] = field(default_factory=list)


def store(tx: Transaction, stored: network.StoredNetwork, points: Points, run_id: int) -> int:
    """Store the barriers that stand on the network, and all entrances.

    Returns
    -------
    int
        How many barriers were stored.
    """
    given = {"network_id": stored.id, "run_id": run_id}
    rows = [
        {**given, **vars(place), **_known(found), "kind": found.kind.value,
         "height_m": _number(found.height_m, 5.0)}
        for place, found in _on_roads(stored, points)
    ]  # fmt: skip
    doors = [
        {**given, **vars(place), **_known(found), "steps": found.steps,
         "rise_m": _number(found.height_m, 20.0)}
        for place, found in points.entrances
    ]  # fmt: skip
    if rows:
        tx.sql.execute(_INSERT_BARRIERS, rows)
    if doors:
        tx.sql.execute(_INSERT_ENTRANCES, doors)
        ids = tx.sql.execute(_NEW_ENTRANCES, {"network_id": stored.id}).scalars().all()
        assignment.assign_entrances(tx, np.array(ids, dtype=np.int64))
    return len(rows)


def _on_roads(stored: network.StoredNetwork, points: Points) -> list[tuple[Place, Barrier]]:
    if not points.barriers:
        return []
    lonlat = np.array([(place.lon, place.lat) for place, _ in points.barriers])
    xy = crs.project(lonlat, crs.STORED, stored.metric_epsg)
    at = attachment.attach(stored.network, xy, _ON_ROAD_M)
    return [points.barriers[i] for i in np.flatnonzero(at.attached)]


def _known(found: Point) -> dict[str, object]:
    return {"step_free": found.said, "width_m": _number(found.width_m, 50.0)}


def _number(value: float, most: float) -> float | None:
    """Return what a column can hold; a measure that is none of a barrier is not known."""
    return None if math.isnan(value) or value > most else value
