"""Facilities by one clear symbol sized by places, and numbered places that need one."""

from collections.abc import Mapping, Sequence

from layers import elements
from layers.elements import MapElement

Item = Mapping[str, object]


class FacilitiesLayer(MapElement):
    """Facilities as houses; area grows with places.

    Parameters
    ----------
    items
        ``code``, ``name``, ``lon``, ``lat``, ``places`` and what the theme's popup tells.
    toggle
        Key of the layer among the switches.
    """

    function = "facilities"
    default_js = elements.scripts("map:symbols.js")

    def __init__(self, items: Sequence[Item], toggle: str) -> None:
        super().__init__({"items": list(items), "toggle": toggle})


class HotSpotsLayer(MapElement):
    """Numbered rings where most people are left out.

    Parameters
    ----------
    items
        ``lon``, ``lat``, ``unserved``, ``unit_name``, most people first.
    toggle
        Key of the layer among the switches.
    """

    function = "hotSpots"
    words = ("map.hot.title",)
    default_js = elements.scripts("map:symbols.js")

    def __init__(self, items: Sequence[Item], toggle: str) -> None:
        super().__init__({"items": list(items), "toggle": toggle})
