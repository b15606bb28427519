"""Vector tiles (Mapbox Vector Tile 2.1) of roads, surroundings and demand in squares.

PostGIS encodes them. Features of one kind are collected into one, which keeps tiles small and
their drawing quick. CGCS2000 is taken as WGS 84 here: they agree within a decimetre.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import sqlalchemy as sa

from services import errors
from services.database import Transaction

HIGHEST_ZOOM: Final = 22
_EXTENT: Final = 4096
_BUFFER: Final = 64
_EQUATOR_M: Final = 40_075_016.686
_PIXELS: Final = 256

# Which roads are worth a line at which zoom; what is not named here is a path.
MAJOR: Final = ("motorway", "trunk", "primary", "secondary", "tertiary")
MINOR: Final = ("residential", "unclassified", "living_street", "road", "pedestrian", "service")
_PATHS_FROM: Final = 15
_MINOR_FROM: Final = 13
_BUILDINGS_FROM: Final = 15

_ROADS: Final = sa.text("""
    WITH tile AS (
        SELECT ST_TileEnvelope(:z, :x, :y) AS box,
               ST_SetSRID(ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => :margin), 4326), 4490)
                   AS area
    ), picked AS (
        SELECT CASE WHEN split_part(highway, '_link', 1) = ANY(:major) THEN 'major'
                    WHEN highway = ANY(:minor) THEN 'minor' ELSE 'path' END AS kind, e.geom
        FROM network_edges e, tile
        WHERE network_id = (SELECT max(id) FROM networks) AND e.geom && tile.area
    ), joined AS (
        SELECT kind, ST_LineMerge(ST_Collect(geom)) AS geom FROM picked
        WHERE kind = ANY(:kinds) GROUP BY kind
    ), drawn AS (
        SELECT kind, ST_AsMVTGeom(
            ST_Simplify(ST_Transform(ST_SetSRID(geom, 4326), 3857), :tolerance),
            tile.box, :extent, :buffer) AS geom
        FROM joined, tile
    )
    SELECT ST_AsMVT(drawn, 'roads', :extent, 'geom') FROM drawn WHERE geom IS NOT NULL
""")
_BACKDROP: Final = sa.text("""
    WITH tile AS (
        SELECT ST_TileEnvelope(:z, :x, :y) AS box,
               ST_SetSRID(ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => :margin), 4326), 4490)
                   AS area
    ), picked AS (
        SELECT kind, ST_Transform(ST_SetSRID(b.geom, 4326), 3857) AS geom
        FROM backdrop b, tile
        WHERE network_id = (SELECT max(id) FROM networks) AND b.geom && tile.area
          AND kind = ANY(:kinds)
    ), drawn AS (
        SELECT kind, ST_AsMVTGeom(ST_Simplify(geom, :tolerance), tile.box, :extent, :buffer) AS geom
        FROM picked, tile
        WHERE ST_Dimension(geom) < 2 OR ST_Area(geom) > :smallest
    ), joined AS (
        SELECT kind, ST_CollectionHomogenize(ST_Collect(geom)) AS geom FROM drawn
        WHERE geom IS NOT NULL GROUP BY kind, ST_Dimension(geom)
        ORDER BY array_position(:order, kind)
    )
    SELECT ST_AsMVT(joined, 'backdrop', :extent, 'geom') FROM joined
""")


@dataclass(frozen=True)
class Tile:
    """A tile of the usual scheme: Web Mercator, x from the west, y from the north.

    Raises
    ------
    errors.NotFoundError
        There is no such tile.
    """

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        """Refuse what lies outside the world."""
        if not (
            0 <= self.z <= HIGHEST_ZOOM
            and 0 <= self.x < (1 << self.z)
            and 0 <= self.y < (1 << self.z)
        ):
            raise errors.NotFoundError("error.tiles.outside", z=self.z, x=self.x, y=self.y)

    @property
    def metres_per_pixel(self) -> float:
        """Web Mercator metres to a pixel."""
        return _EQUATOR_M / (_PIXELS * (1 << self.z))

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in Web Mercator metres (EPSG:3857)."""
        side, half = _EQUATOR_M / (1 << self.z), _EQUATOR_M / 2
        west, north = self.x * side - half, half - self.y * side
        return (west, north - side, west + side, north)

    def parameters(self) -> dict[str, object]:
        """Return what every query of a tile takes."""
        return {
            "z": self.z,
            "x": self.x,
            "y": self.y,
            "margin": _BUFFER / _EXTENT,
            "extent": _EXTENT,
            "buffer": _BUFFER,
            "tolerance": self.metres_per_pixel / 4,
        }


def roads(tx: Transaction, tile: Tile) -> bytes:
    """Encode the newest network's edges: ``kind`` is major, minor (from zoom 13) or path (15)."""
    kinds = ["major"]
    if tile.z >= _MINOR_FROM:
        kinds.append("minor")
    if tile.z >= _PATHS_FROM:
        kinds.append("path")
    chosen = {"kinds": kinds, "major": list(MAJOR), "minor": list(MINOR)}
    return _encoded(tx, _ROADS, tile, chosen)


def backdrop(tx: Transaction, tile: Tile) -> bytes:
    """Encode water, railways and green, buildings from zoom 15; what is under 2 pixels is left out."""
    kinds = ["green", "water", "waterway", "railway"]
    if tile.z >= _BUILDINGS_FROM:
        kinds.append("building")
    order = ["green", "water", "building", "waterway", "railway"]
    smallest = (2 * tile.metres_per_pixel) ** 2
    return _encoded(tx, _BACKDROP, tile, {"kinds": kinds, "order": order, "smallest": smallest})


def ground(tx: Transaction, tile: Tile) -> bytes:
    """Encode surroundings and roads in one tile: layers of a tile are simply put one after another."""
    return backdrop(tx, tile) + roads(tx, tile)


RENDERERS: Final[Mapping[str, Callable[[Transaction, Tile], bytes]]] = MappingProxyType(
    {"roads": roads, "backdrop": backdrop, "ground": ground}
)


def tile(tx: Transaction, layer: str, z: int, x: int, y: int) -> bytes:
    """Encode a tile of a layer of `RENDERERS`; empty where nothing is.

    Raises
    ------
    errors.NotFoundError
        There is no such layer or tile.
    """
    if layer not in RENDERERS:
        raise errors.NotFoundError("error.tiles.unknown", layer=layer, known=", ".join(RENDERERS))
    return RENDERERS[layer](tx, Tile(z, x, y))


def _encoded(
    tx: Transaction, query: sa.TextClause, tile: Tile, chosen: Mapping[str, object]
) -> bytes:
    found = tx.sql.execute(query, {**tile.parameters(), **chosen}).scalar_one()
    return bytes(found or b"")
