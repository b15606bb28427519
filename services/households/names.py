"""Names that somebody types to find a person: parts of them, their sounds, their initials."""

from typing import Any, Final, LiteralString

from services import pinyin
from services.database import Transaction
from services.households import conditions, words
from services.households.conditions import Named
from services.households.question import Question

_ALIKE: Final = "0.5"
_MANY: Final[LiteralString] = """
    SELECT count(*) FROM (SELECT FROM residents r WHERE {} LIMIT %(most)s::bigint + 1) counted
"""
_HOMES: Final[LiteralString] = "SELECT DISTINCT r.household_id FROM residents r WHERE {}"


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
    words.alike(tx, _ALIKE)


def homes(
    tx: Transaction, question: Question, named: Named, today: object, most: int
) -> list[int] | None:
    """Return the homes of all who are called so, and are what the question asks of a person.

    None: more than `most` people of the district are called so, an everyday name; it is quicker
    to look through homes.
    """
    asked, values = conditions.person(question.persons, named)
    values |= {"today": today, "most": most}
    with tx.as_owner() as owner:  # only whether they are many; who they are, the policy decides
        many = owner.driver.execute(_MANY.format(named.condition), values, prepare=False)
        row: Any = many.fetchone()
    if row[0] > most:
        return None
    rows: list[Any] = tx.driver.execute(_HOMES.format(asked), values, prepare=False).fetchall()
    return [number for (number,) in rows]


def _part(part: str) -> str:
    """Return the pattern of a part of a name, which begins a word of what it is found by."""
    return f"% {words.escaped(part)}%"
