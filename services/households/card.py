"""The household card: who lives in a home, what is near, what was done and noted there.

Every look is written to the audit log in the same transaction, before the answer is given: the
caller commits, then answers. Id and phone numbers are masked; `reveal` opens one of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from services import audit, errors, sealing, units
from services.database import Transaction
from services.households import history, homes, masking, notes, surroundings, visits
from services.households.history import Change
from services.households.homes import Home
from services.households.masking import Hidden, SealedField
from services.households.notes import NoteLine
from services.households.surroundings import Surroundings
from services.households.visits import VisitLine
from services.memo import Memo
from services.sealing import Sealer
from services.units import Unit

SHOWN = 20
"""How many visits, notes and changes a card shows, the latest."""

_HOUSEHOLD = sa.text("""
    SELECT address, building, entrance, floor, room, ST_X(geom) AS lon, ST_Y(geom) AS lat
    FROM households WHERE id = :id
""")
_RESIDENTS = sa.text("""
    SELECT id, code, version, name, sex, birth_date,
           extract(year FROM age(CAST(:today AS date), birth_date))::integer AS age,
           id_number, phone, lives_alone, disability_type, disability_grade, tags
    FROM residents
    WHERE household_id = :household AND (left_on IS NULL OR left_on > :today)
    ORDER BY birth_date, code
""")
_ASSISTANCE = sa.text("""
    SELECT resident_id, kind, lower(valid) AS begins, upper(valid) AS ends
    FROM assistance WHERE resident_id = ANY(:residents) ORDER BY lower(valid) DESC, kind
""")
_SEALED = {
    SealedField.ID_NUMBER: sa.text("SELECT id_number FROM residents WHERE id = :id"),
    SealedField.PHONE: sa.text("SELECT phone FROM residents WHERE id = :id"),
}


@dataclass(frozen=True)
class AssistancePeriod:
    """Assistance of a kind; `ends` is the first day without it, None: until further notice."""

    kind: str
    begins: date | None
    ends: date | None


@dataclass(frozen=True)
class Resident:
    """Somebody who lives there today.

    Attributes
    ----------
    id_number, phone
        Masked; None: not known.
    """

    code: str
    version: int
    name: str
    sex: str | None
    birth_date: date
    age: int
    id_number: Hidden | None
    phone: Hidden | None
    lives_alone: bool
    disability_type: str | None
    disability_grade: int | None
    tags: tuple[str, ...]
    assistance: tuple[AssistancePeriod, ...]


@dataclass(frozen=True)
class Dwelling:
    """Where a household lives; degrees, EPSG:4490."""

    address: str | None
    building: str | None
    entrance: str | None
    floor: str | None
    room: str | None
    lon: float
    lat: float


@dataclass(frozen=True)
class Card:
    """A household as those who care for it see it.

    Attributes
    ----------
    version
        What a change to the household is based on.
    unit, above
        The lowest unit it lies in, and those above it, the district first.
    """

    code: str
    version: int
    dwelling: Dwelling
    unit: Unit
    above: tuple[Unit, ...]
    residents: tuple[Resident, ...]
    surroundings: Surroundings
    visits: tuple[VisitLine, ...]
    notes: tuple[NoteLine, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class View:
    """With what a card is made.

    Attributes
    ----------
    today
        The day it is.
    speed_m_per_min
        Walking speed of the rule set.
    memo
        Keeps the network while it stands still.
    """

    sealer: Sealer
    memo: Memo
    today: date
    speed_m_per_min: float


def card(tx: Transaction, view: View, code: str) -> Card:
    """Return a household of the caller's own units, and note that they looked.

    Raises
    ------
    errors.NotFoundError
        There is none, or it is not theirs; which one is not told.
    """
    home = homes.find(tx, code)
    sealer = sealing.held(tx, view.sealer)
    found = Card(
        code=home.code,
        version=home.version,
        dwelling=Dwelling(*tx.sql.execute(_HOUSEHOLD, {"id": home.id}).one()),
        unit=units.find(tx, home.unit_code, view.today),
        above=tuple(units.ancestors(tx, home.unit_code, view.today)),
        residents=_residents(tx, sealer, home, view.today),
        surroundings=surroundings.around(tx, view.memo, home.id, view.today, view.speed_m_per_min),
        visits=visits.of_household(tx, home, SHOWN),
        notes=notes.of_household(tx, home, SHOWN),
        changes=history.of_household(tx, sealer, home, SHOWN),
    )
    audit.append(tx, "household_look", home.code, home.unit_code)
    return found


def reveal(tx: Transaction, sealer: Sealer, resident_code: str, field: SealedField) -> str:
    """Open one sealed value, and note that it was opened.

    Raises
    ------
    errors.NotFoundError
        There is no such resident, or they are not the caller's; or there is no such value.
    errors.RefusedError
        It was sealed with a key that is not here.
    """
    found = homes.resident(tx, resident_code)
    sealed = tx.sql.execute(_SEALED[field], {"id": found.id}).scalar_one()
    if sealed is None:
        raise errors.NotFoundError("error.residents.no_value")
    value = sealing.held(tx, sealer).open(sealed)
    audit.append(tx, "resident_reveal", found.code, found.unit_code, field=field.value)
    return value


def _residents(tx: Transaction, sealer: Sealer, home: Home, today: date) -> tuple[Resident, ...]:
    rows = tx.sql.execute(_RESIDENTS, {"household": home.id, "today": today}).all()
    helped = _assistance(tx, [row.id for row in rows])
    return tuple(_resident(row, sealer, helped) for row in rows)


def _resident(
    row: sa.Row[Any], sealer: Sealer, helped: Mapping[int, Sequence[AssistancePeriod]]
) -> Resident:
    return Resident(
        code=row.code,
        version=row.version,
        name=row.name,
        sex=row.sex,
        birth_date=row.birth_date,
        age=row.age,
        id_number=masking.hidden(sealer, SealedField.ID_NUMBER, row.id_number),
        phone=masking.hidden(sealer, SealedField.PHONE, row.phone),
        lives_alone=row.lives_alone,
        disability_type=row.disability_type,
        disability_grade=row.disability_grade,
        tags=tuple(row.tags),
        assistance=tuple(helped.get(row.id, ())),
    )


def _assistance(tx: Transaction, residents: list[int]) -> dict[int, list[AssistancePeriod]]:
    found: dict[int, list[AssistancePeriod]] = {}
    for row in tx.sql.execute(_ASSISTANCE, {"residents": residents}):
        period = AssistancePeriod(row.kind, row.begins, row.ends)
        found.setdefault(row.resident_id, []).append(period)
    return found
