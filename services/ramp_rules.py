"""Rule sets for ramps: editions of the standards, data under ``rulesets/ramps``."""

import re
from typing import Final

from gis.stepfree.compliance import Rule, Standard
from services import rules
from services.rules import Figure, RuleSet

DEFAULT: Final = "gb55019-2021"
FOLDER: Final = rules.FOLDER / "ramps"
_FIGURES: Final = {
    Rule.SLOPE: "rise_at_1_in_n_m",
    Rule.WIDTH: "width_m",
    Rule.HANDRAIL: "handrail_above_rise_m",
    Rule.LANDING: "landing_above_rise_m",
}
_SLOPE: Final = re.compile(r"rise_at_1_in_(\d+(?:\.\d+)?)_m")


def names() -> list[str]:
    """Return the names of all editions."""
    return rules.names(FOLDER)


def load(name: str = DEFAULT) -> RuleSet:
    """Read an edition.

    Raises
    ------
    services.errors.NotFoundError
        There is none of that name.
    """
    return rules.load(name, FOLDER)


def figure_of(edition: RuleSet, rule: Rule) -> Figure:
    """Return the figure by which an edition asks something of a ramp: that of its clause.

    Raises
    ------
    services.errors.NotFoundError
        The edition lacks it.
    """
    slopes = (figure for figure in edition.figures if _SLOPE.fullmatch(figure.key))
    if rule is Rule.SLOPE and (first := next(slopes, None)):
        return first
    return edition.figure(_FIGURES[rule])


def standard(edition: RuleSet) -> Standard:
    """Return what an edition asks, as `gis.stepfree.compliance` takes it.

    Raises
    ------
    services.errors.NotFoundError
        The edition lacks a figure.
    """
    slopes = [
        (float(found[1]), figure.value)
        for figure in edition.figures
        if (found := _SLOPE.fullmatch(figure.key))
    ]
    return Standard(
        slopes=tuple(sorted(slopes, reverse=True)),
        is_interpolated=bool(edition.figure("is_interpolated").value),
        width_m=edition.figure("width_m").value,
        handrail_rise_m=edition.figure("handrail_above_rise_m").value,
        handrail_run=edition.figure("handrail_steeper_than_1_in").value,
        landing_rise_m=edition.figure("landing_above_rise_m").value,
    )
