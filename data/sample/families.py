"""Family structure, ages and sexes: who lives together in a household."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from data.sample import facts
from gis import arrays
from gis.arrays import Bools, Floats, Int8s, Int64s

AS_OF: Final = np.datetime64("2026-11-23")
"""Day the ages are drawn for. The census tells how many people, not how old: 22 % of 60 or more
is the neighbouring district's figure."""
_LARGEST: Final = 7

# Roles: E, F elderly person and spouse; A, B adult and spouse; P adult with an adult child K;
# G, H parents of A; C child of A; L child left with its grandparents E and F.
_ROLES: Final = "EFABPKGHCL"
_OTHER_SEX: Final = "FBH"
_OF_VILLAGES: Final = 2.5
"""How much more often than in town children stay with their grandparents in villages."""
_TEMPLATES: Final = {
    1: (("E", 0.36), ("A", 0.64)),
    2: (("EF", 0.34), ("AB", 0.41), ("AC", 0.12), ("AG", 0.13)),
    3: (("ABC", 0.64), ("PBK", 0.15), ("ABG", 0.14), ("EFL", 0.07)),
    4: (("ABCC", 0.63), ("ABCG", 0.33), ("EFLL", 0.04)),
    5: (("ABCCG", 0.55), ("ABCGH", 0.45)),
    6: (("ABCCGH", 0.8), ("ABCCCG", 0.2)),
    7: (("ABCCCGH", 1.0),),
}


@dataclass(frozen=True)
class Families:
    """People by household; columns of shape (p,), in the order of the households.

    Attributes
    ----------
    household
        Index of the household.
    age_days
        Age on `AS_OF`, days.
    is_male
        Sex.
    size
        People in the same household.
    is_left_behind
        A child that lives with its grandparents while the parents work elsewhere.
    is_line
        Bears the family's surname: everybody but the wives.
    """

    household: Int64s
    age_days: Int64s
    is_male: Bools
    size: Int64s
    is_left_behind: Bools
    is_line: Bools


def gather(township: Int64s, is_village: Bools, rng: np.random.Generator) -> Families:
    """Fill the households with families, so that every township has its people of the census.

    Parameters
    ----------
    township
        Index of the township of each household, in the order of codes, shape (h,).
    is_village
        Whether each household lives in a village, shape (h,).
    rng
        Source of chance.
    """
    people = np.array([facts.PEOPLE_OF_TOWNSHIP[code] for code in sorted(facts.PEOPLE_OF_TOWNSHIP)])
    size = _sizes(township, people, rng)
    household = np.repeat(np.arange(len(size)), size)
    role = _roles(size, is_village, rng)
    age = _ages(role, household, len(size), rng)
    days = (age * 365.25).astype(np.int64) + rng.integers(0, 365, len(age))
    return Families(
        household=household,
        age_days=days,
        is_male=_sexes(role, size[household], rng),
        size=size[household],
        is_left_behind=role == _ROLES.index("L"),
        is_line=~_is(role, _OTHER_SEX),
    )


def _sizes(township: Int64s, people: Int64s, rng: np.random.Generator) -> Int64s:
    """Draw sizes from zero-truncated Poisson distributions, then meet the totals exactly."""
    households = np.bincount(township, minlength=len(people))
    rate = people / households
    for _ in range(60):  # mean = rate / (1 - exp(-rate)), solved by fixed point
        rate = people / households * (1.0 - np.exp(-rate))
    size = np.zeros(len(township), dtype=np.int64)
    ks = np.arange(1, _LARGEST + 1)
    factorial = np.cumprod(ks.astype(np.float64))
    for index, lam in enumerate(rate):
        share = lam**ks / factorial
        own = np.flatnonzero(township == index)
        size[own] = rng.choice(ks, len(own), p=share / share.sum())
        missing = int(people[index] - size[own].sum())
        able = own[(size[own] < 4) if missing > 0 else (size[own] > 2)]
        size[rng.choice(able, abs(missing), replace=False)] += np.sign(missing)
    return size


