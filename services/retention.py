"""How long personal data is kept: who left long enough ago is made anonymous.

Name, id number and phone are emptied, with whatever finds them, and what visits, notes, changes
and grants say of the person in words; of the birth date the year is left. What counts stays: age,
sex, disability, groups, when and where they lived, when they were visited. Notes of a household
and of visits to it are of whoever lived there when they were written, and go with the first of
them; what is said of where it is goes with the last who lived there.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from services import audit, errors, jobs, sealing
from services.caller import Caller, Role
from services.database import Database, Transaction
from services.sealing import Sealer

_FILE = Path(__file__).with_name("retention.toml")
_REASONS = ("moved", "died")
_KEPT = ("on", "lon", "lat", "crs")  # what a change says of a day and a place, not of a person
_SPACE = 0x57524554
_MOST_TRACK_DAYS = 366

_ONE_AT_A_TIME = sa.text("SELECT pg_try_advisory_xact_lock(:space, 1)")
_DUE = sa.text("""
    SELECT id FROM residents
    WHERE left_on IS NOT NULL AND anonymised_at IS NULL
      AND left_on <= CAST(:day AS date) - make_interval(years =>
          CASE left_reason WHEN 'moved' THEN CAST(:moved AS integer)
               ELSE CAST(:died AS integer) END)
    ORDER BY id FOR UPDATE
""")
_RESIDENTS = sa.text("""
    UPDATE residents SET name = '', name_search = NULL, id_number = NULL, id_number_hash = NULL,
        phone = NULL, phone_hash = NULL, anonymised_at = now(),
        birth_date = date_trunc('year', birth_date)::date
    WHERE id = ANY(:ids)
""")
_VISITS = sa.text(
    "UPDATE visits SET note = NULL WHERE resident_id = ANY(:ids) AND note IS NOT NULL"
)
_ASSISTANCE = sa.text("""
    UPDATE assistance SET reason = NULL WHERE resident_id = ANY(:ids) AND reason IS NOT NULL
""")
# Households in which nobody has a name any more once these have none.
_EMPTY_HOMES = sa.text("""
    SELECT DISTINCT r.household_id FROM residents r WHERE r.id = ANY(:ids)
        AND NOT EXISTS (SELECT FROM residents o WHERE o.household_id = r.household_id
            AND o.anonymised_at IS NULL AND o.id <> ALL(:ids))
""")
# Words about a home are about whoever lived there when they were written: they go with the first of
# them whose time is over, and all of them with the last.
_HOME_VISITS = sa.text("""
    UPDATE visits v SET note = NULL WHERE note IS NOT NULL AND (household_id = ANY(:homes)
        OR resident_id IS NULL AND EXISTS (SELECT FROM residents r WHERE r.id = ANY(:ids)
            AND r.household_id = v.household_id
            AND (v.visited_at AT TIME ZONE 'Asia/Shanghai')::date <= r.left_on))
""")
_HOME_NOTES = sa.text("""
    DELETE FROM notes n WHERE household_id = ANY(:homes)
        OR EXISTS (SELECT FROM residents r WHERE r.id = ANY(:ids)
            AND r.household_id = n.household_id
            AND (n.written_at AT TIME ZONE 'Asia/Shanghai')::date <= r.left_on)
""")
# About a person, or how a person came (their code is made of its id), or where a home is that nobody
# is left in, or decided long ago; what nobody ever decided on counts from the day it came.
_CHANGES = sa.text("""
    SELECT c.id, c.kind, c.payload FROM changes c
    WHERE c.emptied_at IS NULL AND (c.resident_id = ANY(:ids)
        OR c.kind = 'position' AND c.state <> 'waiting' AND c.household_id = ANY(:homes)
        OR c.kind = 'new_resident' AND EXISTS (SELECT FROM residents r WHERE r.id = ANY(:ids)
            AND r.code = 'N' || upper(left(replace(c.id::text, '-', ''), 16)))
        OR coalesce(c.decided_at, c.received_at)
            <= CAST(:day AS date) - make_interval(years => CAST(:decided AS integer)))
    ORDER BY c.id FOR UPDATE OF c
""")
_POSITIONS = sa.text("""
    DELETE FROM patrol_positions WHERE received_on <= CAST(:day AS date) - CAST(:days AS integer)
""")
_EMPTIED = sa.text("""
    UPDATE changes SET payload = :payload, emptied_at = now(),
        replaced = CASE WHEN kind = 'position' THEN replaced END,
        reason = NULL,
        state = CASE WHEN state = 'waiting' THEN 'withdrawn' ELSE state END,
        decided_at = coalesce(decided_at, now())
    WHERE id = :id
