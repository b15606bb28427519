"""``/households``: who lives here, who lives near, on a list and a map in one."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode

import orjson
import shapely
from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import Field

from gis.codes import Level
from services import errors, units
from services.caller import Caller
from services.database import Transaction
from services.households.finding import Count
from services.households.finding import Page as Answer
from services.households.question import Disability, Question
from services.imports.residents import TAGS
from services.units import Unit
from web import finding, sealed_address, view
from web.dependencies import Asker, Meeting, Page
from web.finding import SYSTEMS, Asked
from web.i18n import Translator

router = APIRouter(include_in_schema=False)
_RADII = (100, 300, 500, 1000, 3000)
_GROUPS = tuple(dict.fromkeys(TAGS.values()))
_MOST_UNITS = 60  # to choose from
_LONGEST_NAME = 1000
_PAGE = "households"
_FLAGS = {
    "alone": "resident.lives_alone",
    "overdue": "find.overdue",
    "no_day_care": "find.no_day_care",
}
Piece = tuple[str, dict[str, Any]]
"""Words, and what of the address to change to be without them."""
Name = Annotated[str, Form(max_length=_LONGEST_NAME)]


@dataclass(frozen=True)
class Chip:
    """Something asked for, and the address of the page without it."""

    words: str
    without: str


class OnPage(Asked):
    """What the page is asked: also whose name, sealed."""

    who: Annotated[str, Field(max_length=sealed_address.LONGEST)] = ""


InPage = Annotated[OnPage, Query()]


@router.get("/households", response_class=HTMLResponse)
def show(page: Page, asker: Asker, tx: Meeting, asked: InPage) -> HTMLResponse:
    """Return households by place, unit, address, person and filters; all of it in the address."""
    name = sealed_address.unseal(tx, page.state.sealer, _PAGE, asked.who) if asked.who else ""
    return _shown(page, asker, tx, asked, name)


@router.post("/households", response_class=HTMLResponse)
def search(page: Page, asker: Asker, tx: Meeting, asked: InPage, name: Name = "") -> Response:
    """Take down the name of a resident, and lead to the page where it is looked for."""
    named = name.strip()
    try:
        asked.question(named)
    except errors.RefusedError:
        return _shown(page, asker, tx, asked, named)
    who = sealed_address.seal(tx, page.state.sealer, _PAGE, named) if named else None
    return RedirectResponse(_address(asked, who=who), HTTPStatus.SEE_OTHER)


def _shown(
    page: view.Page, asker: Caller, tx: Transaction, asked: OnPage, name: str
) -> HTMLResponse:
    if page.root is None:
        raise errors.NotFoundError("error.units.none", as_of=page.as_of)
    fault = None
    try:
        question = asked.question(name)
        counted = finding.count(page.state, asker, tx, question)
        found = finding.answer(page.state, asker, tx, question)
    except errors.RefusedError as error:
        # What was typed stays in the form; nothing was found, since nothing was looked for.
        fault, question = page.t.error(error), Question()
        counted, found = Count(0, more=False), Answer((), None)
    own = tuple(units.entrusted(tx))
    tx.commit()
    return page.render(
        "households.html",
        HTTPStatus.OK if fault is None else HTTPStatus.UNPROCESSABLE_ENTITY,
        fault=fault,
        found=found,
        counted=counted,
        asked=asked,
        question=question,
        name=name,
        chips=_chips(page.t, asked, own),
        address=lambda **changes: _address(asked, **changes),
        units=own if len(own) <= _MOST_UNITS else [u for u in own if u.level is not Level.GRID],
        groups=_GROUPS,
        disabilities=tuple(Disability),
        systems=SYSTEMS,
        radii=_RADII,
        drawing=_drawing(page.root.bounds, question),
    )


def _address(asked: Asked, **changes: object) -> str:
    """Return the address of the page for what is asked, but for some of it."""
    values = {**asked.model_dump(exclude_defaults=True, exclude={"limit", "after"}), **changes}
    given = {name: value for name, value in values.items() if value not in (None, "", False, [])}
    query = urlencode({name: _written(value) for name, value in given.items()}, doseq=True)
    return f"/households?{query}#asked" if query else "/households"


def _written(value: object) -> object:
    if value is True:
        return "true"
    return [str(one) for one in value] if isinstance(value, list) else value


def _chips(t: Translator, asked: Asked, own: tuple[Unit, ...]) -> list[Chip]:
    """Return what is asked for, piece by piece, the name left out."""
    made = _chips_of_place(t, asked, own)
    if asked.q:
        made.append((asked.q, {"q": None}))
    if asked.min_age is not None:
        made.append((t("find.chip.min_age", n=asked.min_age), {"min_age": None}))
    if asked.max_age is not None:
        made.append((t("find.chip.max_age", n=asked.max_age), {"max_age": None}))
    for flag, key in _FLAGS.items():
        if getattr(asked, flag):
            made.append((t(key), {flag: None}))
    for kind in asked.disability:
        rest = [other for other in asked.disability if other != kind]
        made.append(
            (
                t("find.disability.any" if kind is Disability.ANY else f"person.disability.{kind}"),
                {"disability": rest},
            )
        )
    if asked.grade is not None:
        made.append((t("find.chip.grade", n=asked.grade), {"grade": None}))
    for tag in asked.tag:
        words = t(f"person.tag.{tag}") if t.has(f"person.tag.{tag}") else tag
        made.append((words, {"tag": [other for other in asked.tag if other != tag]}))
    return [Chip(words, _address(asked, **without)) for words, without in made]


def _chips_of_place(t: Translator, asked: Asked, own: tuple[Unit, ...]) -> list[Piece]:
    made: list[Piece] = []
    if asked.lon is not None:
        nowhere = {"lon": None, "lat": None, "crs": None, "radius": None, "walk": None}
        radius = t("find.chip.near", distance=t.distance(asked.radius)) if asked.radius else None
        made.append((radius or t("find.chip.here"), nowhere))
    if asked.lon is not None and asked.walk:
        made.append((t("find.chip.walk"), {"walk": None}))
    if asked.bbox or asked.area:
        made.append((t("find.chip.area"), {"bbox": None, "area": None}))
    if asked.unit:
        name = next((unit.name for unit in own if unit.code == asked.unit), asked.unit)
        made.append((name, {"unit": None}))
    return made


def _drawing(bounds: tuple[float, float, float, float], question: Question) -> str:
    """Return what the map shows besides homes, for its script."""
    near, area = question.near, question.area
    shown: dict[str, Any] = {"bounds": bounds, "near": None, "area": None}
    if near is not None:
        shown["near"] = {"lon": near.lon, "lat": near.lat, "radius": near.radius_m}
    if area is not None:
        shown["area"] = orjson.Fragment(shapely.to_geojson(area))
    return orjson.dumps(shown).decode()
