"""Machine interface: JSON, GeoJSON and vector tiles; that of themes is in `web.themes`."""

from web.api import collections, coverage, household, households, offline, tiles

routers = (
    coverage.router,
    collections.router,
    tiles.router,
    households.router,
    household.router,
    offline.router,
)
