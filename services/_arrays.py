"""Arrays of numbers as values of a statement, in binary.

A driver takes longer over a list of ten thousand numbers, and the server over their digits, than
many a query takes. Layout: PostgreSQL's source, `array_recv` in utils/adt/arrayfuncs.c.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg.adapt import Dumper
from psycopg.pq import Format

if TYPE_CHECKING:
    import psycopg

# Object ids of the types and of their arrays, as every PostgreSQL has them.
_INT4: Final = 23
_INT4_ARRAY: Final = 1007
_FLOAT8: Final = 701
_FLOAT8_ARRAY: Final = 1022

_NO_NULLS: Final = 0
_FIRST: Final = 1
"""The number of the first element."""


@dataclass(frozen=True)
class Ints:
    """Whole numbers of 32 bits, shape (n,): ``int[]``."""

    numbers: NDArray[Any]


@dataclass(frozen=True)
class Doubles:
    """Numbers, shape (n,): ``float8[]``."""

    numbers: NDArray[Any]


class _DumpsInts(Dumper):
    format = Format.BINARY
    oid = _INT4_ARRAY

    def dump(self, obj: Ints) -> bytes:
        return _packed(obj.numbers, _INT4, np.dtype(">i4"))


class _DumpsDoubles(Dumper):
    format = Format.BINARY
    oid = _FLOAT8_ARRAY

    def dump(self, obj: Doubles) -> bytes:
        return _packed(obj.numbers, _FLOAT8, np.dtype(">f8"))


def _packed(numbers: NDArray[Any], element: int, kind: "np.dtype[Any]") -> bytes:
    values = np.empty(len(numbers), dtype=[("size", ">i4"), ("value", kind)])
    values["size"], values["value"] = kind.itemsize, numbers
    extent = [1, _NO_NULLS, element, len(numbers), _FIRST] if len(numbers) else [0, 0, element]
    return np.array(extent, dtype=">i4").tobytes() + values.tobytes()


def take(connection: "psycopg.Connection[Any]") -> None:
    """Let a connection take `Ints` and `Doubles` as values."""
    connection.adapters.register_dumper(Ints, _DumpsInts)
    connection.adapters.register_dumper(Doubles, _DumpsDoubles)
