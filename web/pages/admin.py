"""``/admin``: accounts, keys of departments, the audit log."""

import re
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from operator import itemgetter
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from services import accounts, api_keys, audit, errors, exports, passwords, units
from services.accounts import NewAccount, Scope
from services.audit import Filter
from services.caller import Role
from services.database import Transaction
from web import audit_words, view
from web.dependencies import Administering, Optional, Page, UnitCode
from web.i18n import Translator

router = APIRouter(include_in_schema=False)
_LINES = 100
_ACTION = re.compile(r"audit\.((?:[a-z]+_)+[a-z]+|export|login|logout)")
_Name = Annotated[str, Path(max_length=60)]
_Text = Annotated[str, Form(max_length=200)]
_Day = Annotated[date | None, Optional, Form()]
_Word = Annotated[Annotated[str, Field(max_length=100)] | None, Optional]
_Line = Annotated[int, Field(ge=1, le=2**62)]
_Date = Annotated[date | None, Optional]


@dataclass(frozen=True)
class Shown:
    """A secret that is shown this once.

    Attributes
    ----------
    key
        Message key of what it is.
    name
        Whose it is.
    """

    key: str
    name: str
    secret: str


@router.get("/admin", response_class=HTMLResponse)
def overview(page: Page, tx: Administering) -> HTMLResponse:
    """Return accounts and keys, and the forms for new ones."""
    return _shown(page, tx)


def _wanted(
    name: _Text,
    role: Annotated[Role, Form()],
    display_name: _Text = "",
    units: Annotated[str, Form(max_length=2000)] = "",
    begins: _Day = None,
    ends: _Day = None,
) -> NewAccount:
    scopes = tuple(Scope(code, begins, ends) for code in units.replace(",", " ").split())
    return NewAccount(name.strip().lower(), display_name, role, scopes)


@router.post("/admin/accounts", response_class=HTMLResponse)
def add_account(
    page: Page, tx: Administering, wanted: Annotated[NewAccount, Depends(_wanted)]
) -> HTMLResponse:
    """Make an account; its first password is shown in the answer, once."""
    password = passwords.made()
    try:
        accounts.add(tx, wanted, password, must_change=True)
    except errors.RefusedError as error:
        return _shown(page, tx, fault=error)
    tx.commit()
    with page.state.database.transaction(tx.caller, tx.door) as after:
        return _shown(page, after, Shown("admin.password.made", wanted.name, password))


@router.post("/admin/accounts/{name}/password", response_class=HTMLResponse)
def reset_password(page: Page, tx: Administering, name: _Name) -> HTMLResponse:
    """Give an account a password that was made; it is shown in the answer, once."""
    password = passwords.made()
    accounts.set_password(tx, name, password, must_change=True)
    tx.commit()
    with page.state.database.transaction(tx.caller, tx.door) as after:
        return _shown(page, after, Shown("admin.password.made", name, password))


@router.post("/admin/accounts/{name}/disable")
def disable(tx: Administering, name: _Name) -> RedirectResponse:
    """Let an account log in no more."""
    accounts.disable(tx, name)
    tx.commit()
    return RedirectResponse("/admin", HTTPStatus.SEE_OTHER)


@router.post("/admin/accounts/{name}/enable")
def enable(tx: Administering, name: _Name) -> RedirectResponse:
    """Let a disabled account log in again."""
    accounts.enable(tx, name)
    tx.commit()
    return RedirectResponse("/admin", HTTPStatus.SEE_OTHER)


@router.post("/admin/keys", response_class=HTMLResponse)
def add_key(
    page: Page,
    tx: Administering,
    name: _Text,
    collections: Annotated[list[str], Form(default_factory=list, max_length=50)],
) -> Response:
    """Make a key for a department; it is shown in the answer, once."""
    known = [collection for collection in collections if collection in exports.COLLECTIONS]
    try:
        key = api_keys.add(tx, name, known)
    except errors.RefusedError as error:
        return _shown(page, tx, fault=error)
    tx.commit()
    with page.state.database.transaction(tx.caller, tx.door) as after:
        return _shown(page, after, Shown("admin.key.made", name, key))


