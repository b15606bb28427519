"""Rule sets: the figures of a standard, versioned, each with its clause, source and state.

They are data, under `services/rulesets`; a district adds its own file beside them. Every map and
figure says which rule set it used.
"""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from services import errors

DEFAULT = "gb50180-2018"
FOLDER = Path(__file__).parent / "rulesets"


class State(StrEnum):
    """Whether a figure was compared with the text of the standard."""

    CHECKED = "checked"
    TO_CHECK = "to check"


@dataclass(frozen=True)
class Figure:
    """One figure of a standard, in `unit`, with what it says and where from."""

    key: str
    value: float
    unit: str
    state: State
    clause: dict[str, str]
    source: str


@dataclass(frozen=True)
class RuleSet:
    """The figures of one edition of a standard; titles and clauses by language code."""

    name: str
    edition: str
    title: dict[str, str]
    figures: tuple[Figure, ...]

    def figure(self, key: str) -> Figure:
        """Return one figure.

        Raises
        ------
        errors.NotFoundError
            The rule set does not say anything about it.
        """
        for figure in self.figures:
            if figure.key == key:
                return figure
        raise errors.NotFoundError("error.rules.no_figure", rules=self.name, figure=key)

    @property
    def day_care_radius_m(self) -> float:
        """Walking distance within which day care counts as reached, metres."""
        return self.figure("day_care_radius_m").value

    @property
    def bands_m(self) -> tuple[float, ...]:
        """Upper ends of the distance bands, ascending, metres."""
        circles = ("ten_minute_radius_m", "fifteen_minute_radius_m")
        return tuple(
            sorted({self.day_care_radius_m, *(self.figure(circle).value for circle in circles)})
        )

    @property
    def walking_speed_m_per_min(self) -> float:
        """Speed by which distances are told in minutes, metres per minute."""
        return self.figure("walking_speed_m_per_min").value


def names(folder: Path = FOLDER) -> list[str]:
    """Return the names of all rule sets of a folder."""
    return sorted(file.stem for file in folder.glob("*.toml"))


def load(name: str = DEFAULT, folder: Path = FOLDER) -> RuleSet:
    """Read a rule set of a folder.

    Raises
    ------
    errors.NotFoundError
        There is none of that name.
    """
    if name not in names(folder):
        known = ", ".join(names(folder))
        raise errors.NotFoundError("error.rules.unknown", rules=name, known=known)
    content = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
    figures = tuple(
        Figure(
            key=row["key"],
            value=float(row["value"]),
            unit=row["unit"],
            state=State(row["state"]),
            clause=row["clause"],
            source=row["source"],
        )
        for row in content["figures"]
    )
    return RuleSet(content["name"], content["edition"], content["title"], figures)
