"""People by place, at any number: squares as vector tiles or embedded, and the areas reached."""

from collections.abc import Sequence
from typing import Final

from layers import elements
from layers.elements import MapElement
from services import demand_tiles

TINT: Final = 0.16


def cell_scales() -> list[dict[str, object]]:
    """Return what a full square stands for, by the highest zoom it is drawn at."""
    sizes = (*demand_tiles.SIZES_M, (None, demand_tiles.FINEST_M))
    return [
        {"max_zoom": zoom, "size_m": size, "full": demand_tiles.full_cell(size)}
        for zoom, size in sizes
    ]


class TiledCells(MapElement):
    """Squares as vector tiles of the service.

    Parameters
    ----------
    layer
        Name of the tiles and of the layer in them.
    shown_as, toggle
        Value of ``show`` and key of the switch at which they are drawn.
    """

    function = "cells"
    default_js = elements.scripts(
        "npm:leaflet.vectorgrid/dist/Leaflet.VectorGrid.bundled.min.js", "map:cells.js"
    )

    def __init__(self, layer: str, shown_as: str, toggle: str) -> None:
        super().__init__(
            {"layer": layer, "shown_as": shown_as, "toggle": toggle, "embedded": False}
        )


class EmbeddedCells(MapElement):
    """Squares out of the page's own data.

    Parameters
    ----------
    full
        People in a square that is drawn full.
    shown_as, toggle
        Value of ``show`` and key of the switch at which they are drawn.
    """

    function = "cells"
    default_js = elements.scripts("map:cells.js")

    def __init__(self, full: int, shown_as: str, toggle: str) -> None:
        super().__init__({"full": full, "shown_as": shown_as, "toggle": toggle, "embedded": True})


class ServiceAreasLayer(MapElement):
    """Areas within walking distance as a light tint, the nearer the stronger.

    Parameters
    ----------
    limit_m
        The limit asked for: its area is outlined.
    shown_as, toggle
        Value of ``show`` and key of the switch at which they are drawn.
    """

    function = "serviceAreas"
    words = ("map.failed", "map.retry")
    default_js = elements.scripts("map:cells.js")

    def __init__(self, limit_m: float, shown_as: str, toggle: str) -> None:
        super().__init__(
            {"limit_m": limit_m, "shown_as": shown_as, "toggle": toggle, "opacity": TINT}
        )


def legend_options(
    limits_m: Sequence[float], cells: Sequence[dict[str, object]]
) -> dict[str, object]:
    """Return what the legend needs of squares and areas; limits in metres, ascending."""
    return {"limits": list(limits_m), "tint": TINT, "cells": list(cells)}
