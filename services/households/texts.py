"""Free text that people type: kept as it is, but for what no text needs."""

import re

from services import errors

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def clean(field: str, text: str, longest: int) -> str:
    """Return text without the space around it, line ends made alike.

    Raises
    ------
    errors.FaultsError
        It has control characters, or more than `longest` characters.
    """
    tidy = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if _CONTROL.search(tidy):
        raise _fault(field, "error.import.value.control")
    if len(tidy) > longest:
        raise _fault(field, "error.import.value.too_long", longest=longest)
    return tidy


def required(field: str, text: str, longest: int) -> str:
    """Do as `clean`, and refuse text that is empty."""
    tidy = clean(field, text, longest)
    if not tidy:
        raise _fault(field, "error.import.value.missing")
    return tidy


def _fault(field: str, key: str, **params: object) -> errors.FaultsError:
    return errors.FaultsError({field: errors.RefusedError(key, **params)})
