"""Finding somebody by a whole number: id or phone, compared by keyed hash, nothing opened.

Row-level security answers: whoever is not in the caller's units is not found. Each search is
written to the audit log with its kind and how many were found, never with the number.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

import sqlalchemy as sa

from services import audit, errors, sealing
from services.database import Transaction
from services.households.masking import SealedField
from services.imports import id_numbers
from services.sealing import Sealer

_LONGEST: Final = 40
_ID_LENGTH: Final = 18
_PHONE = re.compile(r"\+?[0-9]{5,20}")
_BREAKS = re.compile(r"[\s\-]")

_SELECT = """
    SELECT r.code, r.name, r.birth_date, r.left_on, h.code AS household, h.address
    FROM residents r JOIN households h ON h.id = r.household_id
"""
_BY = {
    SealedField.ID_NUMBER: sa.text(
        _SELECT + " WHERE r.id_number_hash = ANY(:hashes) ORDER BY r.code LIMIT 50"
    ),
    SealedField.PHONE: sa.text(
        _SELECT + " WHERE r.phone_hash = ANY(:hashes) ORDER BY r.code LIMIT 50"
    ),
}


@dataclass(frozen=True)
class Found:
    """Somebody who has the number.

    Attributes
    ----------
    left_on
        Day on which they left; None: they live there.
    household, address
        Where they are registered.
    """

    code: str
    name: str
    birth_date: date
    left_on: date | None
    household: str
    address: str | None


def find(tx: Transaction, sealer: Sealer, text: str) -> tuple[Found, ...]:
    """Return who has an id or phone number, of the caller's own units; the caller commits.

    Raises
    ------
    errors.RefusedError
        It is neither: of an id number, the check character (GB 11643) or the birth date is wrong.
    """
    kind, number = _read(text)
    hashes = sealing.held(tx, sealer).hashes(number)
    people = tuple(Found(*row) for row in tx.sql.execute(_BY[kind], {"hashes": hashes}))
    audit.append(tx, "resident_search", by=kind.value, found=len(people))
    return people


def _read(text: str) -> tuple[SealedField, str]:
    """Return which number it is, written as it was when it was stored."""
    number = _BREAKS.sub("", unicodedata.normalize("NFKC", text[:_LONGEST])).upper()
    if len(number) == _ID_LENGTH:
        if not id_numbers.is_valid(number):
            raise errors.RefusedError("error.people.id_number")
        return SealedField.ID_NUMBER, number
    if not _PHONE.fullmatch(number):
        raise errors.RefusedError("error.people.phone")
    return SealedField.PHONE, number
