"""``/assistance``: who should get assistance and does not, who gets it and no longer should."""

from dataclasses import dataclass, replace
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
_Sent = Annotated[str, Form(max_length=60)]
_Kind = Annotated[str, Field(max_length=60)]
_Reason = Annotated[str, Form(max_length=5000)]


@dataclass(frozen=True)
class _Place:
    """Which page of which list is looked at.

    Attributes
    ----------
    kind
        Only this kind of assistance; None: all.
    after
        Where the page before ended.
    """

    finding: Finding
    kind: str | None = None
    after: Key | None = None

    def address(self, page: view.Page) -> str:
        """Return where it is found again."""
        after = self.after
        return page.link(
            "/assistance",
            finding=self.finding,
            kind=self.kind,
            after=after.resident if after else None,
            after_kind=after.kind if after else None,
        )


@dataclass(frozen=True)
class _Refused:
    """What was to be done and was refused: what was typed is not lost.

    Attributes
    ----------
    about
        Code of the resident, or number of the period.
    """

    error: errors.RefusedError
    about: str
    kind: str
    day: date
    reason: str


def _after(after: _Word = "", after_kind: _Word = "") -> Key | None:
    """Return where the page before ended."""
    return Key(after_kind, after) if after_kind else None


def _came_from(list_kind: _Sent = "", after: _Sent = "", after_kind: _Sent = "") -> _Place:
    """Return the page that a form stands on; of either list."""
    key = Key(after_kind, after) if after_kind else None
    return _Place(Finding.SHOULD_GET, list_kind or None, key)


def _whom(resident: Annotated[str, Form(max_length=100)], kind: _Sent) -> tuple[str, str]:
    """Return code of a resident and kind of assistance."""
    return resident, kind


_CameFrom = Annotated[_Place, Depends(_came_from)]


@router.get("/assistance", response_class=HTMLResponse)
def listing(
    page: Page,
    tx: Meeting,
    after: Annotated[Key | None, Depends(_after)],
    finding: Finding = Finding.SHOULD_GET,
    kind: Annotated[_Kind | None, Optional, Query()] = None,
) -> HTMLResponse:
    """Return a page of a review list."""
    return _shown(page, tx, _Place(finding, kind, after))


@router.post("/assistance/grants", response_class=HTMLResponse)
def grant(
    page: Page,
    tx: Meeting,
    came_from: _CameFrom,
    whom: Annotated[tuple[str, str], Depends(_whom)],
    begins: Annotated[date, Form()],
    reason: _Reason = "",
) -> Response:
    """Grant assistance to a resident."""
    try:
        assistance.grant(tx, *whom, begins, reason)
    except errors.RefusedError as error:
        return _shown(page, tx, came_from, _Refused(error, *whom, begins, reason))
    tx.commit()
    return RedirectResponse(came_from.address(page), HTTPStatus.SEE_OTHER)


@router.post("/assistance/{number}/end", response_class=HTMLResponse)
def end(
    page: Page,
    tx: Meeting,
    came_from: _CameFrom,
    number: Annotated[int, Path(ge=1, le=2**31 - 1)],
    ends: Annotated[date, Form()],
    reason: _Reason = "",
) -> Response:
    """End a period of assistance."""
    place = replace(came_from, finding=Finding.SHOULD_NOT)
    try:
        assistance.end(tx, number, ends, reason)
    except errors.RefusedError as error:
        return _shown(page, tx, place, _Refused(error, str(number), "", ends, reason))
    tx.commit()
    return RedirectResponse(place.address(page), HTTPStatus.SEE_OTHER)


def _shown(
    page: view.Page, tx: Transaction, place: _Place, refused: _Refused | None = None
) -> HTMLResponse:
    lines = assistance.review(tx, page.as_of, place.finding, place.kind, place.after, _ON_A_PAGE)
    counts = assistance.counts(tx, page.as_of)
    rules = assistance.rules(tx)
    audit.append(tx, "assistance_look", found=len(lines))
    tx.commit()
    last = lines[-1] if len(lines) == _ON_A_PAGE else None
    return page.render(
        "assistance.html",
        HTTPStatus.OK if refused is None else HTTPStatus.UNPROCESSABLE_ENTITY,
        lines=lines,
        finding=place.finding,
        findings=tuple(Finding),
        kind=place.kind,
        after=place.after,
        counts=counts,
        rules={rule.kind: rule for rule in rules},
        next=Key(last.kind, last.resident) if last else None,
        refused=refused,
        fault=page.t.error(refused.error) if refused else None,
    )
