"""Names that somebody types to find a person: parts of them, their sounds, their initials."""

from typing import Any, Final, LiteralString

from services import pinyin
from services.database import Transaction
from services.households import conditions, own_names, words
from services.households.conditions import Named
from services.households.holdings import Holdings
from services.households.question import Question
from services.memo import Memo

ALIKE: Final = 0.5
"""How alike sounds must be, as pg_trgm measures it."""
_THRESHOLD: Final = "SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)"
# Of all who are called so, how many there are, and which live in the caller's units: asked one by
# one (OFFSET 0), since a list of all homes of a township takes ten times as long.
_CALLED: Final[LiteralString] = """
    WITH c AS MATERIALIZED (
        SELECT r.id, r.household_id FROM residents r WHERE {} LIMIT %(most)s::bigint + 1)
    SELECT n.called, CASE WHEN n.called <= %(most)s THEN ARRAY(
        SELECT c.id FROM c WHERE EXISTS (
            SELECT FROM household_assignments a
            WHERE a.household_id = c.household_id AND a.unit_id = ANY (%(units)s::int[])
              AND a.valid_from <= %(today)s AND a.valid_to > %(today)s OFFSET 0)) END
    FROM (SELECT count(*) AS called FROM c) n
"""
_HOMES: Final[LiteralString] = """
    SELECT DISTINCT r.household_id FROM residents r WHERE r.id = ANY (%(ids)s::int[]) AND {}
"""


def ways(name: str) -> tuple[Named, ...]:
    """Return how a name is looked for: by itself, else by its sounds, else by what is like it."""
    tidy = pinyin.tidied(name)
    spoken = pinyin.sounds(tidy)
    found = [Named(part) for part in dict.fromkeys((tidy, spoken))]
    if words.is_comparable(spoken):
        found.append(Named(spoken, by_likeness=True))
    return tuple(found)


def likeness(tx: Transaction) -> None:
    """Set how alike names must be, for the rest of a transaction."""
    tx.driver.execute(_THRESHOLD, (str(ALIKE),))


def homes(
    tx: Transaction, memo: Memo, question: Question, named: Named, own: Holdings, most: int
) -> list[int] | None:
    """Return the homes of all who are called so, and are what the question asks of a person.

    None: more than `most` people are called so, an everyday name; it is quicker to look through
    homes.
    """
    ids = _meant(tx, memo, named, own, most)
    if ids is None:
        return None
    asked, values = conditions.person(question.persons, named)
    values |= {"today": own.today, "ids": ids}
    rows: list[Any] = tx.driver.execute(_HOMES.format(asked), values, prepare=False).fetchall()
    return [home for (home,) in rows]


def _meant(tx: Transaction, memo: Memo, named: Named, own: Holdings, most: int) -> list[int] | None:
    """Return ids of people among whom all are who are meant; None: there are too many."""
    if own.total <= own_names.MOST_HOMES:
        ids = own_names.of_caller(tx, memo, own).called(named, ALIKE)
        return None if len(ids) > most else ids
    sought = {"name": named.value, "most": most, "today": own.today}
    sought["units"] = own.unit_ids.tolist()
    with tx.as_owner() as owner:  # who is seen, the policy decides
        statement = _CALLED.format(named.condition)
        found: Any = owner.driver.execute(statement, sought, prepare=False).fetchone()
    number, called = found
    return None if number > most else called
