"""``/api/offline``, ``/api/outbox``: what a phone takes along, and what it brings back."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services import errors, offline
from services.households.changes import Proposal
from services.households.contents import ChangeKind
from services.households.notes import Note
from services.households.visits import Outcome, Visit
from services.outbox import Inbox, Item, Received
from web import access, days
from web.dependencies import Asker, Held, Meeting, UnitCode, Words
from web.i18n import Translator

router = APIRouter(prefix="/api", tags=["offline"])
_MOST_ITEMS = 100
_Code = Annotated[str, Field(min_length=1, max_length=100)]
_Text = Annotated[str, Field(max_length=5000)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class VisitItem(_Model):
    """A visit that was logged on a phone."""

    type: Literal["visit"]
    id: UUID
    household: _Code
    visited_at: datetime
    outcome: Outcome
    resident: _Code | None = None
    rule: Annotated[str, Field(max_length=60)] | None = None
    note: _Text = ""

    def item(self) -> Item:
        """Return it as the services know it."""
        return Visit(
            id=self.id,
            household=self.household,
            visited_at=self.visited_at,
            outcome=self.outcome,
            resident=self.resident,
            rule=self.rule,
            note=self.note,
        )


class NoteItem(_Model):
    """A note that was written on a phone."""

    type: Literal["note"]
    id: UUID
    household: _Code
    text: _Text
    written_at: datetime

    def item(self) -> Item:
        """Return it as the services know it."""
        return Note(self.id, self.household, self.text, self.written_at)


class ChangeItem(_Model):
    """A change that was proposed on a phone."""

    type: Literal["change"]
    id: UUID
    household: _Code
    kind: ChangeKind
    base_version: Annotated[int, Field(ge=0, le=2**31 - 1)]
    made_at: datetime
    values: Annotated[dict[str, str | float | bool | None], Field(max_length=40)]
    resident: _Code | None = None
    note: _Text = ""
    leaves: bool = False

    def item(self) -> Item:
        """Return it as the services know it."""
        return Proposal(
            id=self.id,
            household=self.household,
            kind=self.kind,
            base_version=self.base_version,
            made_at=self.made_at,
            values=self.values,
            resident=self.resident,
            note=self.note,
            leaves=self.leaves,
        )


class Batch(_Model):
    """What a phone sends at once."""

    items: Annotated[
        list[Annotated[VisitItem | NoteItem | ChangeItem, Field(discriminator="type")]],
        Field(max_length=_MOST_ITEMS),
    ]


@router.get("/session", response_class=Response)
def session(request: Request, asker: Asker) -> Response:
    """Return who has logged in, what their scripts must send along, and what ends the session."""
    found = access.session(request)
    tokens = {"csrf": found.csrf, "leave": found.leave} if found else {"csrf": "", "leave": ""}
    return _json({"account": asker.name, "role": asker.role, **tokens})


@router.get("/offline/choices", response_class=Response)
def choices(tx: Meeting) -> Response:
    """Return what a phone may take along: everything (``code`` null), or one of one's units."""
    found = offline.choices(tx, days.today())
    return _json(
        {
            "most": offline.MOST_HOUSEHOLDS,
            "choices": [
                {
                    "code": one.unit.code if one.unit else None,
                    "name": one.unit.name if one.unit else None,
                    "households": one.households,
                    "fits": one.fits,
                }
                for one in found
            ],
        }
    )


@router.get("/offline", response_class=Response)
def take(request: Request, asker: Asker, tx: Meeting, unit: UnitCode = None) -> Response:
    """Return the households in one's care and who is due, to be kept on a phone.

    It may be read there for ``lasts_s`` seconds: until the session ends for good, by the clock
    of the service, since a phone's may be wrong. ``leave`` ends the session and opens nothing: it
    is for a log-out without network.
    """
    package = offline.take(tx, days.today(), unit)
    tx.commit()
    session = access.session(request)
    ends_at = session.ends_at if session else datetime.now(UTC)
    due = [{**vars(line), "household_id": None} for line in package.due]
    return _json(
        {
            "account": asker.name,
            "day": package.day,
            "unit": {"code": package.unit.code, "name": package.unit.name}
            if package.unit
            else None,
            "session_ends_at": ends_at,
            "leave": session.leave if session else None,
            "lasts_s": max(0, int((ends_at - datetime.now(UTC)).total_seconds())),
            "households": package.households,
            "due": due,
        }
    )


@router.post("/outbox", response_class=Response)
def receive(held: Held, asker: Asker, t: Words, batch: Batch) -> Response:
    """Take in what was written without network, and say of each item what became of it."""
    inbox = Inbox(held.database, held.sealer, days.today())
    received = [inbox.receive(asker, sent.item()) for sent in batch.items]
    return _json({"results": [_told(result, t) for result in received]})


def _told(result: Received, t: Translator) -> dict[str, Any]:
    told: dict[str, Any] = {"id": result.id, "status": result.receipt}
    if result.conflicts:
        told["conflicts"] = result.conflicts
    if result.error is not None:
        told["detail"] = _sentence(result.error, t)
    return told


def _sentence(error: errors.WanggeError, t: Translator) -> str:
    if isinstance(error, errors.FaultsError):
        return " ".join(t.error(fault) for fault in error.faults.values())
    return t.error(error)


def _json(content: object) -> Response:
    return Response(
        orjson.dumps(content),
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
