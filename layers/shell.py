"""The shell around a Folium map: our assets only, given ids, parts for a page of any kind.

The same parts make the served page (a web template puts them between its header and footer, data
comes from the service) and the standalone file (everything inside, no network at all).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import folium
from branca.element import Figure
from folium.template import Template
from markupsafe import Markup

from layers import elements, markup, words
from layers.assets import Assets

_CORE_WORDS: Final = (
    "map.value.none",
    "map.value.metres",
    "map.value.kilometres",
    "map.close",
)
_LEAFLET: Final[Mapping[str, object]] = {
    "zoomControl": False,
    "preferCanvas": True,
    "zoomSnap": 0.25,
    "wheelPxPerZoomLevel": 90,
    "minZoom": 8,
    "maxZoom": 19,
}


@dataclass(frozen=True)
class MapParts:
    """Parts of a page: what goes into the head, the body, and the end of the body.

    Attributes
    ----------
    early_html
        Of the head, before every style sheet: a script that follows one waits for it.
    """

    early_html: Markup
    head_html: Markup
    body_html: Markup
    script_html: Markup


@dataclass(frozen=True)
class View:
    """What a map opens with.

    Attributes
    ----------
    label
        What screen readers call the map.
    bounds
        ``(min lon, min lat, max lon, max lat)``, degrees.
    state
        What is shown at first: ``level``, ``show``, ``pick``, ``off``.
    levels, shows
        Values that may be chosen.
    """

    label: str
    bounds: tuple[float, float, float, float]
    state: Mapping[str, str]
    levels: tuple[str, ...]
    shows: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse a first state that cannot be chosen."""
        if self.state["level"] not in self.levels or self.state["show"] not in self.shows:
            raise ValueError(f"not among the choices: {dict(self.state)}")

    @property
    def corners(self) -> list[list[float]]:
        """South-west and north-east corner, latitude first as Leaflet takes them."""
        west, south, east, north = self.bounds
        return [[south, west], [north, east]]


@dataclass(frozen=True)
class Delivery:
    """How a page reaches its reader.

    Attributes
    ----------
    assets
        How scripts and style sheets come.
    nonce
        Mark of our own inline scripts under a content security policy.
    """

    assets: Assets
    nonce: str | None = None


class WanggeMap(folium.Map):
    """A Folium map without a single foreign asset, tile or random id."""

    default_js = elements.scripts("npm:leaflet/dist/leaflet.js", "map:core.js", "map:canvas.js")
    default_css = elements.scripts(
        "npm:leaflet/dist/leaflet.css",
        "map:map.css",
        "map:tables.css",
        "map:stage.css",
        "map:small.css",
        "map:print.css",
    )
    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <div class="folium-map" id="{{ this.get_name() }}" role="region"
             aria-label="{{ this.label|e }}" aria-describedby="{{ this.get_name() }}-hint"></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        const {{ this.get_name() }} = Wangge.createMap("{{ this.get_name() }}", {{ this.setup_json }});
        {% endmacro %}
        """
    )

    def __init__(self, label: str, setup: Mapping[str, object]) -> None:
        super().__init__(tiles=None)
        self._name, self._id = "wangge", "map"
        self.label = label
        self.setup_json = elements.script_json(setup)


class MapShell:
    """A map and its elements in drawing order.

    Parameters
    ----------
    view
        What it opens with.
    t
        Words of the page.
    """

    def __init__(self, view: View, t: words.Words) -> None:
        self._view = view
        self._t = t
        self._elements: list[elements.MapElement] = []

    def add(self, element: elements.MapElement) -> None:
        """Put an element on top of those before."""
        element.place(len(self._elements))
        self._elements.append(element)

    def parts(self, page: object, delivery: Delivery) -> MapParts:
        """Render once, by Folium, into the parts of a page.

        Parameters
        ----------
        page
            What the frame shows around the map, see ``templates/frame.html``.
        delivery
            How the page reaches its reader.
        """
        drawn = WanggeMap(self._view.label, self._setup())
        for element in self._elements:
            drawn.add_child(element)
        figure = drawn.get_root()
        assert isinstance(figure, Figure)
        figure.render()
        assets, nonce = delivery.assets, delivery.nonce
        all_parts = (drawn, *self._elements)
        sheets = dict.fromkeys(name for part in all_parts for _, name in part.default_css)
        scripts = dict.fromkeys(name for part in all_parts for _, name in part.default_js)
        body = ("frame.html", "body", self._t, drawn.get_name(), figure.html.render(), page)
        return MapParts(
            early_html=markup.joined(
                early for part in self._elements if (early := part.early(self._view.state, nonce))
            ),
            head_html=markup.joined(assets.style(name) for name in sheets),
            body_html=markup.macro(*body),
            script_html=markup.joined(
                [
                    *(assets.script(name, nonce) for name in scripts),
                    markup.run(figure.script.render(), nonce),
                ]
            ),
        )

    def _setup(self) -> dict[str, object]:
        keys = (*_CORE_WORDS, *(key for element in self._elements for key in element.words))
        return {
            "bounds": self._view.corners,
            "state": self._view.state,
            "levels": self._view.levels,
            "shows": self._view.shows,
            "locale": words.locale(self._t),
            "texts": words.dictionary(self._t, tuple(dict.fromkeys(keys))),
            "leaflet": _LEAFLET,
        }


def document(parts: MapParts, title: str, language: str) -> str:
    """Make a complete page of parts, one that opens from a disk with no network at all."""
    template = markup.environment().get_template("standalone.html")
    return template.render(parts=parts, title=title, language=language)
