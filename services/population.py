"""How many people live in each unit on a day, with nobody to be recognised by a count.

Counts of 1 to 4 people are suppressed, and so is what would reveal them by subtraction from the
counts beside and above them. The suppression is worked out for the whole district, whatever part
of it is asked for: what one request hides, no other request shows.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from gis import suppression
from services import hierarchy, units
from services.database import Transaction
from services.import_history import has_generated

Counts = NDArray[np.int64]

_COUNTS = sa.text("""
    WITH people AS (
        SELECT household_id,
            count(*) FILTER (WHERE birth_date > CAST(:as_of AS date) - interval '15 years') AS young,
            count(*) FILTER (WHERE birth_date <= CAST(:as_of AS date) - interval '15 years'
                AND birth_date > CAST(:as_of AS date) - interval '60 years') AS middle,
            count(*) FILTER (WHERE birth_date <= CAST(:as_of AS date) - interval '60 years') AS old
        FROM residents WHERE birth_date <= CAST(:as_of AS date)
            AND (left_on IS NULL OR left_on > CAST(:as_of AS date))
        GROUP BY household_id)
    SELECT a.unit_id, count(*) AS households,
        coalesce(sum(p.young), 0)::bigint AS young, coalesce(sum(p.middle), 0)::bigint AS middle,
        coalesce(sum(p.old), 0)::bigint AS old
    FROM household_assignments a
    LEFT JOIN people p ON p.household_id = a.household_id
    WHERE a.valid_from <= :as_of AND a.valid_to > :as_of
    GROUP BY a.unit_id
""")


@dataclass(frozen=True)
class PopulationRow:
    """People of one unit; None: suppressed.

    Attributes
    ----------
    residents
        Everybody born by the as-of day who had not left by then.
    age_0_14, age_15_59, age_60_plus
        The same people by age on that day, in years.
    """

    unit: units.Unit
    households: int | None
    residents: int | None
    age_0_14: int | None
    age_15_59: int | None
    age_60_plus: int | None


@dataclass(frozen=True)
class Population:
    """People of all units of a day.

    Attributes
    ----------
    rows
        By unit code; those in no unit are in none.
    generated
        Whether there are generated people among them.
    """

    as_of: date
    rows: tuple[PopulationRow, ...]
    generated: bool


def figures(tx: Transaction, as_of: date, within: str | None = None) -> Population:
    """Count the people of each unit at every level.

    Parameters
    ----------
    as_of
        The day.
    within
        Only this unit and those below it.

    Raises
    ------
    services.errors.NotFoundError
        There was no unit of that code on that day.
    """
    if within is not None:
        units.find(tx, within, as_of)
    tree = hierarchy.load(tx, as_of)
    households, ages = _counted(tx, as_of, tree)
    safe_households = suppression.suppress_tree(households, tree.parent)
    safe_ages = suppression.suppress_tree(ages, tree.parent)
    shown = _hidden_as_none(
        np.hstack([households, ages.sum(axis=1, keepdims=True), ages]),
        np.column_stack([safe_households.cells, safe_ages.totals, safe_ages.cells]),
    )
    rows = tuple(
        PopulationRow(unit, *counts)
        for unit, counts in zip(tree.units, shown, strict=True)
        if unit.code.startswith(within or "")
    )
    return Population(as_of, rows, has_generated(tx))


def _counted(tx: Transaction, as_of: date, tree: hierarchy.Hierarchy) -> tuple[Counts, Counts]:
    """Households ``(n, 1)`` and people by age ``(n, 3)`` of each unit, with all below it."""
    rows = [tuple(row) for row in tx.sql.execute(_COUNTS, {"as_of": as_of})]
    lowest = np.array(rows, dtype=np.int64).reshape(-1, 5)
    position = tree.positions(lowest[:, 0].astype(np.int32))
    counts = np.zeros((len(tree.units), 4), dtype=np.int64)
    for level in tree.at_level:
        unit = np.where(position >= 0, level[position], -1)
        np.add.at(counts, unit[unit >= 0], lowest[unit >= 0, 1:])
    return counts[:, :1], counts[:, 1:]


def _hidden_as_none(values: Counts, hidden: NDArray[np.bool_]) -> list[list[int | None]]:
    mixed = values.astype(object)
    mixed[hidden] = None
    rows: list[list[int | None]] = mixed.tolist()
    return rows
