"""The map of patrols: served, with data from the service, or a file that holds it all."""

from typing import Final

from layers import basemap, controls, elements, shell, theme, units, words
from layers.elements import MapElement
from layers.endpoints import Endpoints
from layers.themes import patrol_data, patrol_frame
from layers.themes.patrol_data import Answer, Material
from services.patrol.figures import LATE_DAYS
from services.themes.patrol import PatrolQuery

DAYS, SHARE = "days", "share"
LEVELS: Final = patrol_data.LEVELS

# ColorBrewer's YlOrRd, the later the darker and the broader; never is dashed besides.
CLASSES: Final = ((7, "#fdae61", 2.2), (14, "#f46d43", 2.6), (LATE_DAYS, "#d73027", 3.0))
LATE: Final = ("#8c0d26", 3.4)

_TABLES: Final = (
    controls.Columns("gaps", "gapColumns", "open gap", "position", "map.table.gaps", "map.empty.gaps"),
    controls.Columns("routes", "routeColumns", "open route", "position", "map.table.routes", "map.empty.routes"),
    controls.Columns("tracks", "trackColumns", "open track", "position", "map.table.tracks", "map.empty.tracks"),
)  # fmt: skip


class PatrolTheme(MapElement):
    """Names and order of the figures; the theme's own scripts."""

    function = "patrol"
    words = (
        "map.value.hidden",
        "map.value.few",
        "map.value.of",
        "map.state.nobody",
        "map.state.no_data",
        "map.patrol.state.nobody",
        "map.unit.open",
        "map.unit.only",
        "map.level.township",
        "map.level.community",
        "map.level.grid",
        "map.column.unit",
        "map.patrol.caption",
        "map.patrol.column.share",
        "map.patrol.column.late",
        "map.patrol.column.homes",
        "map.patrol.column.gap",
        "map.patrol.column.metres",
        "map.patrol.column.days",
        "map.patrol.column.route",
        "map.patrol.column.done",
        "map.patrol.column.track",
        "map.patrol.fact.share",
        "map.patrol.fact.homes",
        "map.patrol.fact.off",
        "map.patrol.fact.median",
        "map.patrol.fact.late",
        "map.patrol.fact.never",
        "map.patrol.fact.kept",
        "map.patrol.fact.extra",
        "map.patrol.fact.days",
        "map.patrol.fact.passes",
        "map.patrol.fact.planned",
        "map.patrol.fact.length",
        "map.patrol.fact.team",
        "map.patrol.fact.weekdays",
        "map.patrol.fact.shift",
        "map.patrol.fact.done",
        "map.patrol.fact.last",
        "map.patrol.day.1",
        "map.patrol.day.2",
        "map.patrol.day.3",
        "map.patrol.day.4",
        "map.patrol.day.5",
        "map.patrol.day.6",
        "map.patrol.day.7",
        "map.patrol.shift.morning",
        "map.patrol.shift.afternoon",
        "map.patrol.shift.evening",
        "map.patrol.shift.night",
        "map.patrol.days",
        "map.patrol.today",
        "map.patrol.never",
        "map.patrol.sections",
        "map.patrol.yes",
        "map.patrol.no",
        "map.patrol.missed",
        "map.patrol.road",
        "map.patrol.no_team",
        "map.patrol.legend.days",
        "map.patrol.legend.note",
        "map.patrol.legend.up_to",
        "map.patrol.legend.more",
        "map.patrol.legend.never",
        "map.patrol.legend.other",
        "map.patrol.legend.planned",
        "map.patrol.legend.share",
        "map.patrol.legend.share_note",
        "map.table.gaps",
        "map.empty.gaps",
        "map.table.routes",
        "map.empty.routes",
        "map.table.tracks",
        "map.empty.tracks",
    )
    default_js = theme.scripts("map:patrol.js")


class SectionsLayer(MapElement):
    """Road sections by days since their last pass, what a table picked among them outlined.

    Parameters
    ----------
    items
        Gaps, routes and tracks, each with its ``sections`` by position.
    """

    function = "sections"
    words = ("map.failed", "map.retry")
    default_js = elements.scripts("map:sections.js")

    def __init__(self, items: dict[str, list[dict[str, object]]]) -> None:
        super().__init__(
            {
                "shown_as": DAYS,
                "classes": [
                    {"up_to": days, "colour": colour, "width": width}
                    for days, colour, width in CLASSES
                ],
                "late": {"colour": LATE[0], "width": LATE[1]},
                "flags": {
                    "demanded": patrol_data.DEMANDED,
                    "planned": patrol_data.PLANNED,
                    "missed": patrol_data.MISSED,
                },
                **items,
            }
        )


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
        Figures of the whole, gaps, routes and tracks; units and sections are fetched.
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
        {"items": endpoints.items, "rows": endpoints.rows, "sections": endpoints.sections, "tiles": endpoints.tiles},
        question_of(answer.coverage.query, t),
        answer.levels,
    )  # fmt: skip
    made = shell.MapShell(_view(answer, t, opening), t)
    made.add(source)
    made.add(PatrolTheme({"unit_page": endpoints.unit_page}))
    made.add(basemap.TiledBasemap(theme.credit(answer.coverage.network), endpoints.basemap))
    _add_common(made, answer, t)
    made.add(controls.Question())
    frame = patrol_frame.served(answer, t, endpoints)
    return made.parts(frame, shell.Delivery(endpoints.assets, nonce))


def standalone(material: Material, t: words.Words) -> str:
    """Render the map as one file that opens with no network at all."""
    answer = material.answer
    made = shell.MapShell(_view(answer, t, theme.Opening()), t)
    made.add(theme.embedded_source())
    made.add(PatrolTheme({"unit_page": ""}))
    made.add(basemap.EmbeddedBasemap(theme.credit(answer.coverage.network)))
    _add_common(made, answer, t)
    frame = patrol_frame.standalone(answer, t)
    return theme.file(made, frame, patrol_data.embedded(material), t)


def question_of(query: PatrolQuery, t: words.Words) -> dict[str, str]:
    """Return a question as the parameters of an address, the reader's language with it."""
    asked = {
        "as_of": query.as_of.isoformat(),
        "days": str(query.days),
        "passes": str(query.passes),
        "lang": t.language.value,
    }
    return {**asked, "unit": query.unit} if query.unit else asked


def _view(answer: Answer, t: words.Words, opening: theme.Opening) -> shell.View:
    return opening.view(patrol_frame.title(answer, t), answer, (DAYS, SHARE))


def _add_common(made: shell.MapShell, answer: Answer, t: words.Words) -> None:
    """Add what both pages have, in drawing order, the first data request last of all."""
    items = {
        "gaps": patrol_data.gaps(answer),
        "routes": patrol_data.routes(answer),
        "tracks": patrol_data.tracks(answer),
    }
    classes = units.share_classes(t)
    layer = SectionsLayer(items)
    tables = [(table, _listed(items[table.part])) for table in _TABLES]
    for element in (
        *theme.furniture(answer.levels, tables, _legend(classes, layer)),
        layer,
        units.UnitsLayer("metres_share", classes, SHARE),
    ):
        made.add(element)


def _legend(classes: units.Classes, layer: SectionsLayer) -> dict[str, object]:
    shares = units.legend_options(classes)
    return {
        "share": shares["classes"],
        "opacity": shares["opacity"],
        "classes": layer.options["classes"],
        "late": layer.options["late"],
    }


def _listed(items: list[dict[str, object]]) -> list[dict[str, object]]:
    """Leave out what only the map needs."""
    return [{name: one[name] for name in one if name != "sections"} for one in items]
