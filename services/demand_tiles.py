"""Demand in squares as vector tiles: size says how many people, parts say how they are served.

A square is drawn full where 2,000 people of the demand live on a square kilometre, and smaller
in proportion below: so many that no figure could be read is what one look must tell.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
import sqlalchemy as sa

from gis import crs
from gis.arrays import Floats, Int64s, Objects
from services.coverage_maps import DemandCells
from services.database import Transaction
from services.tiles import Tile

LAYER: Final = "demand-day-care"
FULL_PER_KM2: Final = 2000.0
# Side of a square by the highest zoom it is drawn at; a tile then has at most some 1,500.
SIZES_M: Final = ((8, 3200.0), (9, 1600.0), (11, 800.0), (12, 400.0), (14, 200.0))
FINEST_M: Final = 100.0

_WEB_MERCATOR: Final = 3857
_GAP: Final = 0.92
_SMALLEST: Final = 0.25
_KINDS: Final = ("covered", "beyond", "unreachable")
_ENCODE: Final = sa.text("""
    WITH part AS (
        SELECT kind, people, ST_MakeEnvelope(west, south, east, north, 3857) AS geom
        FROM unnest(CAST(:kind AS text[]), CAST(:people AS integer[]),
                    CAST(:west AS float8[]), CAST(:south AS float8[]),
                    CAST(:east AS float8[]), CAST(:north AS float8[]))
            AS given (kind, people, west, south, east, north)
    ), drawn AS (
        SELECT kind, people,
               ST_AsMVTGeom(geom, ST_TileEnvelope(:z, :x, :y), :extent, :buffer) AS geom
        FROM part
    )
    SELECT ST_AsMVT(drawn, :layer, :extent, 'geom') FROM drawn WHERE geom IS NOT NULL
""")


@dataclass(frozen=True)
class Parts:
    """Rectangles to draw, Web Mercator metres; `people` is -1 where the number is not told."""

    box: Floats
    kind: Objects
    people: Int64s


def cell_size_m(zoom: int) -> float:
    """Return the side of the squares at a zoom level, metres."""
    for highest, size in SIZES_M:
        if zoom <= highest:
            return size
    return FINEST_M


def full_cell(size_m: float) -> int:
    """Return how many people a square stands for that is drawn full."""
    return round(FULL_PER_KM2 * (size_m / 1000) ** 2)


def demand_cells_tile(tx: Transaction, cells: DemandCells, tile: Tile) -> bytes:
    """Encode the squares that touch a tile; empty where none does.

    Features carry ``kind`` (covered, beyond, unreachable, suppressed) and ``people``, which a
    suppressed square has not.
    """
    found = parts(cells, tile)
    if not len(found.kind):
        return b""
    west, south, east, north = (found.box[:, i].tolist() for i in range(4))
    told: list[int | None] = [None if n < 0 else n for n in found.people.tolist()]
    given = {"kind": found.kind.tolist(), "people": told}
    box = {"west": west, "south": south, "east": east, "north": north}
    return bytes(
        tx.sql.execute(_ENCODE, {**tile.parameters(), **given, **box, "layer": LAYER}).scalar_one()
        or b""
    )


def parts(cells: DemandCells, tile: Tile) -> Parts:
    """Cut the squares that touch a tile into a part for each way of being served."""
    box = _mercator(cells.outline)
    west, south, east, north = tile.bounds
    near = (box[:, 0] < east) & (box[:, 2] > west) & (box[:, 1] < north) & (box[:, 3] > south)
    counts = np.column_stack([cells.covered, cells.beyond, cells.unreachable])[near]
    hidden, box = cells.suppressed[near], box[near]
    centre = (box[:, :2] + box[:, 2:]) / 2
    full = full_cell(cells.size_m)
    share = np.clip(np.sqrt(counts.sum(axis=1) / full), _SMALLEST, 1.0)
    side = _GAP * np.min(box[:, 2:] - box[:, :2], axis=1) * np.where(hidden, _SMALLEST, share)
    return _joined(
        _shown(centre[~hidden], side[~hidden], counts[~hidden]),
        _hidden(centre[hidden], side[hidden]),
    )


def _mercator(outline: Objects) -> Floats:
    """Bounds of squares, Web Mercator metres, ``(n, 4)``."""
    bounds = shapely.bounds(outline).reshape(-1, 4)
    low = crs.project(bounds[:, :2], crs.STORED, _WEB_MERCATOR)
    high = crs.project(bounds[:, 2:], crs.STORED, _WEB_MERCATOR)
    return np.column_stack([low, high])


def _shown(centre: Floats, side: Floats, counts: Int64s) -> Parts:
    total = np.maximum(counts.sum(axis=1), 1)[:, None]
    ends = np.cumsum(counts, axis=1) / total
    starts = np.column_stack([np.zeros(len(ends)), ends[:, :-1]])
    left = (centre[:, 0] - side / 2)[:, None]
    bottom = np.repeat((centre[:, 1] - side / 2)[:, None], 3, axis=1)
    west, east = left + starts * side[:, None], left + ends * side[:, None]
    drawn = counts > 0
    box = np.stack([west, bottom, east, bottom + side[:, None]], axis=-1)[drawn]
    kinds = np.broadcast_to(np.array(_KINDS, dtype=object), counts.shape)[drawn]
    return Parts(box, kinds, counts[drawn])


def _hidden(centre: Floats, side: Floats) -> Parts:
    half = (side / 2)[:, None]
    kind = np.full(len(centre), "suppressed", dtype=object)
    return Parts(np.column_stack([centre - half, centre + half]), kind, np.full(len(centre), -1))


def _joined(first: Parts, second: Parts) -> Parts:
    return Parts(
        np.concatenate([first.box, second.box]),
        np.concatenate([first.kind, second.kind]),
        np.concatenate([first.people, second.people]),
    )
