"""Addresses of the service that a served map asks for what it shows."""

from dataclasses import dataclass, field

from layers.assets import ServedAssets


@dataclass(frozen=True)
class OnlineBasemap:
    """A basemap of others, off until someone switches it on.

    Attributes
    ----------
    url
        Pattern with ``{z}``, ``{x}``, ``{y}``.
    attribution
        Whom to credit, plain text.
    """

    url: str
    attribution: str = ""

    def __post_init__(self) -> None:
        """Refuse a pattern that names no tile."""
        missing = [part for part in ("{z}", "{x}", "{y}") if part not in self.url]
        if missing:
            raise ValueError(f"the basemap's address lacks {', '.join(missing)}: {self.url!r}")


@dataclass(frozen=True)
class Endpoints:
    """Where the service answers; paths without query.

    Attributes
    ----------
    page
        The map page itself, for its form.
    items
        GeoJSON of a theme's rows with geometry; takes ``level``, ``unit``, ``max_walk``, ``as_of``.
    rows
        JSON of the rows of all levels.
    areas
        GeoJSON of service areas with ``limit_m``.
    tiles
        Vector tiles, with ``{layer}``, ``{z}``, ``{x}``, ``{y}``.
    sections
        Road sections of patrols in few bytes.
    scene
        Roads, entrances and people by state, in few bytes.
    unit_page
        Page of a unit, with ``{code}``; empty: none.
    assets
        Where scripts and style sheets are.
    basemap
        An online basemap to offer, if any.
    pages
        Other pages about the theme: address and message key.
    """

    page: str = "/maps/day-care"
    items: str = "/api/coverage/day-care/items"
    rows: str = "/api/coverage/day-care"
    areas: str = "/api/service-areas"
    tiles: str = "/tiles/{layer}/{z}/{x}/{y}.mvt"
    sections: str = "/api/patrol/sections"
    scene: str = "/api/coverage/ramps/scene"
    unit_page: str = "/units/{code}"
    assets: ServedAssets = field(default_factory=lambda: ServedAssets("/assets", "/static/map"))
    basemap: OnlineBasemap | None = None
    pages: tuple[tuple[str, str], ...] = ()
