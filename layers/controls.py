"""Controls of a map: where data comes from, scale, full screen, print, switches, search, tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from markupsafe import Markup

from layers import assets, elements, markup
from layers.elements import MapElement

_CONTROLS = elements.scripts("map:controls.js")
_TABLES = elements.scripts("map:tables.js")
_SOURCE = elements.scripts("map:source.js")


@dataclass(frozen=True)
class Columns:
    """A table of places beside the map.

    Attributes
    ----------
    part
        Its place in the frame.
    columns
        Name of the theme's columns in the scripts.
    event, by
        What opens a line on the map, and whether by ``code`` or by position.
    caption, empty
        Message keys.
    counts
        What the caption tells beside the number of lines, by name.
    """

    part: str
    columns: str
    event: str
    by: str
    caption: str
    empty: str
    counts: Mapping[str, int] = field(default_factory=dict)


class FetchedSource(MapElement):
    """Data comes from the service; the units of the first level before the page is there.

    Parameters
    ----------
    endpoints
        Addresses by use: ``items``, ``rows``, ``areas``, ``tiles``.
    query
        The question, sent with every request.
    levels
        Levels that the map has.
    """

    function = "fetchedSource"
    default_js = _SOURCE

    def __init__(
        self, endpoints: Mapping[str, str], query: Mapping[str, str], levels: Sequence[str]
    ) -> None:
        items = {
            level: f"{endpoints['items']}?{urlencode({**query, 'level': level})}"
            for level in levels
        }
        super().__init__({"endpoints": {**endpoints, "items": items}, "query": query})
        self._items = items

    def early(self, state: Mapping[str, str], nonce: str | None) -> Markup:
        """Return the script that asks for the units of the level in the address, or the first."""
        data = {"items": elements.script_json(self._items), "level": state["level"]}
        return markup.script_with(assets.source("map:early.js"), data, nonce)


class EmbeddedSource(MapElement):
    """Data is inside the page, in a block of JSON."""

    function = "embeddedSource"
    default_js = _SOURCE

    def __init__(self, block: str) -> None:
        super().__init__({"block": block})


class Popups(MapElement):
    """One popup for everything that can be picked."""

    function = "popups"
    default_js = elements.scripts("map:units.js")


class Scale(MapElement):
    """The scale bar, metres."""

    function = "scale"
    default_js = _CONTROLS


class Zoom(MapElement):
    """Buttons that zoom, with words for those who do not see them."""

    function = "zoom"
    words = ("map.zoom.in", "map.zoom.out")
    default_js = _CONTROLS


class Fullscreen(MapElement):
    """The map on the whole screen."""

    function = "fullscreen"
    words = ("map.fullscreen.enter", "map.fullscreen.leave")
    default_js = _CONTROLS


class Print(MapElement):
    """The map on a sheet of A4 or A3, drawn finer than on the screen."""

    function = "print"
    default_js = _CONTROLS

    def __init__(self) -> None:
        super().__init__({"patience_ms": 8000})


class Choices(MapElement):
    """Radio buttons of the frame that set one thing of what is shown."""

    function = "choices"
    default_js = _CONTROLS

    def __init__(self, state: str) -> None:
        super().__init__({"name": f"wangge_map-{state}", "state": state})


class Toggles(MapElement):
    """Check boxes of the frame that switch layers."""

    function = "toggles"
    default_js = _CONTROLS


class Question(MapElement):
    """The form of date and limit: what is shown stays when the answer comes."""

    function = "question"
    default_js = _CONTROLS


class Status(MapElement):
    """What the reader is told while data loads or does not come."""

    function = "status"
    words = ("map.loading", "map.failed", "map.retry")
    default_js = _CONTROLS


class Search(MapElement):
    """A unit by name or code."""

    function = "search"
    words = ("map.search.none", "map.search.found")
    default_js = _CONTROLS

    def __init__(self, levels: Sequence[str]) -> None:
        super().__init__({"levels": list(levels), "limit": 12})


class Tabs(MapElement):
    """Tables one at a time."""

    function = "tabs"
    default_js = _TABLES


class UnitTable(MapElement):
    """The units of the map as a table: picking here picks there."""

    function = "unitTable"
    words = ("map.table.more", "map.table.caption", "map.empty.units")
    default_js = _TABLES


class PlaceTable(MapElement):
    """Places as a table whose lines open them on the map.

    Parameters
    ----------
    items
        A line each.
    """

    function = "placeTable"
    default_js = _TABLES

    def __init__(self, columns: Columns, items: Sequence[Mapping[str, object]]) -> None:
        super().__init__({**vars(columns), "items": list(items)})


class Legend(MapElement):
    """What colours, hatches, sizes and symbols say."""

    function = "legend"
    default_js = _TABLES
