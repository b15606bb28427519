"""The grid roster: who works where, and what is missing by the district's rule.

The rule (``roster_rules.toml``): new hires and those under 45 have a certificate within two
years; everyone is trained for at least 20 hours, heads every year, others every second year.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from services import audit, errors
from services.database import Transaction

_FILE = Path(__file__).with_name("roster_rules.toml")
_LONGEST_TITLE = 200
_MOST_HOURS = 400.0

_WORKERS = sa.text("""
    SELECT a.id, a.name, a.display_name, a.disabled_at IS NOT NULL AS disabled,
           w.birth_date, w.hired_on, w.left_on, w.is_head, w.certificate_number, w.certified_on,
           coalesce((SELECT sum(t.hours) FROM trainings t WHERE t.account_id = a.id
               AND t.held_on <= :day AND t.held_on > CAST(:day AS date) - make_interval(years =>
                   CASE WHEN w.is_head THEN :head ELSE :other END)), 0)::float8 AS hours,
           coalesce((SELECT array_agg(s.unit_code ORDER BY s.unit_code) FROM account_scopes s
               WHERE s.account_id = a.id AND s.valid @> CAST(:day AS date)), '{}') AS units
    FROM grid_workers w JOIN accounts a ON a.id = w.account_id
    WHERE w.left_on IS NULL OR w.left_on > :day
    ORDER BY a.display_name, a.name
""")
_UNENROLLED = sa.text("""
    SELECT name, display_name FROM accounts
    WHERE role = 'grid_worker' AND id NOT IN (SELECT account_id FROM grid_workers) ORDER BY name
""")
_ENROL = sa.text("""
    INSERT INTO grid_workers
        (account_id, birth_date, hired_on, left_on, is_head, certificate_number, certified_on)
    SELECT id, :birth_date, :hired_on, :left_on, :is_head, :certificate_number, :certified_on
    FROM accounts WHERE name = :name
    ON CONFLICT (account_id) DO UPDATE SET
        birth_date = excluded.birth_date, hired_on = excluded.hired_on,
        left_on = excluded.left_on, is_head = excluded.is_head,
        certificate_number = excluded.certificate_number, certified_on = excluded.certified_on
    RETURNING account_id
""")
_TRAIN = sa.text("""
    INSERT INTO trainings (account_id, held_on, hours, title)
    SELECT w.account_id, :held_on, :hours, :title
    FROM grid_workers w JOIN accounts a ON a.id = w.account_id WHERE a.name = :name
    RETURNING account_id
""")


class Missing(StrEnum):
    """What a worker lacks."""

    CERTIFICATE = "certificate"
    CERTIFICATE_SOON = "certificate_soon"
    TRAINING = "training"
    GRID = "grid"


@dataclass(frozen=True)
class RosterRule:
    """What is asked of who works in a grid; see the module."""

    certificate_within_years: int
    certificate_below_age: int
    certificate_hired_since: date
    training_hours: float
    training_every_years_head: int
    training_every_years_other: int
    source: str


@dataclass(frozen=True)
class Gap:
    """One thing that is missing.

    Attributes
    ----------
    due_on
        Until when it was, or is, to be had; None: now.
    hours
        Hours of training still missing.
    """

    missing: Missing
    due_on: date | None = None
    hours: float = 0.0


@dataclass(frozen=True)
class Employment:
    """What is recorded of a worker."""

    hired_on: date
    birth_date: date | None = None
    left_on: date | None = None
    is_head: bool = False
    certificate_number: str | None = None
    certified_on: date | None = None


@dataclass(frozen=True)
class Worker:
    """Someone on the roster.

    Attributes
    ----------
    name
        Of the account.
    units
        Codes of the units they answer for on the day.
    hours
        Of training within the time that counts.
    gaps
        What is missing by the rule.
    """

    name: str
    display_name: str
    disabled: bool
    employment: Employment
    units: tuple[str, ...]
    hours: float
    gaps: tuple[Gap, ...]


def rule() -> RosterRule:
    """Read the rule."""
    return RosterRule(**tomllib.loads(_FILE.read_text(encoding="utf-8")))


def listing(tx: Transaction, day: date) -> tuple[Worker, ...]:
    """Return who is on the roster on a day, as far as the caller may see, with what is missing."""
    asked = rule()
    values = {
        "day": day,
        "head": asked.training_every_years_head,
        "other": asked.training_every_years_other,
    }
    return tuple(_worker(row, asked, day) for row in tx.sql.execute(_WORKERS, values))


def unenrolled(tx: Transaction) -> tuple[tuple[str, str], ...]:
    """Return name and display name of grid workers' accounts that are not on the roster."""
    return tuple((row.name, row.display_name) for row in tx.sql.execute(_UNENROLLED))


