"""``/admin/accounts/{name}``: one account, and the units it answers for."""

from collections.abc import Sequence
from datetime import date
from http import HTTPStatus
from itertools import zip_longest
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services import accounts, errors, units
from services.accounts import Scope
from services.database import Transaction
from web import view
from web.dependencies import Administering, Page
from web.forms import Filled, Typed

router = APIRouter(include_in_schema=False)
_Name = Annotated[str, Path(max_length=60)]
_FREE_ROWS = 3
_MOST_ROWS = 200


@router.get("/admin/accounts/{name}", response_class=HTMLResponse)
def show(page: Page, tx: Administering, name: _Name) -> HTMLResponse:
    """Return an account, and the form for its units."""
    account = accounts.find(tx, name)
    return _shown(page, tx, name, _written(account.scopes))


@router.post("/admin/accounts/{name}/units", response_class=HTMLResponse)
def set_units(page: Page, tx: Administering, name: _Name, form: Filled) -> Response:
    """Say anew which units an account answers for, and when; a row without a unit counts not."""
    rows = _rows(form)
    try:
        accounts.set_scopes(tx, name, [_scope(*row) for row in rows])
    except errors.RefusedError as error:
        return _shown(page, tx, name, rows, error)
    tx.commit()
    return RedirectResponse(f"/admin/accounts/{name}?changed=1", HTTPStatus.SEE_OTHER)


_Row = tuple[str, str, str]
"""Unit, first day, first day no more, as they are typed."""


def _rows(form: Typed) -> list[_Row]:
    columns = (form.every(field)[:_MOST_ROWS] for field in ("unit", "begins", "ends"))
    typed = (
        (unit.strip(), begins, ends) for unit, begins, ends in zip_longest(*columns, fillvalue="")
    )
    return [row for row in typed if row[0]]


def _scope(unit: str, begins: str, ends: str) -> Scope:
    try:
        return Scope(unit, *(date.fromisoformat(day) if day else None for day in (begins, ends)))
    except ValueError as error:
        raise errors.RefusedError("error.accounts.day", code=unit) from error


def _written(scopes: Sequence[Scope]) -> list[_Row]:
    return [(scope.unit_code, _typed(scope.begins), _typed(scope.ends)) for scope in scopes]


def _typed(day: date | None) -> str:
    return day.isoformat() if day else ""


def _shown(
    page: view.Page,
    tx: Transaction,
    name: str,
    rows: Sequence[_Row],
    fault: errors.RefusedError | None = None,
) -> HTMLResponse:
    account = accounts.find(tx, name)
    level = accounts.LEVEL.get(account.role)
    offered = units.listing(tx, page.today, level=level) if level else ()
    return page.render(
        "admin_account.html",
        HTTPStatus.OK if fault is None else HTTPStatus.UNPROCESSABLE_ENTITY,
        account=account,
        level=level,
        offered=offered,
        rows=[*rows, *[("", "", "")] * _FREE_ROWS],
        fault=page.t.error(fault) if fault else None,
        changed="changed" in page.request.query_params and fault is None,
    )
