"""``/residents``: somebody found by a whole number; all that is held about them, for them."""

from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Form, Path
from fastapi.responses import HTMLResponse, Response

from services import errors, people, subject_access
from services.subject_access import Subject
from web import subject, view
from web.dependencies import Held, Meeting, Page

router = APIRouter(include_in_schema=False)
_Number = Annotated[str, Form(max_length=200)]
_Code = Annotated[str, Path(max_length=100)]


class _Form(StrEnum):
    """As a page to be read and printed, or as a file for other systems."""

    PAGE = "page"
    JSON = "json"


@router.get("/residents", response_class=HTMLResponse)
def ask_number(page: Page) -> HTMLResponse:
    """Return the form for an id or phone number."""
    return page.render("residents.html", found=None, fault=None)


@router.post("/residents", response_class=HTMLResponse)
def find(page: Page, held: Held, tx: Meeting, number: _Number = "") -> HTMLResponse:
    """Return who has a number, which stands in no address and is not shown again."""
    try:
        found = people.find(tx, held.sealer, number)
    except errors.RefusedError as error:
        fault = page.t.error(error)
        return page.render(
            "residents.html", HTTPStatus.UNPROCESSABLE_ENTITY, found=None, fault=fault
        )
    tx.commit()
    return page.render("residents.html", found=found, fault=None)


@router.get("/residents/{code:path}/held", response_class=HTMLResponse)
def ask(page: Page, tx: Meeting, code: _Code) -> HTMLResponse:
    """Return the form that asks for it; nothing is opened yet."""
    return _page(page, subject_access.find(tx, code), None)


@router.post("/residents/{code:path}/held", response_class=HTMLResponse)
def give(
    page: Page, held: Held, tx: Meeting, code: _Code, form: Annotated[_Form, Form()] = _Form.PAGE
) -> Response:
    """Return it; that it was given out is kept before anybody sees it."""
    found = subject_access.find(tx, code)
    content = subject_access.export(tx, held.sealer, code)
    tx.commit()
    return _GIVEN[form](page, found, content)


def _page(page: view.Page, found: Subject, content: dict[str, Any] | None) -> HTMLResponse:
    sections = None if content is None else subject.sections(content, page.t)
    return page.render(
        "resident_held.html",
        subject=found,
        sections=sections,
        made_at=content and content["made_at"],
    )


def _file(page: view.Page, found: Subject, content: dict[str, Any]) -> Response:
    del page, found
    options = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS
    return Response(
        orjson.dumps(content, default=str, option=options),
        media_type="application/json",
        headers={
            "Content-Disposition": 'attachment; filename="personal-data.json"',
            "Cache-Control": "private, no-store",
        },
    )


_GIVEN = {_Form.PAGE: _page, _Form.JSON: _file}
