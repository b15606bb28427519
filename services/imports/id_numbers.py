"""Citizen identification numbers: GB 11643-1999.

18 characters: 6 digits region, 8 digits birth date, 3 digits sequence, and a check character by
ISO 7064 MOD 11-2 over the first 17.
"""

from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute

from gis.arrays import Bools

_LENGTH: Final = 18
_WEIGHTS: Final = np.array([pow(2, 17 - i, 11) for i in range(17)])
_CHECK: Final = np.frombuffer(b"10X98765432", dtype=np.uint8)
_SHAPE: Final = r"^[0-9]{17}[0-9X]$"
_ZERO: Final = ord("0")


def tidy(texts: Any) -> Any:
    """Write numbers as they should be: capital X, no full-width digits."""
    return compute.utf8_upper(compute.utf8_normalize(texts, "NFKC"))


def well_formed(texts: Any) -> Bools:
    """Whether each number has 18 characters of the right sort, shape (n,); null is not."""
    found: Bools = compute.fill_null(compute.match_substring_regex(texts, _SHAPE), False).to_numpy(
        zero_copy_only=False
    )
    return found


def checks_out(texts: Any) -> Bools:
    """Whether the check character of each well-formed number is right, shape (n,)."""
    characters = _characters(texts)
    weighted = (characters[:, :17].astype(np.int64) - _ZERO) @ _WEIGHTS
    right: Bools = characters[:, 17] == _CHECK[weighted % 11]
    return right


def birth_dates(texts: Any) -> Any:
    """Return the eight digits of each well-formed number's birth date, as text."""
    return compute.utf8_slice_codeunits(texts, 6, 14)


def is_valid(number: str) -> bool:
    """Whether one number, written as `tidy` writes it, is right: check character and birth date."""
    text = pa.array([number], pa.string())
    if not well_formed(text)[0] or not checks_out(text)[0]:
        return False
    try:
        date.fromisoformat(f"{number[6:10]}-{number[10:12]}-{number[12:14]}")
    except ValueError:
        return False
    return True


def _characters(texts: Any) -> NDArray[np.uint8]:
    joined = "".join(texts.to_pylist()).encode("ascii")
    return np.frombuffer(joined, dtype=np.uint8).reshape(-1, _LENGTH)
