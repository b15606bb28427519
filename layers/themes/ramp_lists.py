"""What the tables beside the ramp map list: mendings, looks, destinations, ramps that fail."""

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gis.stepfree.compliance import RULES
from gis.stepfree.traits import State
from layers.themes.ramps_data import Answer
from services.themes.ramps.basis import Equipment
from services.themes.ramps.mending import Mending

MOST_LISTED: Final = 20
MOST_RAMPS: Final = 100


def mendings(answer: Answer) -> list[dict[str, object]]:
    """Return the best set, then the others by whom each frees, as the scripts take them."""
    return [
        {
            **_mending(one),
            "then": step.people if step else None,
            "together": step.together if step else None,
        }
        for one, step in answer.ranking.listed[:MOST_LISTED]
    ]


def _mending(one: Mending) -> dict[str, object]:
    return {
        "kind": one.kind.value,
        "code": one.code or "",
        "name": one.name or "",
        "lon": round(one.lon, 6),
        "lat": round(one.lat, 6),
        "unit_name": one.unit_name or "",
        "people": one.people,
    }


def looks(answer: Answer) -> list[dict[str, object]]:
    """Return what to look at first as the scripts take it."""
    return [
        {
            "kind": look.kind.value,
            "code": look.code or "",
            "name": look.name or "",
            "lon": round(look.lon, 6),
            "lat": round(look.lat, 6),
            "unit_name": look.unit_name or "",
            "metres": look.metres,
            "settled": look.settled,
        }
        for look in answer.survey.looks
    ]


def destinations(answer: Answer) -> list[dict[str, object]]:
    """Return the facilities to be reached, with the states of their entrances."""
    basis, scope = answer.basis, answer.coverage.scope.code
    return [
        {
            "code": place.code,
            "name": place.name,
            "lon": round(place.lon, 6),
            "lat": round(place.lat, 6),
            "state": state,
        }
        for place, state in zip(basis.places.found, basis.supplies.state.tolist(), strict=True)
        if (place.unit_code or "").startswith(scope)
    ]


def ramps(answer: Answer) -> list[dict[str, object]]:
    """Return the ramps that fail the standard, most rules and metres first, then those untold."""
    owned = answer.basis.equipment
    found, findings = owned.ramps, owned.findings
    at = _inside(answer)
    at = at[findings.overall[at] < State.SURE]
    failed = (findings.states[at] == State.BLOCKED).sum(axis=1)
    order = np.lexsort((-findings.short_m[at].sum(axis=1), -failed))
    at = at[order][:MOST_RAMPS]
    names = {row.code: row.name for row in answer.coverage.rows}
    return [
        {
            "code": found.code[i],
            "name": found.name[i] or "",
            "unit_name": names.get(found.unit[i], ""),
            "lon": round(float(found.lonlat[i, 0]), 6),
            "lat": round(float(found.lonlat[i, 1]), 6),
            **measure,
        }
        for i, measure in zip(at.tolist(), measured(owned, at.tolist()), strict=True)
    ]


def ramp_counts(answer: Answer) -> dict[str, int]:
    """Count all ramps, those that fail and those not measured enough."""
    overall = answer.basis.equipment.findings.overall[_inside(answer)]
    return {
        "whole": len(overall),
        "failed": int((overall == State.BLOCKED).sum()),
        "untold": int((overall == State.UNKNOWN).sum()),
    }


def _inside(answer: Answer) -> NDArray[np.int64]:
    """Ramps of the unit answered for; all where that is the district."""
    coverage, units = answer.coverage, answer.basis.equipment.ramps.unit
    if coverage.scope.code == coverage.root.unit.code:
        return np.arange(len(units))
    return np.flatnonzero([(code or "").startswith(coverage.scope.code) for code in units])


def measured(owned: Equipment, ramps: Iterable[int]) -> list[dict[str, object]]:
    """Measures of ramps, and the rules that each fails, by how much."""
    measures, findings = owned.ramps.measures, owned.findings
    return [
        {
            "rise_m": number(measures.rise_m[ramp]),
            "run_m": number(measures.run_m[ramp]),
            "width_m": number(measures.width_m[ramp]),
            "state": int(findings.overall[ramp]),
            "fails": [
                [rule.value, round(float(findings.short_m[ramp, i]), 2)]
                for i, rule in enumerate(RULES)
                if findings.states[ramp, i] == State.BLOCKED
            ],
        }
        for ramp in ramps
    ]


def number(value: float) -> float | None:
    """Return a measure to the millimetre; None where it is not known."""
    return round(float(value), 3) if np.isfinite(value) else None
