"""Answers questions about ways without a step."""

from collections.abc import Hashable
from dataclasses import dataclass

from services import demand as demands
from services import network, profiles, ramp_rules, rules, theme_sources, units
from services.database import Transaction
from services.import_history import has_generated
from services.memo import Memo, versions_for_all
from services.profiles import NamedProfile
from services.rules import RuleSet
from services.theme_sources import Sources
from services.themes.ramps import areas, mending, rows, survey
from services.themes.ramps import basis as bases
from services.themes.ramps.areas import Areas
from services.themes.ramps.basis import Basis, Equipment, Grounds, Streets
from services.themes.ramps.mending import Ranking
from services.themes.ramps.query import MOBILITY, REACH_M, RampsQuery
from services.themes.ramps.rows import RampRow
from services.themes.ramps.survey import Survey

_OF_EQUIPMENT = ("facilities", "facility_assignments", "entrances", "entrance_assignments")
_OF_STREETS = ("networks", "barriers")


@dataclass(frozen=True)
class Answer:
    """The answer: a row per unit, and what it was worked out from.

    Attributes
    ----------
    limit_m
        The limit used, metres.
    outside
        People of the demand who live in no unit.
    generated
        Whether generated sample data is part of it.
    """

    query: RampsQuery
    limit_m: float
    rules: RuleSet
    edition: RuleSet
    profile: NamedProfile
    root: units.Root
    scope: units.Unit
    rows: tuple[RampRow, ...]
    network: network.NetworkInfo | None
    outside: int
    generated: bool

    @property
    def whole(self) -> RampRow:
        """The row of the unit answered for."""
        return next(row for row in self.rows if row.code == self.scope.code)


class Ramps:
    """Answers questions about ways without a step; keeps what it worked out.

    Parameters
    ----------
    kept
        How many results are kept for each step.
    sources
        What is read of the data, shared with other themes; None: its own.
    """

    def __init__(self, kept: int = 8, sources: Sources | None = None) -> None:
        self._sources = sources or Sources(kept)
        self._streets = Memo(len(profiles.names()))
        self._equipment = Memo(kept)
        self._bases = Memo(kept)
        self._answers = Memo(4 * kept)

    def coverage(self, tx: Transaction, query: RampsQuery) -> Answer:
        """Answer for a unit and all below it.

        Raises
        ------
        errors.NotFoundError
            No such unit, profile or rule set, or no district at all on that day.
        """
        limit_m = self.limit_m(query)
        key, basis = self.basis(tx, query)
        scope = units.find(tx, query.unit, query.as_of) if query.unit else basis.grounds.root.unit
        made: tuple[RampRow, ...] = self._answers.get(
            (key, "rows", limit_m), lambda: rows.make(basis, limit_m)
        )
        return Answer(
            query=query,
            limit_m=limit_m,
            rules=rules.load(query.rules),
            edition=ramp_rules.load(query.edition),
            profile=profiles.load(query.profile),
            root=basis.grounds.root,
            scope=scope,
            rows=tuple(row for row in made if row.code.startswith(scope.code)),
            network=basis.grounds.network.info if basis.grounds.network else None,
            outside=int(basis.people[basis.position < 0].sum()),
            generated=has_generated(tx),
        )

    def mendings(self, tx: Transaction, query: RampsQuery, n: int = 5) -> Ranking:
        """Rank what can be mended by whom each lets go, and choose the best set of `n`."""
        limit_m = self.limit_m(query)
        key, basis = self.basis(tx, query)
        return self._answers.get(
            (key, "mendings", query.unit, limit_m, query.mend, n),
            lambda: mending.rank(tx, basis, query, limit_m, n),
        )

    def survey(self, tx: Transaction, query: RampsQuery, most: int = 20) -> Survey:
        """List what to look at first, so that most people's state becomes known."""
        limit_m = self.limit_m(query)
        key, basis = self.basis(tx, query)
        return self._answers.get(
            (key, "survey", query.unit, limit_m, most),
            lambda: survey.shortlist(tx, basis, query.unit, limit_m, most),
        )

    def areas(self, tx: Transaction, query: RampsQuery) -> Areas:
        """Draw the areas from which the destination is reached without a step."""
        limit_m = self.limit_m(query)
        key, basis = self.basis(tx, query)
        return self._answers.get((key, "areas", limit_m), lambda: areas.draw(basis, limit_m))

    def limit_m(self, query: RampsQuery) -> float:
        """Return the longest way that counts, metres."""
        if query.max_walk_m is not None:
            return float(query.max_walk_m)
        return rules.load(query.rules).day_care_radius_m

    def basis(self, tx: Transaction, query: RampsQuery) -> tuple[Hashable, Basis]:
        """Return what a question rests on, and a key that tells it from any other."""
        known = versions_for_all(tx)
        profile = profiles.load(query.profile)
        edition = ramp_rules.load(query.edition)
        who = demands.Who(query.min_age, MOBILITY)
        reach_m = max(REACH_M, self.limit_m(query))
        of_demand = _versions(known, theme_sources.OF_DEMAND)
        of_equipment = _versions(known, _OF_EQUIPMENT)
        day = (query.as_of, who, of_demand)
        owned_key = (day, of_equipment, profile.name, edition.name)
        streets_key = (profile.name, _versions(known, _OF_STREETS))

        def make() -> Basis:
            grounds = self._grounds(tx, query, known, who)
            owned: Equipment = self._equipment.get(
                owned_key,
                lambda: bases.equipment(tx, grounds, query, profile, ramp_rules.standard(edition)),
            )
            cut: Streets = self._streets.get(
                streets_key,
                lambda: bases.streets(tx, grounds.network, profile, grounds.root.metric_epsg),
            )
            return bases.make(tx, grounds, owned, cut, query, reach_m)

        key = (owned_key, streets_key, query.to, reach_m)
        return key, self._bases.get(key, make)

    def _grounds(
        self, tx: Transaction, query: RampsQuery, known: dict[str, int], who: demands.Who
    ) -> Grounds:
        root = units.root(tx, query.as_of)
        return Grounds(
            root,
            self._sources.tree(tx, known, query.as_of),
            self._sources.network(tx, known),
            self._sources.demand(tx, known, query.as_of, who, root.metric_epsg),
        )


def _versions(known: dict[str, int], subjects: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(known.get(subject, 0) for subject in subjects)
