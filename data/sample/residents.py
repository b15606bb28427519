"""Residents: the members of the families, with what a grid worker would know of them."""

from dataclasses import dataclass

import numpy as np

from data.sample import families, identity
from data.sample.families import Families
from gis.arrays import Bools, Int64s, Objects

_DISABILITIES = ("physical", "hearing", "visual", "mental", "intellectual", "multiple", "speech")
_DISABILITY_SHARES = (0.45, 0.18, 0.14, 0.10, 0.07, 0.04, 0.02)
_GRADE_SHARES = (0.12, 0.20, 0.30, 0.38)
_UNEMPLOYED_SHARE = 0.035
_ASSISTED_SHARE = 0.022
_YEAR_DAYS = 365.25


@dataclass(frozen=True)
class Residents:
    """Residents; columns of shape (p,), in the order of the households and ascending by code.

    Attributes
    ----------
    code
        ``R`` and nine digits.
    household_code
        Household lived in.
    name, id_number, phone
        Made up; see `data.sample.identity`. Children have no phone.
    sex
        ``male`` or ``female``.
    birth_date
        Days, datetime64[D].
    lives_alone
        Whether the household has nobody else.
    disability_type, disability_grade
        Empty text and 0 for most; the gravest grade is 1.
    tags
        Tags separated by ``;``.
    """

    code: Objects
    household_code: Objects
    name: Objects
    sex: Objects
    birth_date: np.ndarray[tuple[int], np.dtype[np.datetime64]]
    id_number: Objects
    phone: Objects
    lives_alone: Bools
    disability_type: Objects
    disability_grade: Int64s
    tags: Objects


def register(people: Families, household_code: Objects, rng: np.random.Generator) -> Residents:
    """Write the register of residents.

    Parameters
    ----------
    people
        Who lives where.
    household_code
        Code of each household, shape (h,).
    rng
        Source of chance.
    """
    count = len(people.household)
    birth = families.AS_OF - people.age_days.astype("timedelta64[D]")
    years = people.age_days / _YEAR_DAYS
    kind, grade = _disabilities(years, rng)
    phone = np.where(years < 11, "", identity.phones(count))
    return Residents(
        code=_codes(count),
        household_code=household_code[people.household],
        name=identity.names(people.household, people.is_line, people.is_male, rng),
        sex=np.where(people.is_male, "male", "female").astype(np.object_),
        birth_date=birth,
        id_number=identity.id_numbers(_as_digits(birth), people.is_male),
        phone=phone,
        lives_alone=people.size == 1,
        disability_type=kind,
        disability_grade=grade,
        tags=_tags(people, years, grade, rng),
    )


def _as_digits(days: np.ndarray[tuple[int], np.dtype[np.datetime64]]) -> Int64s:
    """Write dates as numbers YYYYMMDD."""
    months = days.astype("datetime64[M]")
    month = months.astype(np.int64)
    day = (days - months).astype(np.int64) + 1
    digits: Int64s = (1970 + month // 12) * 10_000 + (month % 12 + 1) * 100 + day
    return digits


def _disabilities(
    years: np.ndarray[tuple[int], np.dtype[np.float64]], rng: np.random.Generator
) -> tuple[Objects, Int64s]:
    chance = np.select([years >= 80, years >= 60, years >= 18], [0.20, 0.085, 0.022], 0.008)
    has = rng.random(len(years)) < chance
    kinds = np.array(_DISABILITIES, dtype=np.object_)
    kind = kinds[rng.choice(len(kinds), len(years), p=_DISABILITY_SHARES)]
    grade = rng.choice(np.arange(1, 5), len(years), p=_GRADE_SHARES)
    return np.where(has, kind, ""), np.where(has, grade, 0)


def _tags(
    people: Families,
    years: np.ndarray[tuple[int], np.dtype[np.float64]],
    grade: Int64s,
    rng: np.random.Generator,
) -> Objects:
    households = int(people.household.max()) + 1
    old = years >= 60
    only_old = np.bincount(people.household, ~old, minlength=households) == 0
    disabled = np.bincount(people.household, (grade > 0) & (grade <= 2), minlength=households) > 0
    poor = rng.random(households) < np.where(disabled, 0.25, _ASSISTED_SHARE)
    working = (years >= 20) & (years < np.where(people.is_male, 60, 55))
    flags = {
        "empty_nest": only_old[people.household],
        "left_behind_child": people.is_left_behind,
        "unemployed": working & (rng.random(len(years)) < _UNEMPLOYED_SHARE),
        "social_assistance": poor[people.household],
    }
    words = list(flags)
    # Few combinations occur: write each once.
    combination = sum(flags[word].astype(np.int64) << bit for bit, word in enumerate(words))
    texts = np.array(
        [
            ";".join(word for bit, word in enumerate(words) if number >> bit & 1)
            for number in range(1 << len(words))
        ],
        dtype=np.object_,
    )
    chosen: Objects = texts[combination]
    return chosen


def _codes(count: int) -> Objects:
    digits = np.strings.zfill(np.arange(1, count + 1).astype(np.str_), 9)
    return np.strings.add("R", digits).astype(np.object_)
