"""The day-care map: what a browser loads, and when it shows its first picture."""

import gzip
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench import arena, report, timing, town
from services import accounts, sessions
from services.caller import Role
from services.database import Database
from web import access

_FEW, _MANY = 45_000, 1_000_000
_CHROMIUM = "/usr/bin/chromium"
_SERVE = "from web.cli import main; main()"
_WAIT_S = 120
_SAME = 1.05
_FIRST_PICTURE_S = 2.0
_LINKS = re.compile(r'(?:src|href)="(/[^"#]+\.(?:js|css)[^"]*)"')
# Drawn: the theme's colours cover a tenth of its canvas, so it is areas and not only symbols.
# Looked at is one pixel in sixteen: to look is work, and it is done by who draws.
_DRAWN = """() => {
    for (const canvas of document.querySelectorAll(".leaflet-overlay-pane canvas")) {
        if (!canvas.width || !canvas.height) continue;
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let drawn = 0;
        for (let i = 3; i < data.length; i += 64) if (data[i]) drawn += 1;
        if (drawn * 640 > data.length) return performance.now();
    }
    return null;
}"""


@dataclass(frozen=True)
class _Site:
    """A running service, and what proves that a planner has logged in."""

    address: str
    token: str


def run(place: arena.Arena, size: arena.Size) -> report.Section:
    """Measure the page at two sizes, in Chromium at the larger one."""
    with town.built(place, _FEW, elderly_in_every=3) as database, _served(place, database) as site:
        few = _weight(site)
    with town.built(place, _MANY, elderly_in_every=3) as database, _served(place, database) as site:
        cold = timing.once(lambda: _get(site, "/maps/day-care"))
        many = _weight(site)
        pictures = [_first_picture(site) for _ in range(7 if size.full else 5)]
    first = timing.median(pictures)
    return report.Section(
        "map",
        f"Map page with {_FEW:,} and {_MANY:,} households, 2,106 units",
        [
            (f"HTML, scripts and styles, compressed, {_FEW:,}", f"{few / 1000:.1f} kB"),
            (f"HTML, scripts and styles, compressed, {_MANY:,}", f"{many / 1000:.1f} kB"),
            (f"first answer of a fresh service, {_MANY:,}", report.seconds(cold)),
            (f"first picture in Chromium, {_MANY:,}", report.seconds(first)),
        ],
        [
            report.Claim("the page does not grow with households", many / few, _SAME),
            report.Claim("first picture in Chromium", first, _FIRST_PICTURE_S, "s"),
        ],
        [
            (
                "First picture: from the start of the navigation, browser cache empty, until units are"
                " drawn in the theme's colours. The service had answered once before."
            ),
        ],
    )


@contextmanager
def _served(place: arena.Arena, database: Database) -> Iterator[_Site]:
    """Run the service on a database, and log in."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DATABASE_URL": database.url,
        "WANGGE_HOME": str(place.folder / "service"),
    }
    with (place.folder / "service.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, "serve", "--port", str(port)],
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        site = _Site(f"http://127.0.0.1:{port}", _logged_in(database))
        _wait(process, site, Path(log.name))
        yield site
    finally:
        process.terminate()
        process.wait(30)


def _logged_in(database: Database) -> str:
    """Open the session of a planner; return its token."""
    planner = accounts.NewAccount("planner", "Planner", Role.PLANNER)
    with arena.transaction(database) as tx:
        return sessions.opened(tx, accounts.add(tx, planner, secrets.token_hex()), planner.name)


def _wait(process: subprocess.Popen[bytes], site: _Site, log: Path) -> None:
    deadline = time.monotonic() + _WAIT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the service ended:\n{log.read_text()[-2000:]}")
        try:
            _get(site, "/readyz")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the service does not start")


def _get(site: _Site, path: str) -> tuple[bytes, int]:
    """Return the body of an answer, and its bytes on the wire."""
    headers = {"Accept-Encoding": "gzip", "Cookie": f"{access.COOKIE}={site.token}"}
    request = urllib.request.Request(site.address + path, headers=headers)
    with urllib.request.urlopen(request, timeout=_WAIT_S) as answer:
        body = answer.read()
        packed = answer.headers.get("Content-Encoding") == "gzip"
    return (gzip.decompress(body) if packed else body), len(body)


def _weight(site: _Site) -> int:
    """Bytes on the wire of the page with the scripts and styles that it names."""
    page, total = _get(site, "/maps/day-care")
    for link in sorted(set(_LINKS.findall(page.decode()))):
        total += _get(site, link)[1]
    return total


def _first_picture(site: _Site) -> float:
    """Return the seconds until units are drawn, in a browser that has seen nothing yet."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=_CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": access.COOKIE, "value": site.token, "url": site.address}])
        page = context.new_page()
        page.goto(f"{site.address}/maps/day-care", wait_until="commit")
        deadline = time.monotonic() + _WAIT_S
        # Asked from outside: the page's own policy forbids scripts made from text.
        while (drawn := page.evaluate(_DRAWN)) is None:
            if time.monotonic() > deadline:
                raise RuntimeError("the map shows no picture")
            page.wait_for_timeout(20)
        browser.close()
    return float(drawn) / 1000
