"""Machine interface: JSON, GeoJSON and vector tiles."""

from web.api import collections, coverage, tiles

routers = (coverage.router, collections.router, tiles.router)
