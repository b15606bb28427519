"""What a map relies on, in words: figures of rule sets and profiles; and its figures as files."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from layers import words
from layers.frame import Files, Link, RuleLine, Rules
from services.exports import Format
from services.profiles import NamedProfile
from services.rules import RuleSet, State

_STATES: Final = {State.CHECKED: "map.rules.checked", State.TO_CHECK: "map.rules.to_check"}
_FORMATS: Final = {Format.XLSX: "Excel", Format.CSV: "CSV", Format.GEOJSON: "GeoJSON"}


def state_words(state: State, t: words.Words) -> str:
    """Return whether a figure was checked."""
    return t(_STATES[state])


def rule_set(rules: RuleSet, t: words.Words) -> Rules:
    """Return the figures of a rule set, each with its clause and state."""
    language = t.language.value
    lines = tuple(
        RuleLine(
            figure.clause[language],
            _amount(figure.value, figure.unit, t),
            state_words(figure.state, t),
            figure.source,
        )
        for figure in rules.figures
    )
    return Rules(rules.title[language], lines)


def _amount(value: float, unit: str, t: words.Words) -> str:
    """Return a figure with its unit; without one it says yes or no."""
    if not unit:
        return t("value.yes") if value else t("value.no")
    return unit.replace("n", f"{value:g}") if unit.startswith("1:") else f"{value:g} {unit}"


def profile(found: NamedProfile, t: words.Words) -> Rules:
    """Return what somebody can pass."""
    limits = found.limits
    amounts = {
        "incline_pct": f"{limits.incline_pct:g} %",
        "ramp_pct": f"{limits.ramp_pct:g} %",
        "kerb_m": f"{limits.kerb_m:g} m",
        "width_m": f"{limits.width_m:g} m",
    }
    state = state_words(found.state, t)
    lines = [RuleLine(t(f"map.rules.{key}"), text, state, "") for key, text in amounts.items()]
    surfaces = ", ".join(sorted(limits.refused))
    lines.append(RuleLine(t("map.rules.refused", surfaces=surfaces), "", state, found.source))
    name = found.title[t.language.value]
    return Rules(t("map.rules.profile", profile=name), tuple(lines))


def files(
    collections: Sequence[str], question: Mapping[str, str], t: words.Words
) -> tuple[Files, ...]:
    """Return links to collections as files, for the very question that a map answers."""
    return tuple(
        Files(
            t(f"export.collection.{collection}"),
            tuple(
                Link(f"/exports/{collection}?{urlencode({**question, 'format': one.value})}", name)
                for one, name in _FORMATS.items()
            ),
        )
        for collection in collections
    )
