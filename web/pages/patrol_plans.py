"""``/patrol/plans``: ask for a plan, watch it get better, make routes of it."""

from datetime import date
from http import HTTPStatus
from typing import Annotated

import shapely
from fastapi import APIRouter, Form, Path
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from gis import codes
from services import errors, jobs, units
from services.database import Transaction
from services.patrol import entrusted, plan_jobs, routes
from services.patrol.planning import PlanAsked
from web import patrol_terms, plan_drawing, view
from web.dependencies import Page, Reading, Writing

router = APIRouter(include_in_schema=False, prefix="/patrol")
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
_Day = Annotated[int, Path(ge=1, le=7)]


_Short = Annotated[str, Field(max_length=40)]


class Typed(BaseModel):
    """What the form says; kept as it was typed when something is wrong with it."""

    model_config = ConfigDict(frozen=True)

    unit: _Short = ""
    patrols: _Short = "2"
    speed: _Short = "4"
    limit: _Short = "90"
    passes: _Short = "1"
    seconds: _Short = "15"
    weekdays: list[_Short] = []
    start: _Short = ""
    end: _Short = ""

    def asked(self) -> PlanAsked:
        """Return the question.

        Raises
        ------
        services.errors.RefusedError
            It makes no sense.
        """
        try:
            return PlanAsked(
                unit=self.unit,
                patrols=int(self.patrols),
                speed_km_h=float(self.speed),
                limit_min=float(self.limit),
                weekdays=tuple(sorted({int(day) for day in self.weekdays})),
                passes=int(self.passes),
                seconds=float(self.seconds),
                start=patrol_terms.place(self.start),
                end=patrol_terms.place(self.end),
            )
        except ValueError as error:
            raise errors.RefusedError("error.plan.number") from error


@router.get("/plans", response_class=HTMLResponse)
def show(page: Page, tx: Reading, unit: str = "") -> HTMLResponse:
    """Return the form, and the plans made before."""
    return _form(page, tx, Typed(unit=unit, weekdays=list("12345")), "")


@router.post("/plans", response_class=HTMLResponse)
def ask(page: Page, tx: Writing, typed: Annotated[Typed, Form()]) -> Response:
    """Ask for a plan."""
    try:
        asked = typed.asked()
        entrusted.check_unit(tx, asked.unit)
        number = plan_jobs.submit(tx, asked, page.today)
    except (errors.RefusedError, errors.NotFoundError) as error:
        response = _form(page, tx, typed, page.t.error(error))
        response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return response
    tx.commit()
    return RedirectResponse(f"/patrol/plans/{number}", HTTPStatus.SEE_OTHER)


@router.get("/plans/{number}", response_class=HTMLResponse)
def plan(page: Page, tx: Reading, number: Number) -> HTMLResponse:
    """Return a plan; its present state alone when htmx asks."""
    found = plan_jobs.find(tx, number)
    job = None if found.job_id is None else jobs.find(tx, found.job_id)
    roads = page.state.patrol.roads(tx, found.made_on)
    template = "parts/patrol_plan.html" if view.is_fragment(page.request) else "patrol_plan.html"
    return page.render(
        template,
        plan=found,
        job=job,
        unit=units.find(tx, found.unit_code, found.made_on),
        is_outdated=plan_drawing.is_outdated(roads, found),
        is_over=job is None or job.state.is_over,
        error=(job.outcome or {}).get("error") if job else None,
        days=plan_drawing.days(roads, found) if roads is not None else (),
    )


@router.post("/plans/{number}/cancel")
def cancel(tx: Writing, number: Number) -> RedirectResponse:
    """Stop; the best plan so far stays."""
    found = plan_jobs.find(tx, number)
    entrusted.check_unit(tx, found.unit_code)
    plan_jobs.stop(tx, found)
    tx.commit()
    return RedirectResponse(f"/patrol/plans/{number}", HTTPStatus.SEE_OTHER)


@router.post("/plans/{number}/adopt")
def adopt(page: Page, tx: Writing, number: Number) -> RedirectResponse:
    """Make routes of a plan, from today on."""
    found = plan_jobs.find(tx, number)
    entrusted.check_unit(tx, found.unit_code)
    unit = units.find(tx, found.unit_code, found.made_on)
    plan_jobs.adopt(tx, found, page.today, unit.name)
    tx.commit()
    return RedirectResponse("/patrol/routes", HTTPStatus.SEE_OTHER)


def _form(page: view.Page, tx: Transaction, typed: Typed, fault: str) -> HTMLResponse:
    if page.root is None:
        raise errors.NotFoundError("error.units.none", as_of=page.as_of)
    mine = entrusted.own(tx)
    listed = [
        unit
        for unit in units.listing(tx, page.today)
        if unit.level in (codes.Level.COMMUNITY, codes.Level.TOWNSHIP)
        and (mine is None or unit.code in mine)
    ]
    return page.render(
        "patrol_plans.html",
        typed=typed,
        fault=fault,
        units=listed,
        boxes=_boxes(tx, page.today),
        weekdays=routes.WEEKDAYS,
        names={unit.code: unit.name for unit in units.listing(tx, page.today)},
        plans=plan_jobs.latest(tx),
    )


def _boxes(tx: Transaction, day: date) -> dict[str, str]:
    """Where each unit lies: west, south, east, north, for the map that start and end are set on."""
    found: dict[str, str] = {}
    for level in (codes.Level.COMMUNITY, codes.Level.TOWNSHIP):
        here, shapes = units.geometries(tx, day, level=level)
        boxes = shapely.bounds(shapes).round(5).tolist()
        found |= {unit.code: ",".join(map(str, box)) for unit, box in zip(here, boxes, strict=True)}
    return found
