"""The checklist: which community has which kind of facility, how large, and what is wanting."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gis import codes
from services import facilities, units
from services.database import Transaction
from services.facility_kinds import FacilityKind
from services.rules import RuleSet

# The district's open letter of 2020 says that each of its communities has these.
PROMISED = (
    FacilityKind.DAY_CARE,
    FacilityKind.FITNESS_SQUARE,
    FacilityKind.RAMP,
    FacilityKind.COMMUNITY_OFFICE,
)
_PROMISED_TO = "community"  # villages have a committee of their own and were promised nothing
_AREA_FIGURES: Mapping[FacilityKind, str] = {
    FacilityKind.COMMUNITY_OFFICE: "community_office_m2",
    FacilityKind.DAY_CARE: "day_care_station_m2",
}


class Finding(StrEnum):
    """What is wanting in a cell."""

    MISSING = "missing"
    TOO_SMALL = "too_small"
    AREA_UNKNOWN = "area_unknown"


@dataclass(frozen=True)
class Cell:
    """Facilities of one kind in one community.

    Attributes
    ----------
    floor_area
        Of all of them together, square metres; None: not known of any.
    needed_area
        What the rule set asks of each; None: nothing.
    """

    kind: FacilityKind
    count: int
    floor_area: float | None
    needed_area: float | None
    finding: Finding | None


@dataclass(frozen=True)
class Row:
    """One community and its cells, in the order of `Checklist.kinds`."""

    unit: units.Unit
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Checklist:
    """Communities against kinds of facility on a day.

    Attributes
    ----------
    kinds
        The promised kinds, and those that exist anywhere.
    rules
        Where floor areas are prescribed.
    """

    as_of: date
    rules: RuleSet
    kinds: tuple[FacilityKind, ...]
    rows: tuple[Row, ...]

    @property
    def findings(self) -> int:
        """How many cells want something."""
        return sum(cell.finding is not None for row in self.rows for cell in row.cells)


def checklist(tx: Transaction, as_of: date, rules: RuleSet, within: str | None = None) -> Checklist:
    """Compare what each community has with what it was promised and what the rules ask.

    A facility counts for the community it lies in.

    Parameters
    ----------
    within
        Only communities in this unit.
    """
    found: dict[tuple[str, FacilityKind], list[facilities.Facility]] = defaultdict(list)
    for facility in facilities.open_on(tx, as_of, within=within):
        code = _community(facility.unit_code)
        if code and facility.kind in set(FacilityKind):
            found[code, FacilityKind(facility.kind)].append(facility)
    present = {kind for _, kind in found}
    kinds = tuple(kind for kind in FacilityKind if kind in PROMISED or kind in present)
    areas = _prescribed(rules)
    communities = units.listing(tx, as_of, within, codes.Level.COMMUNITY)
    rows = tuple(
        Row(unit, tuple(_cell(unit, kind, found[unit.code, kind], areas) for kind in kinds))
        for unit in communities
    )
    return Checklist(as_of, rules, kinds, rows)


def _community(unit_code: str | None) -> str | None:
    length = codes.CODE_LENGTH[codes.Level.COMMUNITY]
    return unit_code[:length] if unit_code and len(unit_code) >= length else None


def _prescribed(rules: RuleSet) -> dict[FacilityKind, float]:
    said = {figure.key: figure.value for figure in rules.figures}
    return {kind: said[key] for kind, key in _AREA_FIGURES.items() if key in said}


def _cell(
    unit: units.Unit,
    kind: FacilityKind,
    places: Iterable[facilities.Facility],
    areas: Mapping[FacilityKind, float],
) -> Cell:
    listed = list(places)
    known = [place.floor_area for place in listed if place.floor_area is not None]
    needed = areas.get(kind)
    finding = None
    if not listed:
        promised = unit.kind == _PROMISED_TO and kind in PROMISED
        finding = Finding.MISSING if promised else None
    elif needed is not None and not known:
        finding = Finding.AREA_UNKNOWN
    elif needed is not None and max(known) < needed:
        finding = Finding.TOO_SMALL
    return Cell(kind, len(listed), sum(known) if known else None, needed, finding)
