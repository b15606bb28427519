"""The map of ways without a step: served, with data from the service, or a file that holds it all."""

import re
from dataclasses import replace
from typing import Final

from gis.stepfree.compliance import RULES, Rule
from layers import basemap, controls, elements, people, relied_on, shell, theme, units, words
from layers.elements import MapElement
from layers.endpoints import Endpoints
from layers.themes import ramp_lists, ramps_data, ramps_frame, ramps_scene
from layers.themes.ramps_data import Answer, Material
from services import ramp_rules
from services.rules import RuleSet
from services.themes.ramps import RampsQuery

PLACES, SHARE = "places", "share"
LEVELS: Final = ramps_data.LEVELS

_NUMBERED: Final = re.compile(r"[0-9][0-9.]*")
_TABLES: Final = (
    controls.Columns("mendings", "mendingColumns", "open mending", "position", "map.table.mendings", "map.empty.mendings"),
    controls.Columns("ramps", "rampColumns", "open ramp", "position", "map.table.ramps", "map.empty.ramps"),
    controls.Columns("looks", "lookColumns", "open look", "position", "map.table.looks", "map.empty.looks"),
    controls.Columns("destinations", "destinationColumns", "open destination", "position", "map.table.destinations", "map.empty.destinations"),
)  # fmt: skip


class RampsTheme(MapElement):
    """Names and order of the figures; the theme's own scripts."""

    function = "ramps"
    words = (
        "map.value.hidden",
        "map.value.few",
        "map.value.of",
        "map.ramps.none_here",
        "map.state.suppressed",
        "map.state.no_data",
        "map.unit.open",
        "map.unit.only",
        "map.level.township",
        "map.level.community",
        "map.level.grid",
        "map.column.unit",
        "map.ramps.caption",
        "map.ramps.column.demand",
        "map.ramps.column.ramp",
        "map.ramps.column.verdict",
        "map.ramps.column.sure",
        "map.ramps.column.unknown",
        "map.ramps.column.blocked",
        "map.ramps.column.mending",
        "map.ramps.column.people",
        "map.ramps.column.together",
        "map.ramps.column.look",
        "map.ramps.column.settled",
        "map.ramps.column.destination",
        "map.ramps.column.state",
        "map.ramps.fact.demand",
        "map.ramps.fact.sure",
        "map.ramps.fact.unknown",
        "map.ramps.fact.blocked",
        "map.ramps.fact.beyond",
        "map.ramps.fact.out",
        "map.ramps.fact.out_unknown",
        "map.ramps.fact.out_blocked",
        "map.ramps.fact.mean",
        "map.ramps.fact.detour",
        "map.ramps.fact.entrances",
        "map.ramps.fact.ramped",
        "map.ramps.fact.facilities",
        "map.ramps.fact.ramps",
        "map.ramps.fact.alone",
        "map.ramps.fact.then",
        "map.ramps.fact.together",
        "map.ramps.fact.settled",
        "map.ramps.fact.length",
        "map.ramps.fact.entrance",
        "map.ramps.fact.height",
        "map.ramps.fact.width",
        "map.ramps.fact.ramp",
        "map.ramps.fact.measures",
        "map.ramps.value.rule",
        "map.ramps.value.and",
        "map.ramps.fact.fails",
        "map.ramps.value.times",
        "map.ramps.value.metres",
        "map.ramps.value.ramp",
        "map.ramps.value.passes",
        "map.ramps.value.untold",
        "map.ramps.fails.slope",
        "map.ramps.fails.width",
        "map.ramps.fails.handrail",
        "map.ramps.fails.landing",
        "map.ramps.state.1",
        "map.ramps.state.0",
        "map.ramps.state.-1",
        "map.ramps.mending.door",
        "map.ramps.mending.facility",
        "map.ramps.mending.kerb",
        "map.ramps.mending.steps",
        "map.ramps.mending.barrier",
        "map.ramps.mending.stairs",
        "map.ramps.mending.steep",
        "map.ramps.mending.narrow",
        "map.ramps.mending.surface",
        "map.ramps.mending.section",
        "map.ramps.look.door",
        "map.ramps.look.doors",
        "map.ramps.look.facility",
        "map.ramps.look.section",
        "map.ramps.barrier.kerb",
        "map.ramps.barrier.steps",
        "map.ramps.barrier.gate",
        "map.ramps.barrier.narrow",
        "map.ramps.barrier.slope",
        "map.ramps.barrier.other",
        "map.ramps.entrance",
        "map.ramps.mending.title",
        "map.ramps.legend.places",
        "map.ramps.legend.destination",
        "map.ramps.legend.mending",
        "map.ramps.legend.barrier",
        "map.ramps.legend.roads",
        "map.ramps.legend.road_sure",
        "map.ramps.legend.road_blocked",
        "map.ramps.legend.road_unknown",
        "map.ramps.legend.people",
        "map.ramps.legend.people_sure",
        "map.ramps.legend.people_unknown",
        "map.ramps.legend.people_blocked",
        "map.ramps.legend.people_note",
        "map.ramps.legend.areas",
        "map.ramps.legend.area_sure",
        "map.ramps.legend.area_possible",
        "map.ramps.legend.share",
        "map.ramps.legend.share_note",
        "map.legend.suppressed",
        "map.table.mendings",
        "map.empty.mendings",
        "map.table.ramps",
        "map.empty.ramps",
        "map.table.looks",
        "map.empty.looks",
        "map.table.destinations",
        "map.empty.destinations",
    )
    default_js = theme.scripts("map:ramps.js")


