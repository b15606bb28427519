"""The map of elderly day care: served, with data from the service, or a file that holds it all."""

from typing import Final

from layers import basemap, controls, facilities, people, shell, theme, units, words
from layers.elements import MapElement
from layers.endpoints import Endpoints
from layers.themes import day_care_data, day_care_frame
from layers.themes.day_care_data import Answer, Material
from services import demand_tiles
from services.themes.day_care import DayCareQuery

SHARE, PEOPLE = "share", "people"
LEVELS: Final = day_care_data.LEVELS

_TABLES: Final = (
    controls.Columns("centres", "centreColumns", "open place", "code", "map.table.centres", "map.empty.centres"),
    controls.Columns("hot", "hotSpotColumns", "open hot spot", "position", "map.table.hot", "map.empty.hot"),
)  # fmt: skip


class DayCareTheme(MapElement):
    """Names and order of the figures; the theme's own scripts."""

    function = "dayCare"
    words = (
        "map.value.hidden",
        "map.value.few",
        "map.value.of",
        "map.value.minutes",
        "map.value.no_gap",
        "map.value.points",
        "map.value.centres",
        "map.value.square_metres",
        "map.state.nobody",
        "map.state.suppressed",
        "map.state.no_data",
        "map.unit.open",
        "map.unit.only",
        "map.level.township",
        "map.level.community",
        "map.level.grid",
        "map.column.unit",
        "map.column.demand",
        "map.column.left",
        "map.column.share",
        "map.column.straight",
        "map.column.centre",
        "map.column.places",
        "map.column.load",
        "map.fact.demand",
        "map.fact.walk",
        "map.fact.straight",
        "map.fact.gap",
        "map.fact.beyond",
        "map.fact.unreachable",
        "map.fact.unattached",
        "map.fact.median",
        "map.fact.p90",
        "map.fact.centres",
        "map.fact.per_100",
        "map.fact.places",
        "map.fact.load",
        "map.fact.area",
        "map.fact.opened",
        "map.fact.closes",
        "map.hot.name",
        "map.hot.people",
        "map.table.centres",
        "map.table.hot",
        "map.empty.centres",
        "map.empty.hot",
        "map.legend.places",
        "map.legend.centre",
        "map.legend.hot",
        "map.legend.share",
        "map.legend.share_note",
        "map.legend.people",
        "map.legend.people_note",
        "map.legend.covered",
        "map.legend.beyond",
        "map.legend.unreachable",
        "map.legend.suppressed",
        "map.legend.areas",
        "map.legend.area",
    )
    default_js = theme.scripts("map:day_care.js")


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
        Figures of the whole, centres and hot spots; units, areas and people are fetched.
    t
        Words of the page.
    endpoints
        Where the page fetches.
    opening
        What is seen first.
    nonce
        Mark of our own inline scripts under a content security policy.
    """
    coverage = answer.coverage
    source = controls.FetchedSource(
        {"items": endpoints.items, "rows": endpoints.rows, "areas": endpoints.areas, "tiles": endpoints.tiles},
        question_of(coverage.query, coverage.max_walk_m, t),
        answer.levels,
    )  # fmt: skip
    made = shell.MapShell(_view(answer, t, opening), t)
    made.add(source)
    made.add(_theme(answer, endpoints.unit_page))
    made.add(basemap.TiledBasemap(theme.credit(answer.coverage.network), endpoints.basemap))
    made.add(people.ServiceAreasLayer(coverage.max_walk_m, PEOPLE, "areas"))
    made.add(people.TiledCells(demand_tiles.LAYER, PEOPLE, "people"))
    _add_common(made, answer, t, people.cell_scales())
    made.add(controls.Question())
    frame = day_care_frame.served(answer, t, endpoints)
    return made.parts(frame, shell.Delivery(endpoints.assets, nonce))


def standalone(material: Material, t: words.Words, opening: theme.Opening | None = None) -> str:
    """Render the map as one file that opens with no network at all."""
    answer = material.answer
    opening = opening or theme.Opening()
    size = material.cells.size_m
    full = demand_tiles.full_cell(size)
    made = shell.MapShell(_view(answer, t, opening), t)
    made.add(theme.embedded_source())
    made.add(_theme(answer, ""))
    made.add(basemap.EmbeddedBasemap(theme.credit(answer.coverage.network)))
    made.add(people.ServiceAreasLayer(answer.coverage.max_walk_m, PEOPLE, "areas"))
    made.add(people.EmbeddedCells(full, PEOPLE, "people"))
    _add_common(made, answer, t, [{"max_zoom": None, "size_m": size, "full": full}])
    frame = day_care_frame.standalone(answer, t)
    return theme.file(made, frame, day_care_data.embedded(material), t)


def question_of(query: DayCareQuery, max_walk_m: float, t: words.Words) -> dict[str, str]:
    """Return a question as the parameters of an address, the reader's language with it."""
    asked = {
        "as_of": query.as_of.isoformat(),
        "max_walk": f"{max_walk_m:g}",
        "min_age": str(query.min_age),
        "rules": query.rules,
        "lang": t.language.value,
    }
    return {**asked, "unit": query.unit} if query.unit else asked


def _view(answer: Answer, t: words.Words, opening: theme.Opening) -> shell.View:
    return opening.view(day_care_frame.title(answer, t), answer, (SHARE, PEOPLE))


def _theme(answer: Answer, unit_page: str) -> DayCareTheme:
    coverage = answer.coverage
    return DayCareTheme(
        {
            "limit_m": coverage.max_walk_m,
            "min_age": coverage.query.min_age,
            "speed": coverage.rules.walking_speed_m_per_min,
            "unit_page": unit_page,
        }
    )


def _add_common(
    made: shell.MapShell, answer: Answer, t: words.Words, scales: list[dict[str, object]]
) -> None:
    """Add what both pages have, in drawing order, the first data request last of all."""
    centres, spots = day_care_data.centres(answer), day_care_data.hot_spots(answer)
    classes = units.share_classes(t)
    limits = tuple(sorted({*answer.coverage.rules.bands_m, answer.coverage.max_walk_m}))
    legend = {**units.legend_options(classes), **people.legend_options(limits, scales)}
    tables = zip(_TABLES, (centres, spots), strict=True)
    for element in (
        *theme.furniture(answer.levels, tables, legend),
        facilities.FacilitiesLayer(centres, "centres"),
        facilities.HotSpotsLayer(spots, "hot"),
        units.UnitsLayer("share", classes, SHARE),
    ):
        made.add(element)
