"""Names that somebody types to find a person: parts of them, their sounds, their initials."""

from typing import Any, Final, LiteralString

from services import pinyin
from services.database import Transaction
from services.households import conditions, words
from services.households.conditions import Named
from services.households.holdings import Holdings
from services.households.question import Question

_ALIKE: Final = "0.5"
_THRESHOLD: Final = "SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)"
# Of all who are called so, how many there are, and which live in the caller's units.
_CALLED: Final[LiteralString] = """
    WITH c AS MATERIALIZED (
        SELECT r.id, r.household_id FROM residents r WHERE {} LIMIT %(most)s::bigint + 1)
    SELECT n.called, CASE WHEN n.called <= %(most)s THEN ARRAY(
        SELECT c.id FROM c WHERE EXISTS (
            SELECT FROM household_assignments a
            WHERE a.household_id = c.household_id AND a.unit_id = ANY (%(units)s::int[])
              AND a.valid_from <= %(today)s AND a.valid_to > %(today)s)) END
    FROM (SELECT count(*) AS called FROM c) n
"""
# Whether a home is one's own costs less to tell than how alike a name is, so that goes first: a
# list that is asked as such (IS TRUE), not joined.
_CALLED_AT_HOME: Final[LiteralString] = """
    SELECT count(*), array_agg(c.id) FROM (
        SELECT r.id FROM residents r
        WHERE (r.household_id IN (
            SELECT a.household_id FROM household_assignments a
            WHERE a.unit_id = ANY (%(units)s::int[]) AND a.valid_from <= %(today)s
              AND a.valid_to > %(today)s)) IS TRUE AND {}
        LIMIT %(most)s::bigint + 1) c
"""
_LISTED: Final = 20_000
"""So many own homes are quickly listed."""
_HOMES: Final[LiteralString] = """
    SELECT DISTINCT r.household_id FROM residents r WHERE r.id = ANY (%(ids)s::int[]) AND {}
"""


def ways(name: str) -> tuple[Named, ...]:
    """Return how a name is looked for: by itself, else by its sounds, else by what is like it."""
    tidy = pinyin.tidied(name)
    spoken = pinyin.sounds(tidy)
    found = [Named(_part(part)) for part in dict.fromkeys((tidy, spoken))]
    if words.is_comparable(spoken):
        found.append(Named(spoken, by_likeness=True))
    return tuple(found)


def likeness(tx: Transaction) -> None:
    """Set how alike names must be, for the rest of a transaction."""
    tx.driver.execute(_THRESHOLD, (_ALIKE,))


def homes(
    tx: Transaction, question: Question, named: Named, own: Holdings, most: int
) -> list[int] | None:
    """Return the homes of all who are called so, and are what the question asks of a person.

    None: more than `most` people of the district are called so, an everyday name; it is quicker
    to look through homes.
    """
    at_home = named.by_likeness and own.total <= _LISTED
    called = (_CALLED_AT_HOME if at_home else _CALLED).format(named.condition)
    sought = {"name": named.pattern, "most": most, "today": own.today}
    sought["units"] = own.unit_ids.tolist()
    with tx.as_owner() as owner:  # only who may be meant; who is seen, the policy decides
        found: Any = owner.driver.execute(called, sought, prepare=False).fetchone()
    number, ids = found
    if number > most:
        return None
    asked, values = conditions.person(question.persons, named)
    values |= {"today": own.today, "ids": ids or []}
    rows: list[Any] = tx.driver.execute(_HOMES.format(asked), values, prepare=False).fetchall()
    return [home for (home,) in rows]


def _part(part: str) -> str:
    """Return the pattern of a part of a name, which begins a word of what it is found by."""
    return f"% {words.escaped(part)}%"
