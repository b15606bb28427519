"""Machine interface: JSON, GeoJSON and vector tiles."""

from web.api import collections, coverage, household, offline, tiles

routers = (coverage.router, collections.router, tiles.router, household.router, offline.router)
