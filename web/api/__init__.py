"""Machine interface: JSON, GeoJSON and vector tiles; that of themes is in `web.themes`."""

from web.api import collections, household, households, offline, ogc, tiles, unknown_theme

routers = (
    unknown_theme.router,
    collections.router,
    ogc.router,
    tiles.router,
    households.router,
    household.router,
    offline.router,
)
