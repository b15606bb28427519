"""All that is held about one person, for that person (Personal Information Protection Law, art. 45).

Sealed values are opened: this leaves the system and is to be handed over to the person alone.
Asking for it is written to the audit log before it is given out. A manager answers for the people
of the own units; what those say is wrong is corrected by a change (`services.households.changes`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
import sqlalchemy as sa

from services import audit, errors, rights, sealing
from services.database import Transaction
from services.rights import Right
from services.sealing import Sealer

_KNOWN = sa.text("""
    SELECT r.code, h.code AS household, r.left_on IS NOT NULL AS has_left
    FROM residents r JOIN households h ON h.id = r.household_id WHERE r.code = :code
""")
_RESIDENT = sa.text("""
    SELECT r.id, r.household_id, r.code, r.name, r.sex, r.birth_date, r.id_number, r.phone,
           r.lives_alone, r.disability_type, r.disability_grade, r.tags, r.left_on, r.left_reason,
           r.anonymised_at, r.version
    FROM residents r WHERE r.code = :code
""")
_HOUSEHOLD = sa.text("""
    SELECT h.code, h.address, h.building, h.entrance, h.floor, h.room,
           ST_X(h.geom) AS lon, ST_Y(h.geom) AS lat
    FROM households h WHERE h.id = :household
""")
_UNITS = sa.text("""
    SELECT u.code AS unit, nullif(a.valid_from, '-infinity') AS valid_from,
           nullif(a.valid_to, 'infinity') AS valid_to
    FROM household_assignments a JOIN units u ON u.id = a.unit_id
    WHERE a.household_id = :household ORDER BY a.valid_from
""")
# A visit to the home names nobody: it was to everybody there.
_VISITS = sa.text("""
    SELECT v.id, v.resident_id IS NULL AS to_the_household, v.rule, v.visited_at, v.outcome, v.note,
           a.name AS by, v.received_at
    FROM visits v JOIN accounts a ON a.id = v.account_id
    WHERE v.resident_id = :resident OR (v.resident_id IS NULL AND v.household_id = :household)
    ORDER BY v.visited_at, v.id
""")
_NOTES = sa.text("""
    SELECT n.id, n.text, a.name AS by, n.written_at, n.received_at
    FROM notes n JOIN accounts a ON a.id = n.account_id
    WHERE n.household_id = :household ORDER BY n.written_at, n.id
""")
_CHANGES = sa.text("""
    SELECT c.id, c.kind, c.payload, c.replaced, a.name AS by, c.made_at, c.received_at, c.state,
           d.name AS decided_by, c.decided_at, c.reason
    FROM changes c
    JOIN accounts a ON a.id = c.account_id
    LEFT JOIN accounts d ON d.id = c.decided_by
    WHERE c.resident_id = :resident
       OR c.kind = 'position' AND c.household_id = :household
       OR c.kind = 'new_resident'
          AND CAST(:code AS text) = 'N' || upper(left(replace(c.id::text, '-', ''), 16))
    ORDER BY c.made_at, c.id
""")
_ASSISTANCE = sa.text("""
    SELECT g.kind, lower(g.valid) AS begins, upper(g.valid) AS ends, g.reason, a.name AS by,
           g.recorded_at
    FROM assistance g LEFT JOIN accounts a ON a.id = g.account_id
    WHERE g.resident_id = :resident ORDER BY lower(g.valid), g.kind
""")
_AUDIT = sa.text("""
    SELECT id, at, caller, action, subject, unit_code, details FROM audit_log
    WHERE subject IN (:code, :home) ORDER BY id
""")


@dataclass(frozen=True)
class Subject:
    """Whom it is about.

    Attributes
    ----------
    household
        Code of the household they are registered in.
    """

    code: str
    household: str
    has_left: bool


def find(tx: Transaction, code: str) -> Subject:
    """Return a resident whom the caller may answer for.

    Raises
    ------
    errors.ForbiddenError
        The caller decides on nobody's data.
    errors.NotFoundError
        There is none of that code, or not in the caller's units; which one is not told.
    """
    rights.demand(tx.caller, Right.DECIDE)
    row = tx.sql.execute(_KNOWN, {"code": code}).one_or_none()
    if row is None:
        raise errors.NotFoundError("error.residents.unknown", code=code)
    return Subject(*row)


def export(tx: Transaction, sealer: Sealer, code: str) -> dict[str, Any]:
    """Return everything held about a resident, by subject; the caller commits, then gives it out.

    Notes and visits are those of the household where they name nobody: whoever hands them over
    takes out what is about others.

    Parameters
    ----------
    code
        Of the resident.

    Raises
    ------
    errors.ForbiddenError, errors.NotFoundError
        As `find` says.
    """
    subject = find(tx, code)
    sealer = sealing.held(tx, sealer)
    with tx.as_owner() as own:
        content = _everything(own, sealer, subject)
    audit.append(tx, "resident_export", code)
    return content


def _everything(tx: Transaction, sealer: Sealer, subject: Subject) -> dict[str, Any]:
    row = tx.sql.execute(_RESIDENT, {"code": subject.code}).mappings().one()
    keys = {"resident": row["id"], "household": row["household_id"], "code": subject.code}
    home = _rows(tx, _HOUSEHOLD, keys)[0]
    return {
        "made_at": datetime.now(UTC),
        "resident": _resident(sealer, row),
        "household": home,
        "units": _rows(tx, _UNITS, keys),
        "assistance": _rows(tx, _ASSISTANCE, keys),
        "visits": _rows(tx, _VISITS, keys),
        "household_notes": _rows(tx, _NOTES, keys),
        "changes": [_change(sealer, change) for change in _rows(tx, _CHANGES, keys)],
        "audit": _rows(tx, _AUDIT, {"code": subject.code, "home": subject.household}),
    }


def _resident(sealer: Sealer, row: Mapping[Any, Any]) -> dict[str, Any]:
    shown = {name: row[name] for name in row if name not in {"id", "household_id"}}
    return {**shown, **{name: _opened(sealer, row[name]) for name in ("id_number", "phone")}}


def _change(sealer: Sealer, row: Mapping[str, Any]) -> dict[str, Any]:
    said = _json(sealer, row["payload"]) or {}
    shown = {name: row[name] for name in row if name not in {"payload", "replaced"}}
    before = _json(sealer, row["replaced"])
    return {**shown, "values": said.get("values"), "note": said.get("note"), "before": before}


def _json(sealer: Sealer, sealed: bytes | None) -> dict[str, Any] | None:
    opened = _opened(sealer, sealed)
    if opened is None:
        return None
    found: dict[str, Any] = orjson.loads(opened)
    return found


def _opened(sealer: Sealer, sealed: bytes | None) -> str | None:
    """Open a value; one that no key opens is as good as gone."""
    if sealed is None:
        return None
    try:
        return sealer.open(sealed)
    except errors.RefusedError:
        return None


def _rows(
    tx: Transaction, query: sa.TextClause, keys: Mapping[str, Any]
) -> Sequence[dict[str, Any]]:
    return [dict(row) for row in tx.sql.execute(query, keys).mappings()]