def enrol(tx: Transaction, name: str, employment: Employment) -> None:
    """Record a worker's employment, anew where there was one.

    Parameters
    ----------
    tx
        Through the door of administration.

    Raises
    ------
    errors.NotFoundError
        There is no such account.
    errors.RefusedError
        The dates contradict each other.
    """
    if tx.sql.execute(_ENROL, {"name": name, **vars(employment)}).one_or_none() is None:
        raise errors.NotFoundError("error.accounts.unknown", name=name)
    audit.append(tx, "roster_enrol", name)


def train(tx: Transaction, name: str, held_on: date, hours: float, title: str) -> None:
    """Record a training.

    Raises
    ------
    errors.NotFoundError
        No such worker is on the roster.
    errors.RefusedError
        Hours or title cannot be.
    """
    words = title.strip()
    if not 0 < hours <= _MOST_HOURS:
        raise errors.RefusedError("error.roster.hours", most=_MOST_HOURS)
    if not 0 < len(words) <= _LONGEST_TITLE:
        raise errors.RefusedError("error.roster.title", most=_LONGEST_TITLE)
    values = {"name": name, "held_on": held_on, "hours": hours, "title": words}
    if tx.sql.execute(_TRAIN, values).one_or_none() is None:
        raise errors.NotFoundError("error.roster.unknown", name=name)
    audit.append(tx, "roster_train", name, hours=hours)


def gaps(
    employment: Employment, units: tuple[str, ...], hours: float, asked: RosterRule, day: date
) -> tuple[Gap, ...]:
    """Return what is missing on a day by the rule."""
    found = []
    if not units:
        found.append(Gap(Missing.GRID))
    if _needs_certificate(employment, asked, day):
        due = _years_later(employment.hired_on, asked.certificate_within_years)
        late = due <= day
        found.append(Gap(Missing.CERTIFICATE if late else Missing.CERTIFICATE_SOON, due))
    if hours < asked.training_hours:
        found.append(Gap(Missing.TRAINING, hours=asked.training_hours - hours))
    return tuple(found)


def _needs_certificate(employment: Employment, asked: RosterRule, day: date) -> bool:
    if employment.certified_on is not None and employment.certified_on <= day:
        return False
    if employment.hired_on >= asked.certificate_hired_since:
        return True
    born = employment.birth_date
    return born is not None and _years_later(born, asked.certificate_below_age) > day


def _years_later(day: date, years: int) -> date:
    """Return the same day years later; 29 February becomes 1 March where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _worker(row: sa.Row[Any], asked: RosterRule, day: date) -> Worker:
    employment = Employment(
        hired_on=row.hired_on,
        birth_date=row.birth_date,
        left_on=row.left_on,
        is_head=row.is_head,
        certificate_number=row.certificate_number,
        certified_on=row.certified_on,
    )
    units = tuple(row.units)
    return Worker(
        name=row.name,
        display_name=row.display_name,
        disabled=row.disabled,
        employment=employment,
        units=units,
        hours=row.hours,
        gaps=gaps(employment, units, row.hours, asked, day),
    )
