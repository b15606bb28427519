"""A plan as GeoJSON (RFC 7946): a feature for each walk, and one for what a day leaves out."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from services.errors import RefusedError
from services.network import StoredNetwork
from services.patrol import snapping
from services.patrol.plan_jobs import StoredPlan


def collection(stored: StoredNetwork, plan: StoredPlan) -> dict[str, Any]:
    """Return a plan's walks as lines, longitude and latitude (CRS84), days of the week in order.

    Raises
    ------
    RefusedError
        There is no plan yet, or the network is another one now.
    """
    if plan.result is None:
        raise RefusedError("error.plan.not_yet")
    if plan.result["network"] != stored.id:
        raise RefusedError("error.plan.other_network")
    return {"type": "FeatureCollection", "features": list(_features(stored, plan))}


def _features(stored: StoredNetwork, plan: StoredPlan) -> Iterator[dict[str, Any]]:
    assert plan.result is not None
    metres_a_minute = plan.asked.speed_km_h / 0.06
    for day in plan.result["days"]:
        for number, walk in enumerate(day["walks"], start=1):
            if not walk["edges"]:
                continue
            told = {
                "kind": "walk",
                "unit_code": plan.unit_code,
                "weekday": day["weekday"],
                "patrol": number,
                "length_m": round(walk["length_m"], 2),
                "minutes": round(walk["length_m"] / metres_a_minute, 1),
            }
            yield _feature(_walk(stored, walk["edges"], walk["forward"]), told)
        for reason, edges in day["left_out"].items():
            if edges:
                told = {"kind": "left_out", "weekday": day["weekday"], "reason": reason}
                yield _feature(shapely.MultiLineString(_lines(stored, edges)), told)


def _walk(stored: StoredNetwork, edges: list[int], forward: list[bool]) -> shapely.Geometry:
    parts = [
        line if onward else line.reverse()
        for line, onward in zip(_lines(stored, edges), forward, strict=True)
    ]
    line = shapely.LineString(np.concatenate([shapely.get_coordinates(part) for part in parts]))
    return shapely.remove_repeated_points(line)


def _lines(stored: StoredNetwork, edges: list[int]) -> list[shapely.LineString]:
    edge = np.array(edges, dtype=np.int32)
    return list(snapping.lines(stored, edge, np.zeros(len(edge)), stored.network.length_m[edge]))


def _feature(line: shapely.Geometry, told: dict[str, Any]) -> dict[str, Any]:
    rounded = shapely.set_precision(line, 1e-7, mode="pointwise")
    return {"type": "Feature", "geometry": shapely.geometry.mapping(rounded), "properties": told}
