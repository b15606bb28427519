"""The base of every element of our maps: a Folium element with a given id and own assets.

An element calls one function of our scripts with its options. Its ids are given, not drawn by
lot, so that a page rendered twice is the same page.
"""

import json
import re
from collections.abc import Mapping
from typing import ClassVar

from folium.elements import JSCSSMixin
from folium.template import Template
from markupsafe import Markup

_NAME = re.compile(r"[a-z][a-z0-9_]*")


class MapElement(JSCSSMixin):
    """Calls ``Wangge.<function>(map, options)`` once the map stands.

    Parameters
    ----------
    options
        JSON values that the function takes.

    Attributes
    ----------
    function
        Name of the function in our scripts.
    default_js, default_css
        What `scripts` makes of assets' names, see `layers.assets`; of the class, as in Folium.
    words
        Message keys whose words the function needs.
    """

    function: ClassVar[str]
    words: ClassVar[tuple[str, ...]] = ()
    _template = Template(
        """
        {% macro script(this, kwargs) %}
        Wangge.{{ this.function }}({{ this._parent.get_name() }}, {{ this.options_json }});
        {% endmacro %}
        """
    )

    def __init__(self, options: Mapping[str, object] | None = None) -> None:
        JSCSSMixin.__init__(self)
        self._name, self._id = "wangge", plain_name(self.function)
        self.options: Mapping[str, object] = options or {}

    def early(self, state: Mapping[str, str], nonce: str | None) -> Markup:
        """Return what has to stand at the very beginning of a page; as a rule nothing.

        Parameters
        ----------
        state
            What is shown at first.
        nonce
            Mark of our own inline scripts under a content security policy.
        """
        del state, nonce
        return Markup()

    def place(self, number: int) -> None:
        """Take a place on a map; the id says it, so two of a kind go together."""
        self._id = f"{plain_name(self.function)}_{number}"

    @property
    def options_json(self) -> str:
        """The options as they stand in the script."""
        return script_json(self.options)


def scripts(*names: str) -> list[tuple[str, str]]:
    """Return assets as Folium lists them for a class: pairs of a short name and the asset's name."""
    return [(name.rpartition("/")[2].partition(".")[0], name) for name in names]


def plain_name(name: str) -> str:
    """Return the name of a script's function as part of an id, ``hotSpots`` as ``hot_spots``.

    Raises
    ------
    ValueError
        The name cannot stand in a script.
    """
    plain = re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
    if not _NAME.fullmatch(plain):
        raise ValueError(f"no name for an element: {name!r}")
    return plain


def script_json(value: object) -> str:
    """Return JSON that may stand inside a script element, whatever the strings contain."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return (
        text.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )
