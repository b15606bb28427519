"""Machine interface: JSON, GeoJSON and vector tiles."""

from web.api import collections, coverage, household, households, offline, patrol, ramps, tiles

routers = (
    ramps.router,
    patrol.router,
    coverage.router,
    collections.router,
    tiles.router,
    households.router,
    household.router,
    offline.router,
)
