"""``/exports``: what other departments can take along, what each field means, and where it is."""

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from services import exports, network
from services.exports import Format
from services.rights import Right
from web.api import delivery
from web.api.questions import Options
from web.dependencies import Asker, Held, Page, Reading

router = APIRouter(include_in_schema=False)
_ADDRESSES = {
    "units": "/api/units",
    "facilities": "/api/facilities",
    "coverage-day-care": "/api/coverage/day-care/items",
    "service-areas": "/api/service-areas",
    "coverage-ramps": "/api/coverage/ramps/items",
    "ramps": "/api/ramps",
    "entrances": "/api/entrances",
    "mendings": "/api/coverage/ramps/mendings",
    "survey-list": "/api/coverage/ramps/survey",
    "coverage-patrol": "/api/coverage/patrol/items",
    "patrol-routes": "/api/patrol/routes",
}


@router.get("/exports", response_class=HTMLResponse)
def listing(page: Page, tx: Reading) -> HTMLResponse:
    """Return every collection with its fields, formats and addresses."""
    personal = exports.PERSONAL.values() if page.may(Right.DECIDE) else ()
    return page.render(
        "exports.html",
        collections=(*exports.COLLECTIONS.values(), *personal),
        personal=exports.PERSONAL,
        formats=tuple(Format),
        addresses=_ADDRESSES,
        network=network.info(tx),
        base=str(page.request.base_url).rstrip("/"),
    )


@router.get("/exports/{collection}", response_class=Response)
def download(held: Held, asker: Asker, collection: str, options: Options) -> Response:
    """Return a collection as a file."""
    return delivery.file(held, asker, collection, options)
