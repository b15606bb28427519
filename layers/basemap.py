"""The ground under a theme: our own roads and surroundings, muted; an online map on demand."""

from layers import elements
from layers.elements import MapElement
from layers.endpoints import OnlineBasemap

TOGGLE = "roads"
ONLINE_TOGGLE = "offline"


class TiledBasemap(MapElement):
    """Roads and surroundings as vector tiles of the service.

    Parameters
    ----------
    credit
        Whom the network's data came from, plain text; empty: nobody to name.
    online
        A basemap of others to offer, off at first.
    """

    function = "basemap"
    default_js = elements.scripts(
        "npm:leaflet.vectorgrid/dist/Leaflet.VectorGrid.bundled.min.js", "map:basemap.js"
    )

    def __init__(self, credit: str, online: OnlineBasemap | None) -> None:
        super().__init__(
            {
                "embedded": False,
                "credit": credit,
                "online": online.url if online else None,
                "attribution": online.attribution if online else "",
            }
        )


class EmbeddedBasemap(MapElement):
    """Roads and surroundings out of the page's own data."""

    function = "basemap"
    default_js = elements.scripts("map:basemap.js")

    def __init__(self, credit: str) -> None:
        super().__init__({"embedded": True, "credit": credit, "online": None, "attribution": ""})
