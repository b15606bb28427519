"""``/roster``: who works in which grid, and what is missing by the district's rule."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, RedirectResponse

from services import rights, roster, units
from services.database import Transaction
from services.rights import Right
from services.roster import Employment
from web import view
from web.dependencies import Administering, Asker, Held, Optional, Page

router = APIRouter(include_in_schema=False)
_Name = Annotated[str, Form(max_length=60)]
_Day = Annotated[date | None, Optional, Form()]


@router.get("/roster", response_class=HTMLResponse)
def listing(page: Page, held: Held, asker: Asker) -> HTMLResponse:
    """Return the roster: all of it for administrators, of own units for staff."""
    may_edit = Right.ACCOUNTS in rights.OF_ROLE[asker.role]
    door = rights.Door.ADMIN if may_edit else rights.Door.PEOPLE
    with held.database.transaction(asker, door) as tx:
        return _shown(page, tx, may_edit=may_edit)


def _employment(
    hired_on: Annotated[date, Form()],
    birth_date: _Day = None,
    left_on: _Day = None,
    certified_on: _Day = None,
    certificate_number: Annotated[str, Form(max_length=60)] = "",
    head: Annotated[str, Form(max_length=3)] = "",
) -> Employment:
    return Employment(
        hired_on=hired_on,
        birth_date=birth_date,
        left_on=left_on,
        is_head=head == "on",
        certificate_number=certificate_number.strip() or None,
        certified_on=certified_on,
    )


@router.post("/roster/employments")
def enrol(
    tx: Administering, name: _Name, employment: Annotated[Employment, Depends(_employment)]
) -> RedirectResponse:
    """Record someone's employment."""
    roster.enrol(tx, name, employment)
    tx.commit()
    return RedirectResponse("/roster", 303)


@router.post("/roster/trainings")
def train(
    tx: Administering,
    name: _Name,
    held_on: Annotated[date, Form()],
    hours: Annotated[float, Form(allow_inf_nan=False)],
    title: Annotated[str, Form(max_length=1000)] = "",
) -> RedirectResponse:
    """Record a training."""
    roster.train(tx, name, held_on, hours, title)
    tx.commit()
    return RedirectResponse("/roster", 303)


def _shown(page: view.Page, tx: Transaction, *, may_edit: bool) -> HTMLResponse:
    return page.render(
        "roster.html",
        workers=roster.listing(tx, page.as_of),
        unenrolled=roster.unenrolled(tx) if may_edit else (),
        rule=roster.rule(),
        names={unit.code: unit.name for unit in units.listing(tx, page.as_of)},
        may_edit=may_edit,
    )
