"""``/assistance``: who should get assistance and does not, who gets it and no longer should."""

from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import Field

from services import assistance, audit, errors
from services.assistance import Finding, Key
from services.database import Transaction
from web import view
from web.dependencies import Meeting, Optional, Page

router = APIRouter(include_in_schema=False)
_ON_A_PAGE = 50
_Word = Annotated[str, Query(max_length=60)]
_Kind = Annotated[str, Field(max_length=60)]
_Reason = Annotated[str, Form(max_length=5000)]


def _after(after: _Word = "", after_kind: _Word = "") -> Key | None:
    """Return where the page before ended."""
    return Key(after_kind, after) if after_kind else None


@router.get("/assistance", response_class=HTMLResponse)
def listing(
    page: Page,
    tx: Meeting,
    after: Annotated[Key | None, Depends(_after)],
    finding: Finding = Finding.SHOULD_GET,
    kind: Annotated[_Kind | None, Optional, Query()] = None,
) -> HTMLResponse:
    """Return a page of a review list."""
    return _shown(page, tx, finding, kind, after)


@router.post("/assistance/grants", response_class=HTMLResponse)
def grant(
    page: Page,
    tx: Meeting,
    resident: Annotated[str, Form(max_length=100)],
    kind: Annotated[str, Form(max_length=60)],
    begins: Annotated[date, Form()],
    reason: _Reason = "",
) -> Response:
    """Grant assistance to a resident."""
    try:
        assistance.grant(tx, resident, kind, begins, reason)
    except errors.RefusedError as error:
        return _shown(page, tx, Finding.SHOULD_GET, kind, None, error)
    tx.commit()
    return RedirectResponse(page.link("/assistance", finding=Finding.SHOULD_GET, kind=kind), 303)


@router.post("/assistance/{number}/end", response_class=HTMLResponse)
def end(
    page: Page,
    tx: Meeting,
    number: Annotated[int, Path(ge=1, le=2**31 - 1)],
    ends: Annotated[date, Form()],
    reason: _Reason = "",
) -> Response:
    """End a period of assistance."""
    try:
        assistance.end(tx, number, ends, reason)
    except errors.RefusedError as error:
        return _shown(page, tx, Finding.SHOULD_NOT, None, None, error)
    tx.commit()
    return RedirectResponse(page.link("/assistance", finding=Finding.SHOULD_NOT), 303)


def _shown(
    page: view.Page,
    tx: Transaction,
    finding: Finding,
    kind: str | None,
    after: Key | None,
    fault: errors.RefusedError | None = None,
) -> HTMLResponse:
    lines = assistance.review(tx, page.as_of, finding, kind, after, _ON_A_PAGE)
    counts = assistance.counts(tx, page.as_of)
    rules = assistance.rules(tx)
    if fault is None:
        audit.append(tx, "assistance_look", found=len(lines))
        tx.commit()
    last = lines[-1] if len(lines) == _ON_A_PAGE else None
    return page.render(
        "assistance.html",
        HTTPStatus.OK if fault is None else HTTPStatus.UNPROCESSABLE_ENTITY,
        lines=lines,
        finding=finding,
        findings=tuple(Finding),
        kind=kind,
        counts=counts,
        rules={rule.kind: rule for rule in rules},
        next=Key(last.kind, last.resident) if last else None,
        fault=page.t.error(fault) if fault else None,
    )
