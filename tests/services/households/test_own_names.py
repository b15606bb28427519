"""Own names: nobody whom the database would find is missing among those who may be called so."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services import caller as callers
from services import likeness, pinyin
from services.database import Database, Transaction
from services.households import names
from services.households.conditions import Named
from services.households.own_names import OwnNames
from services.lines import Lines

_NAMES = st.lists(st.text("国建陈欧阳o!'-w", max_size=5), min_size=1, max_size=6)
_TYPED = st.text("国建陈阳ow!n", min_size=1, max_size=5)
_ON_LINES = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def owner(database: Database) -> Iterator[Transaction]:
    with database.transaction(callers.operator()) as tx:
        yield tx


@_ON_LINES
@given(_NAMES, st.text("jianguochenoywx", min_size=1, max_size=12))
def test_trigrams_bound_what_pg_trgm_measures(
    owner: Transaction, given_names: list[str], part: str
) -> None:
    searches = [pinyin.of_name(name) for name in given_names]
    statement = "SELECT word_similarity(%s, t) FROM unnest(%s::text[]) t"
    measured = [row[0] for row in owner.driver.execute(statement, (part, searches)).fetchall()]
    assert (likeness.trigrams_in(part, Lines.of(searches)) >= np.array(measured) - 1e-6).all()


@_ON_LINES
@given(_NAMES, _TYPED)
def test_nobody_is_missing(owner: Transaction, given_names: list[str], typed: str) -> None:
    searches = [pinyin.of_name(name) for name in given_names]
    own = OwnNames(np.arange(len(searches), dtype=np.int32), Lines.of(searches))
    names.likeness(owner)
    for named in names.ways(typed):
        statement = f"""
            SELECT n - 1 FROM unnest(%(all)s::text[]) WITH ORDINALITY AS r (name_search, n)
            WHERE {named.condition}
        """
        values = {"all": searches, "name": named.value}
        found = {row[0] for row in owner.driver.execute(statement, values).fetchall()}
        called = set(own.called(named, names.ALIKE))
        assert called >= found if named.by_likeness else called == found


def test_nobody_at_all() -> None:
    own = OwnNames(np.array([], dtype=np.int32), Lines.of([]))
    assert own.called(Named("guo"), names.ALIKE) == []
    assert own.called(Named("guo", by_likeness=True), names.ALIKE) == []
