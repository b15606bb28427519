"""The collections that can be exported: one line each."""

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa
import sqlalchemy as sa

from services import errors, import_history, network, population, rights, rules, units
from services.caller import Caller
from services.database import Transaction
from services.exports import day_care, households, patrol, ramps, stored, unit_figures, works
from services.exports.dataset import Facts
from services.exports.fields import Field, GeometryType
from services.exports.options import ExportOptions
from services.rights import Right
from services.themes.held import Themes
from services.themes.ramps import Answer
from services.themes.ramps.basis import Basis


class Topic(StrEnum):
    """What collections are about, in the order in which they are shown."""

    PLACES = "places"
    DAY_CARE = "day_care"
    RAMPS = "ramps"
    PATROL = "patrol"
    HOMES = "homes"


_ON_ROADS = frozenset({Topic.DAY_CARE, Topic.RAMPS, Topic.PATROL})


@dataclass(frozen=True)
class Opened:
    """What a collection yields for one export; geometry in the stored CRS, EPSG:4490."""

    fields: tuple[Field, ...]
    facts: Facts
    batches: Iterator[pa.RecordBatch]

    def head(self, n: int) -> list[pa.RecordBatch]:
        """Read as few batches as have so many rows; those that follow are still to be read."""
        taken: list[pa.RecordBatch] = []
        while sum(one.num_rows for one in taken) < n:
            more = next(self.batches, None)
            if more is None:
                break
            taken.append(more)
        return taken


@dataclass(frozen=True)
class Source:
    """What opening a collection needs.

    Attributes
    ----------
    options
        What is asked for; `options.unit` exists on the day.
    root
        The district of the day.
    """

    tx: Transaction
    options: ExportOptions
    root: units.Unit
    themes: Themes

    def facts(self, *, generated: bool, attribution: str | None = None) -> Facts:
        """Return the facts that every collection has."""
        return Facts(
            self.options.as_of, generated, f"{self.root.name} {self.root.code}", attribution
        )


@dataclass(frozen=True)
class Collection:
    """Something that can be exported.

    Attributes
    ----------
    name
        As the command line and addresses use it.
    title
        Key of its title in every catalogue; with ``.about`` appended, of its description.
    key
        Field that identifies a feature.
    fields
        Columns; of coverage those by the default rule set, whose distance bands name columns.
    open
        Checks what is asked for, and starts to stream.
    count
        Counts the rows without reading them; None: they are worked out at once, and few.
    """

    topic: Topic
    name: str
    key: str
    geometry: GeometryType
    fields: tuple[Field, ...]
    open: Callable[[Source], Opened]
    count: Callable[[Transaction, ExportOptions], int] | None = None

    def __post_init__(self) -> None:
        """Refuse field names that are not unique, in full or shortened."""
        names = [item.name for item in self.fields]
        shorts = [item.short.lower() for item in self.fields]
        if len({*names}) < len(names) or len({*shorts}) < len(shorts) or self.key not in names:
            raise ValueError(f"the fields of {self.name} are ambiguous")

    @property
    def on_roads(self) -> bool:
        """Whether it is made of the roads, and so under their licence too."""
        return self.name == "network" or self.topic in _ON_ROADS

    @property
    def title(self) -> str:
        """Key of the title."""
        return f"export.collection.{self.name}"

    @property
    def about(self) -> str:
        """Key of the description."""
        return f"export.collection.{self.name}.about"


_GENERATED_UNITS = sa.text("""
    SELECT EXISTS (SELECT FROM unit_versions v JOIN import_runs r ON r.id = v.import_run_id
        WHERE r.generated AND v.valid @> CAST(:as_of AS date))
""")
_GENERATED_FACILITIES = sa.text("""
    SELECT EXISTS (SELECT FROM facilities f JOIN import_runs r ON r.id = f.import_run_id
        WHERE r.generated)
""")
_GENERATED_NETWORK = sa.text("""
    SELECT EXISTS (SELECT FROM networks n JOIN import_runs r ON r.id = n.import_run_id
        WHERE r.generated AND n.id = (SELECT max(id) FROM networks))
""")


def opened_source(tx: Transaction, options: ExportOptions, themes: Themes) -> Source:
    """Return what opening a collection needs, checked.

    Raises
    ------
    services.errors.NotFoundError
        There is no such unit on the day, or no district at all.
    """
    if options.unit is not None:
        units.find(tx, options.unit, options.as_of)
    return Source(tx, options, units.root(tx, options.as_of).unit, themes)


