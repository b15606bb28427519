"""Arrays as values of statements: what the server reads is what was given."""

import numpy as np
import pytest

from services import _arrays
from services.caller import Caller
from services.database import Database

_INTS = [[], [0], [-(2**31), 2**31 - 1, 7], list(range(5000))]
_DOUBLES = [[], [0.0, -0.0, 1e-300], [np.inf, -np.inf, 116.8123456789]]


@pytest.mark.parametrize("numbers", _INTS)
@pytest.mark.parametrize("kind", [np.int32, np.int64])
def test_ints(database: Database, caller: Caller, numbers: list[int], kind: type) -> None:
    with database.transaction(caller) as tx:
        row = tx.driver.execute("SELECT %s", (_arrays.Ints(np.array(numbers, kind)),)).fetchone()
    assert row == (numbers,)


@pytest.mark.parametrize("numbers", _DOUBLES)
def test_doubles(database: Database, caller: Caller, numbers: list[float]) -> None:
    with database.transaction(caller) as tx:
        row = tx.driver.execute("SELECT %s", (_arrays.Doubles(np.array(numbers)),)).fetchone()
    assert row == (numbers,)


def test_one_statement_with_many_values(database: Database, caller: Caller) -> None:
    with database.transaction(caller) as tx:
        for many in range(12):
            ids = _arrays.Ints(np.arange(many))
            row = tx.driver.execute("SELECT cardinality(%s::int[])", (ids,)).fetchone()
            assert row == (many,)
