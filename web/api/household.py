"""``/api/households/{code}``: the card of a household, and what is written on it.

What is written carries an id made by whoever writes it: sent twice, it is there once, and the
answer is the same: 201 the first time, 200 after that. Nothing here may be kept by a browser.
"""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from services import rules
from services.households import card, changes, notes, visits
from services.households.card import Card, Resident, View
from services.households.changes import Proposal
from services.households.contents import ChangeKind
from services.households.history import Change
from services.households.masking import SealedField
from services.households.notes import Note
from services.households.visits import Outcome, Visit
from services.units import Unit
from web import days
from web.dependencies import Held, Meeting
from web.state import State

router = APIRouter(prefix="/api", tags=["households"])
Code = Annotated[str, Path(max_length=100)]
_Code = Annotated[str, Field(min_length=1, max_length=100)]
_Text = Annotated[str, Field(max_length=5000)]
_Value = str | int | float | bool | list[str] | None


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class VisitBody(_Body):
    """A visit; `visited_at` with its time zone."""

    id: UUID
    visited_at: datetime
    outcome: Outcome
    resident: _Code | None = None
    rule: Annotated[str, Field(max_length=60)] | None = None
    note: _Text = ""


class NoteBody(_Body):
    """A note; `written_at` with its time zone."""

    id: UUID
    text: _Text
    written_at: datetime


class ChangeBody(_Body):
    """A change; `base_version` is what was looked at, `made_at` has its time zone."""

    id: UUID
    kind: ChangeKind
    base_version: Annotated[int, Field(ge=0, le=2**31 - 1)]
    made_at: datetime
    values: Annotated[dict[str, _Value], Field(max_length=40)]
    resident: _Code | None = None
    note: _Text = ""
    leaves: bool = False


class RevealBody(_Body):
    """Which sealed value is to be opened."""

    field: SealedField


@router.get("/households/{code:path}", response_class=Response)
def show(held: Held, tx: Meeting, code: Code) -> Response:
    """Return the card of a household of one's own units; that it was looked at is kept."""
    found = card.card(tx, view(held), code)
    tx.commit()
    return _json(_card(found))


@router.post("/households/{code:path}/visits", response_class=Response, status_code=201)
def log_visit(tx: Meeting, code: Code, body: VisitBody) -> Response:
    """Log a visit."""
    done = visits.log(tx, Visit(household=code, **dict(body)))
    tx.commit()
    return _json(done.visit, _status(is_new=done.is_new))


@router.post("/households/{code:path}/notes", response_class=Response, status_code=201)
def add_note(tx: Meeting, code: Code, body: NoteBody) -> Response:
    """Add a note."""
    done = notes.add(tx, Note(household=code, **dict(body)))
    tx.commit()
    return _json(done.note, _status(is_new=done.is_new))


@router.post("/households/{code:path}/changes", response_class=Response, status_code=201)
def propose(held: Held, tx: Meeting, code: Code, body: ChangeBody) -> Response:
    """Propose a change; somebody else decides on it."""
    proposal = Proposal(household=code, **dict(body))
    done = changes.propose(tx, held.sealer, proposal, days.today())
    tx.commit()
    return _json(_change(done.change), _status(is_new=done.is_new))


@router.post("/residents/{code:path}/reveal", response_class=Response)
def reveal(held: Held, tx: Meeting, code: Code, body: RevealBody) -> Response:
    """Open one sealed value of a resident; each opening is kept."""
    value = card.reveal(tx, held.sealer, code, body.field)
    tx.commit()
    return _json({"field": body.field, "value": value})


def view(held: State) -> View:
    """Return with what cards are made."""
    rule_set = held.memo.get(("rule set", rules.DEFAULT), rules.load)
    return View(held.sealer, held.memo, days.today(), rule_set.walking_speed_m_per_min)


def _status(*, is_new: bool) -> HTTPStatus:
    return HTTPStatus.CREATED if is_new else HTTPStatus.OK


def _json(content: object, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(
        orjson.dumps(content),
        status.value,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def _card(found: Card) -> dict[str, Any]:
    return {
        **vars(found),
        "unit": _unit(found.unit),
        "above": [_unit(unit) for unit in found.above],
        "residents": [_resident(one) for one in found.residents],
        "changes": [_change(one) for one in found.changes],
    }


def _unit(unit: Unit) -> dict[str, Any]:
    return {"code": unit.code, "name": unit.name, "level": unit.level}


def _resident(one: Resident) -> dict[str, Any]:
    masks = {
        field.value: hidden.mask if (hidden := getattr(one, field.value)) else None
        for field in SealedField
    }
    return {**vars(one), **masks}


def _change(one: Change) -> dict[str, Any]:
    return {name: value for name, value in vars(one).items() if name != "account_id"}