def _roles(size: Int64s, is_village: Bools, rng: np.random.Generator) -> Int8s:
    """Choose a template for each household and write its roles one after the other."""
    starts = arrays.offsets(size)
    role = np.zeros(int(starts[-1]), dtype=np.int8)
    for people, choices in _TEMPLATES.items():
        own = np.flatnonzero(size == people)
        texts = np.array([[_ROLES.index(letter) for letter in text] for text, _ in choices])
        share = np.array([weight for _, weight in choices])
        more = np.array([_OF_VILLAGES if "L" in text else 1.0 for text, _ in choices])
        share = np.where(is_village[own, None], share * more, share)
        limit = np.cumsum(share / share.sum(axis=1, keepdims=True), axis=1)
        pick = (rng.random(len(own))[:, None] > limit[:, :-1]).sum(axis=1)
        role[starts[own][:, None] + np.arange(people)] = texts[pick]
    return role


def _ages(role: Int8s, household: Int64s, count: int, rng: np.random.Generator) -> Floats:
    """Draw the age of each head, then everybody else's from it; whole years, not below zero."""
    has_child = np.zeros(count, dtype=np.bool_)
    has_child[household[_is(role, "C")]] = True
    elderly = 60.0 + 39.0 * rng.beta(1.15, 2.7, count)
    free = 22.0 + 38.5 * rng.beta(1.7, 1.2, count)
    parent = 26.0 + 29.0 * rng.beta(1.9, 1.9, count)
    settled = rng.uniform(46.0, 62.0, count)
    adult = np.where(has_child, parent, free)
    base = {"E": elderly, "F": elderly, "A": adult, "B": adult, "G": adult, "H": adult,
            "C": adult, "P": settled, "K": settled, "L": elderly}  # fmt: skip
    # Years after the head's birth, mean and spread, and the age's bounds, by role.
    after = {"E": (0, 0, 60, 101), "F": (1.5, 3, 54, 98), "A": (0, 0, 20, 66), "B": (1.5, 2.5, 20, 66),
             "P": (0, 0, 40, 66), "K": (26, 3, 18, 38), "G": (-26, 4, 50, 94),
             "H": (-25, 4, 50, 93), "C": (27.5, 3.5, 0, 22), "L": (58, 4, 3, 16)}  # fmt: skip
    rows = np.array([after[letter] for letter in _ROLES], dtype=np.float64)[role]
    head = np.stack([base[letter] for letter in _ROLES])[role, household]
    age = head - rows[:, 0] + rng.normal(0.0, 1.0, len(role)) * rows[:, 1]
    years: Floats = np.floor(np.clip(age, rows[:, 2], rows[:, 3]))
    return years


def _sexes(role: Int8s, size: Int64s, rng: np.random.Generator) -> Bools:
    """Draw sexes; those of children and people without a spouse are changed to meet the census."""
    alone_old = _is(role, "E") & (size == 1)
    widowed = _is(role, "G")
    chance = np.where(
        alone_old, 0.36, np.where(widowed, 0.33, np.where(_is(role, "CLK"), 0.525, 0.6))
    )
    male = rng.random(len(role)) < chance
    wives = _is(role, _OTHER_SEX)
    husbands = np.zeros(len(role), dtype=np.bool_)
    husbands[:-1] = wives[1:]
    male = (male | husbands) & ~wives
    surplus = int(male.sum()) - facts.MEN
    free = np.flatnonzero(~wives & ~husbands & (male == (surplus > 0)))
    changed = rng.choice(free, abs(surplus), replace=False)
    male[changed] = ~male[changed]
    return male


def _is(role: Int8s, letters: str) -> Bools:
    found: Bools = np.isin(role, [_ROLES.index(letter) for letter in letters])
    return found
