"""Areas from which the destination is reached without a step: for sure, and perhaps."""

import numpy as np
import shapely
from shapely import ops

from gis import attachment, crs, service_area
from gis import network as networks
from gis.stepfree import roads, search
from gis.stepfree.traits import State
from services.themes.ramps.basis import Basis

Areas = tuple[tuple[State, float, shapely.Geometry], ...]


def draw(basis: Basis, limit_m: float) -> Areas:
    """Draw the areas within the limit, degrees, EPSG:4490; every home lies on its right side.

    The doors of homes are left out of it: the area tells of the way, not of who gets to it.
    """
    stored = basis.grounds.network
    if stored is None:
        return ()
    found = []
    for least, ways in ((State.UNKNOWN, basis.possible), (State.SURE, basis.sure)):
        supplies = search.usable_supplies(ways.open_roads, basis.supplies, least)
        if not supplies.attached.any():
            continue
        net, number = _only_open(stored.network, ways.open_roads)
        edge = np.where(supplies.attached, number[supplies.edge], -1).astype(np.int32)
        place = attachment.Attachment(edge, supplies.offset_m, supplies.access_m)
        area = service_area.service_areas(
            net, place, (limit_m,), basis.grounds.demand.xy, ways.distance_m
        )
        drawn = crs.project_geometries(area, stored.metric_epsg, crs.STORED)[0]
        found.append((least, limit_m, drawn))
    return tuple(found)


def _only_open(
    net: networks.Network, open_roads: roads.OpenRoads
) -> tuple[networks.Network, np.ndarray]:
    """Make a network of the open sections, with the lines they have; and their numbers in it."""
    parts = open_roads.roads
    kept = np.flatnonzero(open_roads.is_open)
    edge = parts.edge[kept]
    lines = networks.lines_of(net, edge)
    whole = parts.length_m[kept] >= net.length_m[edge]
    cut = np.flatnonzero(~whole)
    ends = parts.start_m[kept[cut]] + parts.length_m[kept[cut]]
    lines[cut] = [
        ops.substring(lines[i], parts.start_m[kept[i]], end)
        for i, end in zip(cut.tolist(), ends.tolist(), strict=True)
    ]
    points = np.flatnonzero(shapely.get_type_id(lines) == shapely.GeometryType.POINT)
    at = shapely.get_coordinates(lines[points])
    lines[points] = shapely.linestrings(np.stack([at, at], axis=1)) if len(points) else []
    coords, of = shapely.get_coordinates(lines, return_index=True)
    starts = np.concatenate([[0], np.cumsum(np.bincount(of, minlength=len(kept)))])
    node_xy = np.zeros((parts.n_nodes, 2))
    node_xy[parts.source[kept]] = coords[starts[:-1]]
    node_xy[parts.target[kept]] = coords[starts[1:] - 1]
    made = networks.Network(
        node_xy, parts.source[kept], parts.target[kept], parts.length_m[kept], coords,
        starts.astype(np.int32), np.zeros(len(kept), np.int8), np.zeros(len(kept), np.int16),
        ("road",),
    )  # fmt: skip
    number = np.full(parts.n_sections + 1, -1, dtype=np.int64)
    number[kept] = np.arange(len(kept))
    return made, number
