"""Measures in metres and slopes, as people write them: units named, mistakes named."""

import math
import re
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from services.imports import checks
from services.imports.sieve import Sieve

STEEPEST_PCT: Final = 200.0
"""What is steeper, 63 degrees, is no way that anybody walks."""

_NUMBER: Final = r"(\d+(?:[.,]\d+)?)"
_METRES: Final = re.compile(rf"^{_NUMBER}\s*(mm|cm|m|km|毫米|厘米|米)?$")
_FEET: Final = re.compile(rf"""^{_NUMBER}\s*(?:ft|feet|')(?:\s*{_NUMBER}\s*(?:in|"))?$""")
_INCHES: Final = re.compile(rf"""^{_NUMBER}\s*(?:in|")$""")
_METRES_IN: Final = {
    "mm": 0.001, "毫米": 0.001, "cm": 0.01, "厘米": 0.01, "m": 1.0, "米": 1.0, "km": 1000.0,
}  # fmt: skip
_FOOT_M: Final = 0.3048
_INCH_M: Final = 0.0254
_PER_CENT: Final = re.compile(rf"^[+-]?{_NUMBER}\s*[%％]$")
_DEGREES: Final = re.compile(rf"^[+-]?{_NUMBER}\s*(?:°|deg|度)$")
_RATIO: Final = re.compile(rf"^{_NUMBER}\s*[:：]\s*{_NUMBER}$")
_DIRECTIONS: Final = frozenset({"up", "down", "yes", "no"})


def positive(sieve: Sieve, field: str, most: float) -> NDArray[np.float64]:
    """Check a measure in metres that cannot be zero; NaN where there is none."""
    values = from_zero(sieve, field, most)
    sieve.refuse_values(values == 0, field, "error.import.facility.zero", sieve.text(field))
    return values


def from_zero(sieve: Sieve, field: str, most: float) -> NDArray[np.float64]:
    """Check a measure in metres; one in centimetres is named as such. NaN where there is none."""
    texts = sieve.text(field)
    values = checks.numbers(sieve, field, texts)
    sieve.refuse_values(values < 0, field, "error.import.facility.negative", texts)
    sieve.refuse_values(values > most, field, "error.import.facility.not_metres", texts)
    return values


def inclines(sieve: Sieve, field: str) -> NDArray[np.float64]:
    """Check slopes, see `read_incline`; per cent, NaN where there is none or no amount is said."""
    texts = sieve.text(field)
    found = [read_incline(text) if text else math.nan for text in texts.to_pylist()]
    values = np.array([math.nan if value is None else value for value in found])
    unread = np.array([value is None for value in found], dtype=np.bool_)
    sieve.refuse_values(unread, field, "error.import.incline.unreadable", texts)
    sieve.refuse_values(values > STEEPEST_PCT, field, "error.import.incline.too_steep", texts)
    return values


def widths(sieve: Sieve, field: str) -> NDArray[np.float64]:
    """Check lengths with or without a unit, see `read_metres`; NaN where there is none."""
    texts: Any = sieve.text(field)
    found = [read_metres(text) if text else math.nan for text in texts.to_pylist()]
    unread = np.array([value is None for value in found], dtype=np.bool_)
    sieve.refuse_values(unread, field, "error.import.value.not_a_length", texts)
    return np.array([math.nan if value is None else value for value in found])


def read_incline(text: str) -> float | None:
    """Read a slope as rise to run in per cent, whichever the direction.

    Returns
    -------
    float or None
        NaN where only the direction is said (``up``, ``down``); None where it is no slope at all:
        OpenStreetMap's "Key:incline" knows ``10%``, ``5°``, ``up`` and ``down``. A ratio ``1:12``
        is read, too.
    """
    plain = text.strip().lower()
    if plain in _DIRECTIONS:
        return 0.0 if plain == "no" else math.nan
    if found := _PER_CENT.match(plain):
        return _number(found[1])
    if found := _DEGREES.match(plain):
        degrees = _number(found[1])
        return 100 * math.tan(math.radians(degrees)) if degrees < 90 else None
    if found := _RATIO.match(plain):
        run = _number(found[2])
        return 100 * _number(found[1]) / run if run else None
    return 0.0 if plain in {"0", "0.0"} else None


def read_metres(text: str) -> float | None:
    """Read a length in metres: ``1.5``, ``1.5 m``, ``150 cm``, ``5'6"``; None where it is none."""
    plain = text.strip().lower()
    if found := _METRES.match(plain):
        return _number(found[1]) * _METRES_IN[found[2] or "m"]
    if found := _FEET.match(plain):
        inches = _number(found[2]) if found[2] else 0.0
        return _number(found[1]) * _FOOT_M + inches * _INCH_M
    if found := _INCHES.match(plain):
        return _number(found[1]) * _INCH_M
    return None


def _number(text: str) -> float:
    return float(text.replace(",", "."))