def find(name: str, caller: Caller) -> Collection:
    """Return a collection that a caller may ask for.

    Raises
    ------
    services.errors.NotFoundError
        There is none of that name, or it is not for them; the error lists those for everybody.
    """
    if name in PERSONAL and Right.DECIDE in rights.OF_ROLE[caller.role]:
        return PERSONAL[name]
    return published(name)


def published(name: str) -> Collection:
    """Return a collection that can be granted to anybody.

    Raises
    ------
    services.errors.NotFoundError
        There is none of that name; the error lists those there are.
    """
    if name not in COLLECTIONS:
        raise errors.NotFoundError(
            "error.export.collection", collection=name, known=", ".join(COLLECTIONS)
        )
    return COLLECTIONS[name]


def _open_units(source: Source) -> Opened:
    facts = source.facts(generated=_is_generated(source, _GENERATED_UNITS))
    return Opened(stored.UNITS, facts, stored.units(source.tx, source.options))


def _open_facilities(source: Source) -> Opened:
    facts = source.facts(generated=_is_generated(source, _GENERATED_FACILITIES))
    return Opened(stored.FACILITIES, facts, stored.facilities(source.tx, source.options))


def _open_network(source: Source) -> Opened:
    info = network.info(source.tx)
    facts = source.facts(
        generated=_is_generated(source, _GENERATED_NETWORK),
        attribution=info.attribution if info else None,
    )
    return Opened(stored.NETWORK, facts, stored.network(source.tx, source.options))


def _open_households(source: Source) -> Opened:
    facts = source.facts(generated=import_history.has_generated(source.tx))
    return Opened(households.FIELDS, facts, households.batches(source.tx, source.options))


def _open_population(source: Source) -> Opened:
    people = population.figures(source.tx, source.options.as_of, source.options.unit)
    table = unit_figures.population_table(people)
    return Opened(
        unit_figures.POPULATION,
        source.facts(generated=people.generated),
        unit_figures.with_boundaries(source.tx, table, source.options),
    )


def _open_coverage(source: Source) -> Opened:
    answer = source.themes.day_care.coverage(source.tx, day_care.query(source.options))
    return Opened(
        day_care.fields(answer.rules.bands_m),
        day_care.facts(source.facts(generated=answer.generated), answer),
        day_care.coverage_batches(source.tx, answer, source.options),
    )


def _open_areas(source: Source) -> Opened:
    question = day_care.query(source.options)
    answer = source.themes.day_care.coverage(source.tx, question)
    areas = source.themes.day_care.service_areas(source.tx, question)
    return Opened(
        day_care.AREAS,
        day_care.facts(source.facts(generated=answer.generated), answer),
        day_care.area_batches(areas, source.options, generated=answer.generated),
    )


def _open_ramp_coverage(source: Source) -> Opened:
    answer = source.themes.ramps.coverage(source.tx, ramps.query(source.options))
    return Opened(
        ramps.COVERAGE,
        ramps.facts(source.facts(generated=answer.generated), answer),
        ramps.coverage_batches(source.tx, answer, source.options),
    )


def _open_ramps(source: Source) -> Opened:
    answer, basis = _stepless(source)
    facts = ramps.facts(source.facts(generated=answer.generated), answer)
    batches = ramps.ramp_batches(basis, source.options, generated=answer.generated)
    return Opened(ramps.RAMPS, facts, batches)


def _open_entrances(source: Source) -> Opened:
    answer, basis = _stepless(source)
    facts = ramps.facts(source.facts(generated=answer.generated), answer)
    batches = ramps.entrance_batches(basis, source.options, generated=answer.generated)
    return Opened(ramps.ENTRANCES, facts, batches)


def _open_mendings(source: Source) -> Opened:
    question = ramps.query(source.options)
    answer = source.themes.ramps.coverage(source.tx, question)
    found = source.themes.ramps.mendings(source.tx, question, works.mended(source.options))
    facts = ramps.facts(source.facts(generated=answer.generated), answer)
    batches = works.mending_batches(found, source.options, generated=answer.generated)
    return Opened(works.MENDINGS, facts, batches)


