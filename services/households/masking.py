"""Numbers of people as they are shown until somebody opens them: enough to tell them apart."""

from dataclasses import dataclass
from enum import StrEnum

from services import errors
from services.sealing import Sealer

_STAR = "*"
_SHOWN = 4
_SHORT = 8


class SealedField(StrEnum):
    """What is kept sealed of a resident."""

    ID_NUMBER = "id_number"
    PHONE = "phone"


_HEAD = {SealedField.ID_NUMBER: 4, SealedField.PHONE: 3}


@dataclass(frozen=True)
class Hidden:
    """A sealed value that is there.

    Attributes
    ----------
    mask
        A part of it; None: it was sealed with a key that is not here.
    """

    mask: str | None


def hidden(sealer: Sealer, field: SealedField, sealed: bytes | None) -> Hidden | None:
    """Return what is shown of a sealed value; None: there is no value."""
    if sealed is None:
        return None
    try:
        return Hidden(masked(field, sealer.open(sealed)))
    except errors.RefusedError:
        return Hidden(None)


def masked(field: SealedField, value: str) -> str:
    """Return a value with its middle hidden: 3404**********1234, 138****5678.

    Of an id number the birth date is hidden; of short numbers only the last digits are shown.
    """
    if len(value) < _SHORT:
        return _STAR * (len(value) - 2) + value[-2:]
    head = min(_HEAD[field], len(value) - _SHORT)
    middle = len(value) - head - _SHOWN
    return value[:head] + _STAR * middle + value[-_SHOWN:]
