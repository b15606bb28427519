"""What households are found by in words: forms of addresses and names, with their pinyin.

An address without its numbers is its form: a district has some thousand of them, however many
homes. Each form stands once in ``address_forms`` with its pinyin; which homes have it, an index
of the households knows. Forms and names are written in the transaction that brings what they
come from; `rebuild` is for rows that were there before.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from services import pinyin
from services.database import Transaction

_DIGITS: Final = re.compile(r"[0-9０-９]")
_BATCH: Final = 20_000

# One step of the index from each form to the next, not all its rows.
_UNKNOWN: Final = """
    WITH RECURSIVE forms AS (
        (SELECT address_form(address, building) AS form, id FROM households
         ORDER BY address_form(address, building), id LIMIT 1)
        UNION ALL
        SELECT n.form, n.id FROM forms f CROSS JOIN LATERAL (
            SELECT address_form(h.address, h.building) AS form, h.id FROM households h
            WHERE address_form(h.address, h.building) > f.form
            ORDER BY address_form(h.address, h.building), h.id LIMIT 1) n
    )
    SELECT f.form, concat_ws(' ', h.address, h.building) FROM forms f
    JOIN households h ON h.id = f.id
    WHERE NOT EXISTS (SELECT FROM address_forms a WHERE a.id = f.form)
"""
_FORGET: Final = """
    DELETE FROM address_forms f WHERE NOT EXISTS (
        SELECT FROM households h WHERE address_form(h.address, h.building) = f.id)
"""
_ADD: Final = """
    INSERT INTO address_forms (id, text, search)
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[]) ON CONFLICT (id) DO NOTHING
"""
_BEHIND: Final = """
    SELECT EXISTS (SELECT FROM households) AND NOT EXISTS (SELECT FROM address_forms)
"""
_NAMELESS: Final = """
    SELECT id, name FROM residents WHERE name_search IS NULL ORDER BY id LIMIT %s
"""
_NAME: Final = """
    UPDATE residents r SET name_search = n.search
    FROM unnest(%s::int[], %s::text[]) AS n (id, search) WHERE r.id = n.id
"""


@dataclass(frozen=True)
class Rebuilt:
    """How many forms of addresses and how many names were written."""

    forms: int
    names: int


def refresh_forms(tx: Transaction) -> int:
    """Write the forms of addresses that are new, take out those that are no more.

    Parameters
    ----------
    tx
        The owner's, in which addresses may have changed.

    Returns
    -------
    int
        How many were new.
    """
    driver = tx.driver
    # What was loaded in this transaction is not counted yet; without figures the planner sorts it.
    driver.execute("SET LOCAL enable_seqscan = off")
    found: list[tuple[Any, ...]] = driver.execute(_UNKNOWN).fetchall()
    driver.execute(_FORGET)
    driver.execute("SET LOCAL enable_seqscan = on")
    texts = [_DIGITS.sub("", text) for _, text in found]
    ids = [form for form, _ in found]
    driver.execute(_ADD, (ids, texts, [pinyin.of_form(text) for text in texts]))
    return len(found)


def names(column: Any) -> Any:
    """Return what each name of an Arrow column of text is found by."""
    distinct = column.dictionary_encode()
    return pa.array(_each(distinct.dictionary.to_pylist()), pa.string()).take(distinct.indices)


def rebuild(tx: Transaction, progress: Callable[[int], None] | None = None) -> Rebuilt:
    """Write every form anew, and the names that nobody is found by yet.

    Parameters
    ----------
    progress
        Told how many names are done.
    """
    tx.driver.execute("DELETE FROM address_forms")
    forms = refresh_forms(tx)
    done = 0
    while found := tx.driver.execute(_NAMELESS, (_BATCH,)).fetchall():
        rows: list[tuple[Any, ...]] = found
        searches = _each(name for _, name in rows)
        tx.driver.execute(_NAME, ([number for number, _ in rows], searches))
        done += len(rows)
        if progress:
            progress(done)
    return Rebuilt(forms, done)


def catch_up(tx: Transaction) -> None:
    """Write what homes and people are found by, where they were there before it was kept."""
    row: tuple[Any, ...] | None = tx.driver.execute(_BEHIND).fetchone()
    if row and row[0]:
        rebuild(tx)


def _each(texts: Iterable[str | None]) -> list[str | None]:
    return [None if text is None else pinyin.of_name(text) for text in texts]
