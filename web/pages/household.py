"""``/households/{code}``: the card of a household; visits and notes are written on it."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services import errors
from services.database import Transaction
from services.facility_kinds import FacilityKind
from services.households import card, notes, surroundings, visits
from services.households.card import Card
from services.households.notes import Note
from services.households.visits import Outcome, Visit
from services.rights import Right
from services.visits import due, rules
from web import days, forms, view
from web.api import household as api
from web.dependencies import Held, Meeting, Page
from web.forms import Filled, Typed
from web.state import State

router = APIRouter(include_in_schema=False)
Code = Annotated[str, Path(max_length=100)]
Asked = Annotated[str, Query(max_length=100)]
_ASKED_FOR = (
    FacilityKind.DAY_CARE,
    FacilityKind.HEALTH_STATION,
    FacilityKind.COMMUNITY_OFFICE,
    FacilityKind.SERVICE_HALL,
)
_FARTHEST_DUE = timedelta(days=rules.LONGEST_DAYS)
DONE = ("visit", "note", "change", "known")


@router.get("/households/{code:path}/visit", response_class=HTMLResponse)
def visit_form(
    page: Page, held: Held, tx: Meeting, code: Code, resident: Asked = "", rule: Asked = ""
) -> HTMLResponse:
    """Return the form for a visit."""
    now = datetime.now(days.ZONE).strftime("%Y-%m-%dT%H:%M")
    given = {"id": forms.new_id(), "resident": resident, "rule": rule, "visited_at": now}
    return _visit(page, looked(held, tx, code), Typed.of(given), {})


@router.post("/households/{code:path}/visit", response_class=HTMLResponse)
def log_visit(page: Page, held: Held, tx: Meeting, code: Code, form: Filled) -> Response:
    """Log a visit."""
    try:
        done = visits.log(tx, _written_visit(code, form))
        tx.commit()
    except (errors.RefusedError, errors.ConflictError) as error:
        found = looked(held, tx, code)
        return _visit(page, found, form, forms.faults(page.t, error))
    return to_card(code, "visit" if done.is_new else "known")


@router.get("/households/{code:path}/note", response_class=HTMLResponse)
def note_form(page: Page, held: Held, tx: Meeting, code: Code) -> HTMLResponse:
    """Return the form for a note."""
    return _note(page, looked(held, tx, code), Typed.of({"id": forms.new_id()}), {})


@router.post("/households/{code:path}/note", response_class=HTMLResponse)
def add_note(page: Page, held: Held, tx: Meeting, code: Code, form: Filled) -> Response:
    """Add a note."""
    try:
        written = Note(forms.client_id(form), code, form.text("text"), datetime.now(UTC))
        done = notes.add(tx, written)
        tx.commit()
    except (errors.RefusedError, errors.ConflictError) as error:
        found = looked(held, tx, code)
        return _note(page, found, form, forms.faults(page.t, error))
    return to_card(code, "note" if done.is_new else "known")


@router.get("/households/{code:path}", response_class=HTMLResponse)
def show(
    page: Page, held: Held, tx: Meeting, code: Code, done: Annotated[str, Query(max_length=20)] = ""
) -> HTMLResponse:
    """Return the card."""
    awaited = due.at_homes(tx, page.today, page.today + _FARTHEST_DUE, [code])
    found = looked(held, tx, code)
    return page.render(
        "household.html",
        card=found,
        due=awaited,
        done=done if done in DONE else "",
        may_decide=page.may(Right.DECIDE),
        speed=api.view(held).speed_m_per_min,
        farthest=surroundings.LIMIT_M,
        first=_ASKED_FOR,
    )


def looked(held: State, tx: Transaction, code: str) -> Card:
    """Return a card; that it was looked at is kept before anybody sees it."""
    found = card.card(tx, api.view(held), code)
    tx.commit()
    return found


def to_card(code: str, done: str) -> RedirectResponse:
    """Send on to the card, which says what was done."""
    return RedirectResponse(f"/households/{quote(code)}?done={done}", HTTPStatus.SEE_OTHER)


def status(faults: dict[str, str]) -> int:
    """Return the status of a form."""
    return (HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK).value


def _written_visit(code: str, form: Typed) -> Visit:
    try:
        outcome = Outcome(form.text("outcome"))
    except ValueError as error:
        fault = errors.RefusedError("error.visits.outcome")
        raise errors.FaultsError({"outcome": fault}) from error
    return Visit(
        id=forms.client_id(form),
        household=code,
        visited_at=forms.moment("visited_at", form.text("visited_at")),
        outcome=outcome,
        resident=form.text("resident") or None,
        rule=form.text("rule") or None,
        note=form.text("note"),
    )


def _visit(page: view.Page, found: Card, form: Typed, faults: dict[str, str]) -> HTMLResponse:
    return page.render(
        "household_visit.html",
        status(faults),
        card=found,
        form=form,
        faults=faults,
        outcomes=tuple(Outcome),
        longest=visits.LONGEST_NOTE,
    )


def _note(page: view.Page, found: Card, form: Typed, faults: dict[str, str]) -> HTMLResponse:
    return page.render(
        "household_note.html",
        status(faults),
        card=found,
        form=form,
        faults=faults,
        longest=notes.LONGEST,
    )