""")


@dataclass(frozen=True)
class Retention:
    """How long what is kept, in years; where volunteers were, in days."""

    name: str
    moved: int
    died: int
    changes: int
    track_days: int = 7

    def __post_init__(self) -> None:
        """Refuse a time that is none."""
        for years in (self.moved, self.died, self.changes):
            if isinstance(years, bool) or not isinstance(years, int) or not 0 <= years <= 100:
                message = "years lie in [0, 100]"
                raise ValueError(message)
        if isinstance(self.track_days, bool) or not 0 <= self.track_days <= _MOST_TRACK_DAYS:
            message = f"days lie in [0, {_MOST_TRACK_DAYS}]"
            raise ValueError(message)


@dataclass(frozen=True)
class Emptied:
    """What was emptied."""

    residents: int
    changes: int
    notes: int


def load(home: Path | None = None) -> Retention:
    """Read the rule: the district's own in its home folder, else the one that comes along.

    Raises
    ------
    errors.RefusedError
        The district's own rule cannot be read; nothing is deleted on a guess.
    """
    own = home / _FILE.name if home is not None else _FILE
    file = own if own.exists() else _FILE
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        left = content["years_after_leaving"]
        years: dict[str, Any] = {reason: left[reason] for reason in _REASONS}
        return Retention(
            content["name"],
            **years,
            changes=content["years_after_decision"]["changes"],
            track_days=content.get("days_after_upload", {}).get("track_positions", 7),
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise errors.RefusedError("error.retention.unreadable", file=file.name) from error


def keep_to(database: Database, sealer: Sealer, home: Path, day: date) -> None:
    """Empty what is due on a day, by the rule of an installation: the service's own daily work.

    Old jobs go too: what they were asked may name a file, and who asked.

    Raises
    ------
    errors.WanggeError
        It could not be done now; nothing was changed.
    """
    with database.transaction(Caller("retention", Role.OPERATOR)) as tx:
        rule = load(home)
        forget_positions(tx, rule, day)
        jobs.forget_old(tx, day)
        tx.commit()
    with database.transaction(Caller("retention", Role.OPERATOR)) as tx:
        anonymise(tx, sealer, rule, day)
        tx.commit()


def forget_positions(tx: Transaction, rule: Retention, day: date) -> int:
    """Delete where volunteers were, so many days after it was received; the caller commits.

    What their tracks covered stays.
    """
    gone = tx.sql.execute(_POSITIONS, {"day": day, "days": rule.track_days}).rowcount
    if gone:
        audit.append(tx, "positions_delete", rule=rule.name, tracks=gone)
    return gone


def anonymise(tx: Transaction, sealer: Sealer, rule: Retention, day: date) -> Emptied:
    """Empty what must no longer be kept; the caller commits.

    Parameters
    ----------
    tx
        The owner's.
    day
        Today, for the district.

    Raises
    ------
    errors.ConflictError
        Somebody else is at it.
    """
    if not tx.sql.execute(_ONE_AT_A_TIME, {"space": _SPACE}).scalar_one():
        raise errors.ConflictError("error.retention.busy")
    sealer = sealing.held(tx, sealer)
    ids = _due(tx, rule, day)
    homes = list(tx.sql.execute(_EMPTY_HOMES, {"ids": ids}).scalars())
    found = {"ids": ids, "homes": homes, "day": day, "decided": rule.changes}
    changes = tx.sql.execute(_CHANGES, found).all()
    if changes:
        tx.sql.execute(_EMPTIED, list(_without_people(sealer, changes)))
    notes = _empty_people(tx, ids, homes) if ids else 0
    emptied = Emptied(len(ids), len(changes), notes)
    if emptied != Emptied(0, 0, 0):
        audit.append(tx, "people_anonymise", rule=rule.name, **vars(emptied))
    return emptied


def _empty_people(tx: Transaction, ids: list[int], homes: list[int]) -> int:
    """Empty residents, and what is said of them in words; return how many of those there were.

    Parameters
    ----------
    homes
        Households in which nobody is left with a name.
    """
    tx.sql.execute(_RESIDENTS, {"ids": ids})
    tx.sql.execute(_ASSISTANCE, {"ids": ids})
    return sum(
        tx.sql.execute(statement, values).rowcount
        for statement, values in (
            (_VISITS, {"ids": ids}),
            (_HOME_VISITS, {"ids": ids, "homes": homes}),
            (_HOME_NOTES, {"ids": ids, "homes": homes}),
        )
    )


def _due(tx: Transaction, rule: Retention, day: date) -> list[int]:
    values = {"day": day, "moved": rule.moved, "died": rule.died}
    return list(tx.sql.execute(_DUE, values).scalars())


def _without_people(sealer: Sealer, changes: Iterable[sa.Row[Any]]) -> Iterable[dict[str, Any]]:
    for change in changes:
        try:
            said = orjson.loads(sealer.open(change.payload))
        except errors.RefusedError:
            said = {"values": {}}  # no key opens it: nothing of it is to be kept
        values: Mapping[str, Any] = said["values"]
        kept = {field: values[field] for field in _KEPT if field in values}
        content = orjson.dumps({"values": kept, "note": "", "sent": ""}).decode()
        yield {"id": change.id, "payload": sealer.seal(content)}