def _open_survey(source: Source) -> Opened:
    question = ramps.query(source.options)
    answer = source.themes.ramps.coverage(source.tx, question)
    found = source.themes.ramps.survey(source.tx, question, works.looked_at(source.options))
    facts = ramps.facts(source.facts(generated=answer.generated), answer)
    batches = works.survey_batches(found, source.options, generated=answer.generated)
    return Opened(works.SURVEY, facts, batches)


def _stepless(source: Source) -> tuple[Answer, Basis]:
    question, theme = ramps.query(source.options), source.themes.ramps
    return theme.coverage(source.tx, question), theme.basis(source.tx, question)[1]


def _open_patrol(source: Source) -> Opened:
    answer = source.themes.patrol.coverage(source.tx, patrol.query(source.options))
    facts = _patrol_facts(source, generated=answer.generated)
    batches = patrol.coverage_batches(source.tx, answer, source.options)
    return Opened(patrol.COVERAGE, facts, batches)


def _open_routes(source: Source) -> Opened:
    answer = source.themes.patrol.coverage(source.tx, patrol.query(source.options))
    facts = _patrol_facts(source, generated=answer.generated)
    return Opened(patrol.ROUTES, facts, patrol.route_batches(source.tx, answer, source.options))


def _open_sections(source: Source) -> Opened:
    ground = source.themes.patrol.ground(source.tx, patrol.query(source.options))
    generated = _is_generated(source, _GENERATED_NETWORK)
    facts = _patrol_facts(source, generated=generated)
    batches = patrol.section_batches(ground, source.options, generated=generated)
    return Opened(patrol.SECTIONS, facts, batches)


def _patrol_facts(source: Source, *, generated: bool) -> Facts:
    info, options = network.info(source.tx), source.options
    common = source.facts(generated=generated, attribution=info.attribution if info else None)
    return dataclasses.replace(common, days=options.days, passes=options.passes)


def _is_generated(source: Source, query: sa.TextClause) -> bool:
    return bool(source.tx.sql.execute(query, {"as_of": source.options.as_of}).scalar_one())


_POINT, _LINE, _AREA = GeometryType.POINT, GeometryType.LINE, GeometryType.AREA
_COVERAGE = day_care.fields(rules.load().bands_m)

COLLECTIONS = {
    collection.name: collection
    for collection in (
        Collection(
            Topic.PLACES, "units", "code", _AREA, stored.UNITS, _open_units, stored.count_units
        ),
        Collection(
            Topic.PLACES,
            "facilities",
            "code",
            _POINT,
            stored.FACILITIES,
            _open_facilities,
            stored.count_facilities,
        ),
        Collection(
            Topic.PLACES,
            "network",
            "id",
            _LINE,
            stored.NETWORK,
            _open_network,
            stored.count_network,
        ),
        Collection(Topic.DAY_CARE, "coverage-day-care", "code", _AREA, _COVERAGE, _open_coverage),
        Collection(Topic.DAY_CARE, "service-areas", "limit_m", _AREA, day_care.AREAS, _open_areas),
        Collection(
            Topic.RAMPS, "coverage-ramps", "code", _AREA, ramps.COVERAGE, _open_ramp_coverage
        ),
        Collection(Topic.RAMPS, "ramps", "code", _POINT, ramps.RAMPS, _open_ramps),
        Collection(Topic.RAMPS, "entrances", "code", _POINT, ramps.ENTRANCES, _open_entrances),
        Collection(Topic.RAMPS, "mendings", "number", _POINT, works.MENDINGS, _open_mendings),
        Collection(Topic.RAMPS, "survey-list", "number", _POINT, works.SURVEY, _open_survey),
        Collection(Topic.PATROL, "coverage-patrol", "code", _AREA, patrol.COVERAGE, _open_patrol),
        Collection(
            Topic.PATROL, "patrol-routes", "code", GeometryType.LINES, patrol.ROUTES, _open_routes
        ),
        Collection(Topic.PATROL, "patrol-sections", "id", _LINE, patrol.SECTIONS, _open_sections),
        Collection(
            Topic.PLACES, "population", "code", _AREA, unit_figures.POPULATION, _open_population
        ),
    )
}
"""Published ones: for everybody who has logged in, and for keys that were granted them."""

PERSONAL = {
    collection.name: collection
    for collection in (
        Collection(Topic.HOMES, "households", "code", _POINT, households.FIELDS, _open_households),
    )
}
"""Those that lead to people: for who decides on them, of the own units; no key opens them."""
