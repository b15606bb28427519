"""How figures about people are told: with their base, without a percentage of a few."""

from dataclasses import dataclass

from services.coverage import CoverageRow, CoverageState
from web.i18n import Translator

FEWEST = 20
"""People below whom a share is told as a count: of 7 people, 14 % is one."""


@dataclass(frozen=True)
class Figures:
    """Tells coverage in words of one language."""

    t: Translator

    def share(self, row: CoverageRow) -> str:
        """Return the share of people reached, or why there is none."""
        if row.state is not CoverageState.SHOWN or row.share is None or row.demand is None:
            return self.t(f"coverage.state.{row.state}")
        if row.demand < FEWEST:
            return self.t("coverage.few", n=row.demand)
        return self.t.percent(row.share)

    def straight(self, row: CoverageRow) -> str:
        """Return the share reached by straight line."""
        if row.demand is None or row.demand < FEWEST:
            return self.t("value.none")
        if row.straight_share is None:
            return self.t("coverage.hidden")
        return self.t.percent(row.straight_share)

    def of(self, part: int | None, whole: int | None) -> str:
        """Return a count with its base."""
        if whole is None:
            return self.t("coverage.state.suppressed")
        shown = self.t("coverage.hidden") if part is None else self.t.number(part)
        return self.t("coverage.of", part=shown, whole=whole)

    def count(self, people: int | None) -> str:
        """Return a count of people, or that it is withheld."""
        return self.t("coverage.hidden") if people is None else self.t.number(people)


def missing(row: CoverageRow) -> int:
    """Return how many people of a unit are not reached, as far as may be told."""
    if row.demand is None or row.covered is None:
        return 0
    return row.demand - row.covered


def worst_first(rows: list[CoverageRow]) -> list[CoverageRow]:
    """Return units by how many people are not reached, most first; those untold last."""
    return sorted(rows, key=lambda row: (-missing(row), row.code))


def lowest_first(rows: list[CoverageRow]) -> list[CoverageRow]:
    """Return units by their share, lowest first; those untold last."""
    return sorted(rows, key=lambda row: (row.share is None, row.share or 0.0, row.code))