class SceneLayer(MapElement):
    """Roads, barriers, entrances and destinations by state, people in squares, mendings numbered.

    Parameters
    ----------
    items
        ``mendings``, ``ramps``, ``looks`` and ``destinations`` as their tables list them.
    best
        How many of the mendings are the best set, and numbered on the map.
    """

    function = "stepless"
    words = ("map.failed", "map.retry")
    default_js = elements.scripts("map:cells.js", "map:stepless.js")

    def __init__(self, items: dict[str, list[dict[str, object]]], best: int) -> None:
        super().__init__({"shown_as": PLACES, "best": best, "tint": people.TINT, **items})


def served(
    answer: Answer,
    t: words.Words,
    endpoints: Endpoints,
    opening: theme.Opening,
    nonce: str | None,
) -> shell.MapParts:
    """Render the map as parts of a page of the service.

    Parameters
    ----------
    answer
        Figures of the whole, mendings and what to look at; units and the scene are fetched.
    t
        Words of the page.
    endpoints
        Where the page fetches.
    opening
        What is seen first.
    nonce
        Mark of our own inline scripts under a content security policy.
    """
    source = controls.FetchedSource(
        {"items": endpoints.items, "rows": endpoints.rows, "areas": endpoints.areas, "scene": endpoints.scene, "tiles": endpoints.tiles},
        question_of(answer.coverage.query, answer.coverage.limit_m, t),
        answer.levels,
    )  # fmt: skip
    made = shell.MapShell(_view(answer, t, opening), t)
    made.add(source)
    made.add(_theme(answer, endpoints.unit_page, t))
    made.add(basemap.TiledBasemap(theme.credit(answer.coverage.network), endpoints.basemap))
    _add_common(made, answer, t)
    made.add(controls.Question())
    frame = ramps_frame.served(answer, t, endpoints)
    return made.parts(frame, shell.Delivery(endpoints.assets, nonce))


def standalone(material: Material, t: words.Words) -> str:
    """Render the map as one file that opens with no network at all."""
    answer = material.answer
    made = shell.MapShell(_view(answer, t, theme.Opening()), t)
    made.add(theme.embedded_source())
    made.add(_theme(answer, "", t))
    made.add(basemap.EmbeddedBasemap(theme.credit(answer.coverage.network)))
    _add_common(made, answer, t)
    frame = ramps_frame.standalone(answer, t)
    return theme.file(made, frame, ramps_scene.embedded(material), t)


def question_of(query: RampsQuery, limit_m: float, t: words.Words) -> dict[str, str]:
    """Return a question as the parameters of an address, the reader's language with it."""
    asked = {
        "as_of": query.as_of.isoformat(),
        "max_walk": f"{limit_m:g}",
        "min_age": str(query.min_age),
        "to": query.to.value,
        "profile": query.profile,
        "edition": query.edition,
        "mend": query.mend.value,
        "rules": query.rules,
        "lang": t.language.value,
    }
    return {**asked, "unit": query.unit} if query.unit else asked


def _view(answer: Answer, t: words.Words, opening: theme.Opening) -> shell.View:
    return opening.view(ramps_frame.title(answer, t), answer, (PLACES, SHARE), off="areas")


def _theme(answer: Answer, unit_page: str, t: words.Words) -> RampsTheme:
    coverage = answer.coverage
    return RampsTheme(
        {
            "limit_m": coverage.limit_m,
            "min_age": coverage.query.min_age,
            "unit_page": unit_page,
            "to": coverage.query.to.value,
            "rules": {rule.value: _clause(coverage.edition, rule, t) for rule in RULES},
        }
    )


def _clause(edition: RuleSet, rule: Rule, t: words.Words) -> dict[str, str]:
    """Return where a standard asks something: the number of the clause, or else the source."""
    figure = ramp_rules.figure_of(edition, rule)
    numbered = _NUMBERED.match(figure.clause[t.language.value])
    return {
        "clause": f"{figure.source} {numbered[0]}" if numbered else figure.source,
        "state": relied_on.state_words(figure.state, t),
    }


def _add_common(made: shell.MapShell, answer: Answer, t: words.Words) -> None:
    """Add what both pages have, in drawing order, the first data request last of all."""
    items = {
        "mendings": ramp_lists.mendings(answer),
        "ramps": ramp_lists.ramps(answer),
        "looks": ramp_lists.looks(answer),
        "destinations": ramp_lists.destinations(answer),
    }
    best = len(answer.ranking.best)
    counts = {"mendings": {"best": best}, "ramps": ramp_lists.ramp_counts(answer)}
    classes = units.share_classes(t)
    tables = [
        (replace(table, counts=counts.get(table.part, {})), items[table.part]) for table in _TABLES
    ]
    for element in (
        *theme.furniture(answer.levels, tables, units.legend_options(classes)),
        SceneLayer(items, best),
        units.UnitsLayer("share", classes, SHARE),
    ):
        made.add(element)
