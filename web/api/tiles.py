"""``/tiles``: vector tiles of what the caller may see."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from services import demand_tiles, tiles
from services.database import Transaction
from services.themes.day_care import DayCareQuery
from web.api import caching
from web.api.questions import Question
from web.dependencies import Held, Reading
from web.state import State

router = APIRouter(tags=["tiles"])
MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
_Number = Annotated[int, Path(ge=0, le=1 << 24)]


@dataclass(frozen=True)
class Address:
    """Which tile of which layer."""

    layer: str
    z: int
    x: int
    y: int


def address(
    layer: Annotated[str, Path(max_length=40)], z: _Number, x: _Number, y: _Number
) -> Address:
    """Return the tile that an address names."""
    return Address(layer, z, x, y)


@router.get("/tiles/{layer}/{z}/{x}/{y}.mvt", response_class=Response)
def tile(
    request: Request,
    held: Held,
    tx: Reading,
    question: Question,
    named: Annotated[Address, Depends(address)],
) -> Response:
    """Return a tile of roads, of the backdrop, or of people in demand, in squares."""
    entity_tag = caching.tag(request, tx, question)
    known = caching.unchanged(request, entity_tag)
    if known is not None:
        return known
    return Response(
        _content(held, tx, question, named),
        media_type=MEDIA_TYPE,
        headers=caching.headers(entity_tag),
    )


def _content(held: State, tx: Transaction, question: DayCareQuery, named: Address) -> bytes:
    if named.layer != demand_tiles.LAYER:
        return tiles.tile(tx, named.layer, named.z, named.x, named.y)
    place = tiles.Tile(named.z, named.x, named.y)
    cells = held.day_care.cells(tx, question, demand_tiles.cell_size_m(place.z))
    return demand_tiles.demand_cells_tile(tx, cells, place)
