"""``/exports``: what other departments can take along, what each field means, and where it is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from gis.codes import Level
from services import errors, exports, network, units
from services.database import Transaction
from services.exports import Collection, ExportOptions, Format, Preview, Topic
from services.facility_kinds import FacilityKind
from services.memo import versions_for_all
from services.rights import Right
from web import view
from web.api import delivery
from web.api.questions import Options
from web.dependencies import Asker, Held, Page, Reading

router = APIRouter(include_in_schema=False)
_ODBL = "ODbL"
_LOWEST_CHOICE = 12  # digits of a community: grids are too many to choose from
# Those with an address of their own; the others have that of their file.
_ADDRESSES = {
    "units": "/api/units",
    "facilities": "/api/facilities",
    "coverage-day-care": "/api/coverage/day-care/items",
    "service-areas": "/api/service-areas",
    "coverage-ramps": "/api/coverage/ramps/items",
    "ramps": "/api/ramps",
    "entrances": "/api/entrances",
    "coverage-patrol": "/api/coverage/patrol/items",
    "patrol-routes": "/api/patrol/routes",
}


@dataclass(frozen=True)
class Terms:
    """On what terms a collection is given out.

    Attributes
    ----------
    source
        Whose data it is; None: there is no district yet.
    attribution
        Whom the licence of the roads asks to name.
    generated
        Whether it is sample data, no facts.
    """

    source: str | None
    attribution: str | None
    generated: bool

    @property
    def is_odbl(self) -> bool:
        """Whether the roads are under the Open Database License."""
        return self.attribution is not None and _ODBL in self.attribution


@router.get("/exports", response_class=HTMLResponse)
def listing(page: Page, tx: Reading) -> HTMLResponse:
    """Return every collection in short, by what it is about."""
    personal = exports.PERSONAL.values() if page.may(Right.DECIDE) else ()
    everything = sorted((*exports.COLLECTIONS.values(), *personal), key=_place)
    found = network.info(tx)
    return page.render(
        "exports.html",
        topics=[(topic, list(some)) for topic, some in groupby(everything, lambda one: one.topic)],
        terms={one.name: _terms(page, one, found) for one in everything},
    )


@router.get("/exports/{collection}/about", response_class=HTMLResponse)
def about(page: Page, held: Held, asker: Asker, tx: Reading, collection: str) -> HTMLResponse:
    """Return all about one collection: rows, terms, fields, the first rows, its addresses."""
    found = exports.find(collection, asker)
    seen, fault = None, None
    base = str(page.request.base_url).rstrip("/")
    if found.name in exports.COLLECTIONS:
        try:
            seen = held.memo.get(
                ("preview", found.name, page.as_of, tuple(sorted(versions_for_all(tx).items()))),
                lambda: exports.preview(tx, found.name, ExportOptions(page.as_of), held.themes),
            )
        except errors.WanggeError as error:
            fault = page.t.error(error)
    return page.render(
        "export.html",
        collection=found,
        personal=found.name in exports.PERSONAL,
        seen=seen,
        rows=_raw_rows(seen),
        fault=fault,
        terms=_terms(page, found, network.info(tx)),
        formats=tuple(Format),
        levels=tuple(Level) if "level" in {field.name for field in found.fields} else (),
        kinds=tuple(FacilityKind) if found.name == "facilities" else (),
        choices=_choices(page, tx),
        address=base + _address(found),
        ogc=f"{base}/ogc/collections/{found.name}/items",
        asked=_asked(page),
    )


@router.get("/exports/{collection}", response_class=Response)
def download(held: Held, asker: Asker, collection: str, options: Options) -> Response:
    """Return a collection as a file."""
    return delivery.file(held, asker, collection, options)


def _place(collection: Collection) -> int:
    return tuple(Topic).index(collection.topic)


def _terms(page: view.Page, collection: Collection, roads: network.NetworkInfo | None) -> Terms:
    return Terms(
        source=page.root.unit.name if page.root else None,
        attribution=roads.attribution if roads and collection.on_roads else None,
        generated=page.generated,
    )


def _choices(page: view.Page, tx: Transaction) -> Sequence[units.Unit]:
    if page.root is None:
        return ()
    found = units.listing(tx, page.as_of)
    return [unit for unit in found if len(page.root.unit.code) < len(unit.code) <= _LOWEST_CHOICE]


def _address(collection: Collection) -> str:
    return _ADDRESSES.get(collection.name, f"/exports/{collection.name}")


def _asked(page: view.Page) -> str:
    return f"?as_of={page.as_of}" if page.as_of != page.today else ""


def _raw_rows(seen: Preview | None) -> list[list[str]]:
    """Return values as files have them, not as people write them."""
    return [[_raw(value) for value in row] for row in seen.rows] if seen else []


def _raw(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.12g}" if math.isfinite(value) else ""
    return value.isoformat() if isinstance(value, date) else str(value)
