"""``/changes``: what waits for a decision, and what became of one's own changes."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services import audit, errors, network
from services.database import Transaction
from services.households import changes, decisions, history
from services.rights import Right
from web import days, forms, problems, view
from web.dependencies import Held, Meeting, Optional, Page
from web.forms import Filled
from web.state import State

router = APIRouter(include_in_schema=False)


@router.get("/changes", response_class=HTMLResponse)
def show(
    page: Page,
    held: Held,
    tx: Meeting,
    after: Annotated[UUID | None, Optional, Query()] = None,
    done: Annotated[str, Query(pattern=r"^(approved|returned|withdrawn)?$")] = "",
) -> HTMLResponse:
    """Return the changes that wait, for who decides, and one's own."""
    return _listing(page, held, tx, after=after, done=done)


@router.post("/changes/{number}/approve", response_class=HTMLResponse)
def approve(page: Page, held: Held, tx: Meeting, number: UUID, form: Filled) -> Response:
    """Apply a change."""
    try:
        seen = forms.number(form, "seen_version")
        decisions.approve(tx, held.sealer, number, seen, days.today())
        tx.commit()
    except (errors.RefusedError, errors.ConflictError) as error:
        return _listing(page, held, tx, failure=_Failure(number, error))
    return _done("approved")


@router.post("/changes/{number}/return", response_class=HTMLResponse)
def give_back(page: Page, held: Held, tx: Meeting, number: UUID, form: Filled) -> Response:
    """Return a change to whoever made it."""
    try:
        decisions.give_back(tx, held.sealer, number, form.text("reason"))
        tx.commit()
    except (errors.RefusedError, errors.ConflictError) as error:
        return _listing(page, held, tx, failure=_Failure(number, error, form.text("reason")))
    return _done("returned")


@router.post("/changes/{number}/withdraw", response_class=HTMLResponse)
def withdraw(page: Page, held: Held, tx: Meeting, number: UUID) -> Response:
    """Take back a change of one's own."""
    try:
        changes.withdraw(tx, held.sealer, number)
        tx.commit()
    except (errors.RefusedError, errors.ConflictError) as error:
        return _listing(page, held, tx, failure=_Failure(number, error))
    return _done("withdrawn")


def _done(what: str) -> RedirectResponse:
    return RedirectResponse(f"/changes?done={what}", HTTPStatus.SEE_OTHER)


@dataclass(frozen=True)
class _Failure:
    """What kept a change from being decided, and what was typed."""

    number: UUID
    error: errors.WanggeError
    reason: str = ""

    @property
    def status(self) -> HTTPStatus:
        """The status that stands for it."""
        return problems.status_of(self.error)


def _listing(
    page: view.Page,
    held: State,
    tx: Transaction,
    after: UUID | None = None,
    done: str = "",
    failure: _Failure | None = None,
) -> HTMLResponse:
    decides = page.may(Right.DECIDE)
    waiting = history.waiting(tx, held.sealer, after) if decides else ()
    own = history.own(tx, held.sealer)
    info = network.info(tx)
    audit.append(tx, "change_look", shown=len(waiting) + len(own))
    tx.commit()
    return page.render(
        "changes.html",
        (failure.status if failure else HTTPStatus.OK).value,
        decides=decides,
        waiting=waiting,
        own=own,
        next=waiting[-1].id if len(waiting) == history.PAGE else None,
        done=done,
        failure=failure,
        credit=info.attribution if info else None,
        fault=" ".join(forms.faults(page.t, failure.error).values()) if failure else "",
    )