@router.post("/admin/keys/revoke")
def revoke_key(tx: Administering, name: _Text) -> RedirectResponse:
    """Make a key useless."""
    api_keys.revoke(tx, name)
    tx.commit()
    return RedirectResponse("/admin", HTTPStatus.SEE_OTHER)


class _Asked(BaseModel):
    """Which lines are asked for, as the address says it."""

    who: _Word = None
    action: _Word = None
    subject: _Word = None
    unit: UnitCode = None
    since: _Date = None
    until: _Date = None
    before: Annotated[_Line | None, Optional] = None
    check: str = Field("", max_length=1)
    head: str = Field("", max_length=100)

    @property
    def filter(self) -> Filter:
        """The same, as the log is asked."""
        asked = (self.action, self.subject, self.unit, self.since, self.until, self.before)
        return Filter(self.who, *asked)


def _actions(t: Translator) -> list[tuple[str, str]]:
    """Return what the log can tell of, each with its words, in the order of those."""
    matched = (_ACTION.fullmatch(key) for key in t.messages)
    return sorted(((found[1], t(found[0])) for found in matched if found), key=itemgetter(1))


_FILTERS = {
    "who": "audit.column.who",
    "action": "audit.column.action",
    "subject": "audit.column.subject",
    "unit": "audit.unit",
    "since": "audit.since",
    "until": "audit.until",
}
"""What the list can be narrowed by, each with the key of its label."""


def _chips(t: Translator, asked: _Asked) -> list[tuple[str, str]]:
    """Return what the list is narrowed by, in words."""
    given = ((name, label, getattr(asked, name)) for name, label in _FILTERS.items())
    return [
        (name, t("audit.detail", name=t(label), value=audit_words.filtered(t, name, value)))
        for name, label, value in given
        if value
    ]


@router.get("/admin/audit", response_class=HTMLResponse)
def audit_log(page: Page, tx: Administering, asked: Annotated[_Asked, Query()]) -> HTMLResponse:
    """Return lines of the audit log, the newest first; checked for tampering when asked."""
    found = audit.lines(tx, asked.filter, _LINES)
    verdict, fault = None, None
    if asked.check:
        try:
            verdict = audit.verify(tx, audit.Head.read(asked.head) if asked.head.strip() else None)
            audit.append(tx, "audit_verify", holds=verdict.holds)
        except errors.RefusedError as error:
            fault = page.t.error(error)
    names = units.names(tx, {line.unit_code for line in found if line.unit_code}, page.today)
    audit.append(tx, "audit_look", lines=len(found))
    tx.commit()
    return page.render(
        "audit.html",
        HTTPStatus.OK if fault is None else HTTPStatus.UNPROCESSABLE_ENTITY,
        lines=[audit_words.told(page.t, line) for line in found],
        names=names,
        asked=asked,
        actions=_actions(page.t),
        chips=_chips(page.t, asked),
        verdict=verdict,
        fault=fault,
        next=found[-1].id if len(found) == _LINES else None,
    )


def _shown(
    page: view.Page,
    tx: Transaction,
    shown: Shown | None = None,
    fault: errors.RefusedError | None = None,
) -> HTMLResponse:
    listed = accounts.listing(tx)
    codes = {scope.unit_code for account in listed for scope in account.scopes}
    answer = page.render(
        "admin.html",
        HTTPStatus.OK if fault is None else HTTPStatus.UNPROCESSABLE_ENTITY,
        accounts=listed,
        names=units.names(tx, codes, page.today),
        keys=api_keys.listing(tx),
        roles=accounts.ROLES,
        collections=tuple(exports.COLLECTIONS),
        shown=shown,
        fault=page.t.error(fault) if fault else None,
    )
    if shown is not None:
        answer.headers["Cache-Control"] = "no-store"
    return answer
