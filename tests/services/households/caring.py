"""A small district with staff and one household whose every value is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.households import card, changes, decisions
from services.households.changes import Proposal
from services.households.contents import ChangeKind
from services.households.history import Change
from services.memo import Memo
from services.sealing import Sealer
from tests.services import staff
from tests.services.small_district import place

SEALER = Sealer(bytes(32), bytes(range(32)))
NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
TODAY = (datetime.now(UTC) + timedelta(hours=8)).date()
HOME = "H0-70-1"
FOREIGN = "H5-70-1"
GRANNY = f"R{HOME}"
ID_NUMBER = "340405194001020020"
OTHER_ID_NUMBER = "340405194001020303"
PHONE = "13812345678"
PEOPLE = [(6, 7, 8)] * 8

_GRANNY = sa.text("""
    INSERT INTO residents (code, household_id, name, birth_date, sex, id_number, id_number_hash,
        phone, phone_hash, lives_alone, tags)
    SELECT :code, id, '王奶奶', '1940-01-02', 'female', :number, :number_hash, :phone, :phone_hash,
        true, '{empty_nest}'
    FROM households WHERE code = :household
""")


@dataclass(frozen=True)
class Caring:
    """The staff, and what they do all the time."""

    staff: staff.Staff

    def view(self) -> card.View:
        return card.View(SEALER, Memo(8), TODAY, 60.0)

    def look(self, name: str, code: str = HOME) -> card.Card:
        with self.staff.meeting(name) as tx:
            found = card.card(tx, self.view(), code)
            tx.commit()
        return found

    def propose(self, name: str, proposal: Proposal) -> Change:
        with self.staff.meeting(name) as tx:
            made = changes.propose(tx, SEALER, proposal, TODAY)
            tx.commit()
        return made.change

    def approve(self, name: str, change: Change, seen: int | None = None) -> decisions.Decision:
        with self.staff.meeting(name) as tx:
            version = change.version if seen is None else seen
            decided = decisions.approve(tx, SEALER, change.id, version, TODAY)
            tx.commit()
        return decided

    def one(self, query: str, **values: object) -> sa.Row[tuple[object, ...]]:
        with self.staff.owner() as tx:
            return tx.sql.execute(sa.text(query), values).one()

    def number(self, query: str, **values: object) -> object:
        return self.one(query, **values)[0]


def settle(hired: staff.Staff, sealer: Sealer = SEALER) -> Caring:
    """Make the first household of the first grid a known one, and commit."""
    number, phone = sealer.seal_many([ID_NUMBER, PHONE])
    number_hash, phone_hash = sealer.hash_many([ID_NUMBER, PHONE])
    with hired.owner() as tx:
        tx.sql.execute(sa.text("DELETE FROM residents WHERE code = :code"), {"code": GRANNY})
        row = {"code": GRANNY, "household": HOME, "number": number, "number_hash": number_hash}
        tx.sql.execute(_GRANNY, {**row, "phone": phone, "phone_hash": phone_hash})
        tx.commit()
    return Caring(hired)


def proposal(
    kind: ChangeKind,
    values: Mapping[str, object],
    *,
    base: int,
    resident: str | None = None,
    number: UUID | None = None,
    **others: object,
) -> Proposal:
    """Write down a change to the known household, now."""
    return Proposal(
        id=number or uuid4(),
        household=HOME,
        kind=kind,
        base_version=base,
        made_at=datetime.now(UTC),
        values=values,
        resident=resident,
        **others,
    )


def lonlat(x: float, y: float = 0.5) -> dict[str, object]:
    """A place, counted in squares from the south-west corner."""
    at = place(x, y)
    return {"lon": at.x, "lat": at.y}


def day(years: int = 0, days: int = 0) -> date:
    """A day before today."""
    return TODAY - timedelta(days=days + 365 * years)
