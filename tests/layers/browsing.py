"""Chromium for the map tests, and a service that is no server: routes answered from here."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import shapely
from playwright.sync_api import Browser, Page, Route

from layers import shell
from layers.assets import path_of
from layers.themes.day_care_data import Material
from services import demand_tiles, tiles
from services.database import Transaction

ORIGIN = "http://wangge.test"
NONCE = "n0nce"
# What web.security says to browsers; the map must live with it.
POLICY = (
    f"default-src 'self'; script-src 'self' 'nonce-{NONCE}'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; object-src 'none'; base-uri 'none'"
)
_TYPES = {".js": "text/javascript", ".css": "text/css", ".png": "image/png"}


@dataclass
class Heard:
    """What a page asked for and complained of."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@contextmanager
def opened(
    browser: Browser, width: int, height: int, **more: object
) -> Iterator[tuple[Page, Heard]]:
    """A page of its own, its requests and complaints written down."""
    heard = Heard()
    context = browser.new_context(viewport={"width": width, "height": height}, **more)
    page = context.new_page()
    page.on("request", lambda request: heard.requests.append(request.url))
    page.on("console", lambda message: heard.complaints.append(message.text))
    page.on("pageerror", lambda error: heard.complaints.append(str(error)))
    try:
        yield page, heard
    finally:
        context.close()


@dataclass
class Service:
    """Answers what a served map asks for."""

    tx: Transaction
    parts: shell.MapParts
    material: Material

    def answer(self, route: Route) -> None:
        """Answer one request, or say that there is nothing."""
        address = urlsplit(route.request.url)
        query = {key: values[0] for key, values in parse_qs(address.query).items()}
        path = address.path
        if path == "/maps/day-care":
            self._page(route)
        elif path.startswith(("/assets/", "/static/map/")):
            name = re.sub("^/assets/", "npm:", re.sub("^/static/map/", "map:", path))
            file = path_of(name)
            route.fulfill(body=file.read_bytes(), content_type=_TYPES[file.suffix])
        elif path.startswith("/tiles/"):
            self._tile(route, path)
        elif path == "/api/coverage/day-care/items":
            self._json(route, self._items(query["level"]))
        elif path == "/api/coverage/day-care":
            self._json(route, {"rows": [self._row(r) for r in self._rows()]})
        elif path == "/api/service-areas":
            self._json(route, self._areas())
        else:
            route.fulfill(status=404)

    def _page(self, route: Route) -> None:
        parts = self.parts
        body = (
            f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>x</title>'
            f'{parts.early_html}{parts.head_html}<link rel="icon" href="data:,"></head>'
            f"<body><main>{parts.body_html}</main>{parts.script_html}</body></html>"
        )
        headers = {"Content-Security-Policy": POLICY, "Content-Type": "text/html; charset=utf-8"}
        route.fulfill(body=body, headers=headers)

    def _tile(self, route: Route, path: str) -> None:
        layer, z, x, y = path.removeprefix("/tiles/").removesuffix(".mvt").split("/")
        tile = tiles.Tile(int(z), int(x), int(y))
        if layer == demand_tiles.LAYER:
            content = demand_tiles.demand_cells_tile(self.tx, self.material.cells, tile)
        else:
            content = tiles.tile(self.tx, layer, tile.z, tile.x, tile.y)
        route.fulfill(body=content, content_type="application/vnd.mapbox-vector-tile")

    def _rows(self) -> list[object]:
        return list(self.material.answer.coverage.rows)

    def _row(self, row: object) -> dict[str, object]:
        return {**vars(row), "bands": None}

    def _items(self, level: str) -> dict[str, object]:
        return self._collection(
            (self.material.boundaries[row.code], self._row(row))
            for row in self._rows()
            if row.level == level
        )

    def _areas(self) -> dict[str, object]:
        found = self.material.areas
        return self._collection(
            (area, {"limit_m": limit})
            for limit, area in zip(found.limits_m, found.areas, strict=True)
        )

    @staticmethod
    def _collection(
        pairs: Iterator[tuple[shapely.Geometry, dict[str, object]]],
    ) -> dict[str, object]:
        features = [
            {"type": "Feature", "geometry": shapely.geometry.mapping(shape), "properties": values}
            for shape, values in pairs
        ]
        return {"type": "FeatureCollection", "features": features}

    @staticmethod
    def _json(route: Route, content: object) -> None:
        route.fulfill(body=json.dumps(content), content_type="application/json")
