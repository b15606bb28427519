"""What a question demands of a home, and of those who live there, as conditions in SQL.

Conditions on homes speak of a row ``h`` of households, conditions on people of ``n.id``: they cost
more, and are asked of those homes only that the others have left.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, LiteralString

import shapely

from gis import crs
from gis.arrays import Int32s
from services import _arrays
from services.households.holdings import Holdings
from services.households.question import Disability, Persons, Question

_AND: Final[LiteralString] = " AND "
_AREA: Final[LiteralString] = """
    h.geom && %(area)s::geometry AND ST_Intersects(h.geom, %(area)s::geometry)
"""
_IN_UNITS: Final[LiteralString] = """
    EXISTS (SELECT FROM household_assignments u WHERE u.household_id = h.id
        AND u.unit_id = ANY (%(within_units)s::int[])
        AND u.valid_from <= %(today)s AND u.valid_to > %(today)s OFFSET 0)
"""
_FORMS: Final[LiteralString] = """
    address_form(h.address, h.building) = ANY (%(forms)s::bigint[])
"""
# Columns are named as addresses name them: which number of a home is meant can be asked of both.
_NUMBERS: Final[LiteralString] = """
    translate(concat_ws(' ', h.address, h.building || '栋', h.entrance || '单元', h.floor || '层',
        h.room || '室'), '０１２３４５６７８９', '0123456789') ~ %(numbers)s
"""
_OVERDUE: Final[LiteralString] = """
    EXISTS (SELECT FROM visits_due(%(today)s) v
        WHERE v.household_id = n.id AND v.due_on < %(today)s OFFSET 0)
"""
_UNSERVED: Final[LiteralString] = "n.id IN (SELECT unnest(%(unserved)s::int[]))"

# Of somebody who lives there; residents are asked home by home (OFFSET 0), not all at once.
_SOMEBODY: Final[LiteralString] = """
    EXISTS (SELECT FROM residents r WHERE r.household_id = n.id AND {} OFFSET 0)
"""
LIVES_THERE: Final[LiteralString] = "(r.left_on IS NULL OR r.left_on > %(today)s)"
_PERSON: Final[Mapping[str, LiteralString]] = {
    "min_age": "r.birth_date <= %(today)s::date - make_interval(years => %(min_age)s)",
    "max_age": "r.birth_date > %(today)s::date - make_interval(years => %(max_age)s + 1)",
    "lives_alone": "r.lives_alone",
    "any_disability": "r.disability_type IS NOT NULL",
    "disabilities": "r.disability_type = ANY (%(disabilities)s::text[])",
    "grades": "r.disability_grade = ANY (%(grades)s::smallint[])",
    "groups": "r.tags && %(groups)s::text[]",
}
_NAMED: Final[LiteralString] = "r.name_search LIKE %(name)s"
_NAMED_LIKE: Final[LiteralString] = "%(name)s <%% r.name_search"
_LITERALLY: Final = re.compile(r"[\\%_]")
_ESCAPED: Final = r"\\\g<0>"


@dataclass(frozen=True)
class Conditions:
    """Conditions on homes and on people, and the values they name."""

    homes: tuple[LiteralString, ...] = ()
    people: tuple[LiteralString, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)

    def plus(self, other: "Conditions") -> "Conditions":
        """Return both together."""
        return Conditions(
            self.homes + other.homes, self.people + other.people, {**self.values, **other.values}
        )

    @property
    def on_homes(self) -> LiteralString:
        """The conditions on homes, to be put after others."""
        return "".join(_AND + condition for condition in self.homes)

    @property
    def on_people(self) -> LiteralString:
        """The conditions on people, to be put after others."""
        return "".join(_AND + condition for condition in self.people)


@dataclass(frozen=True)
class Named:
    """How a name is looked for.

    Attributes
    ----------
    part
        What a word that somebody is found by begins with, or sounds that are compared with them.
    """

    part: str
    by_likeness: bool = False

    @property
    def condition(self) -> LiteralString:
        """What must hold of a resident ``r``; `value` is its value."""
        return _NAMED_LIKE if self.by_likeness else _NAMED

    @property
    def value(self) -> str:
        """The pattern of the condition, or what it compares with."""
        return self.part if self.by_likeness else f"% {_LITERALLY.sub(_ESCAPED, self.part)}%"


def of_place(question: Question, holdings: Holdings) -> Conditions:
    """Return what is asked of where a home lies."""
    made = Conditions(values={"today": holdings.today})
    if question.area is not None:
        shape = shapely.set_srid(question.area, crs.STORED)
        wkb = shapely.to_wkb(shape, hex=True, include_srid=True)
        made = made.plus(Conditions((_AREA,), (), {"area": wkb}))
    if question.unit is not None:
        units = holdings.within(question.unit).unit_ids.tolist()
        made = made.plus(Conditions((_IN_UNITS,), (), {"within_units": units}))
    return made


def of_words(forms: tuple[int, ...] | None, numbers: str | None) -> Conditions:
    """Return what is asked of an address: one of some forms, and numbers in it."""
    made = Conditions()
    if forms is not None:
        made = made.plus(Conditions((_FORMS,), (), {"forms": list(forms)}))
    if numbers is not None:
        made = made.plus(Conditions((_NUMBERS,), (), {"numbers": numbers}))
    return made


def of_people(question: Question, named: Named | None, unserved: Int32s | None) -> Conditions:
    """Return what is asked of those who live there.

    Parameters
    ----------
    unserved
        Ids of the households among which those without day care are, ``(n,)``.
    """
    asked, values = person(question.persons, named)
    made = Conditions((), (_SOMEBODY.format(asked),), values) if asked else Conditions()
    if question.overdue:
        made = made.plus(Conditions((), (_OVERDUE,)))
    if unserved is not None:
        made = made.plus(Conditions((), (_UNSERVED,), {"unserved": _arrays.Ints(unserved)}))
    return made


def person(persons: Persons, named: Named | None) -> tuple[LiteralString, dict[str, Any]]:
    """Return what must hold of one resident ``r``, and its values; empty: nothing is asked."""
    given: dict[str, Any] = {
        "min_age": persons.min_age,
        "max_age": persons.max_age,
        "lives_alone": persons.lives_alone or None,
        "any_disability": Disability.ANY in persons.disabilities or None,
        "disabilities": sorted(persons.disabilities - {Disability.ANY}) or None,
        "grades": sorted(persons.grades) or None,
        "groups": sorted(persons.groups) or None,
    }
    if given["any_disability"]:
        given["disabilities"] = None
    values = {name: value for name, value in given.items() if value is not None}
    asked = [_PERSON[name] for name in values]
    if named is not None:
        asked.append(named.condition)
        values |= {"name": named.value}
    return (_AND.join([LIVES_THERE, *asked]) if asked else ""), values
