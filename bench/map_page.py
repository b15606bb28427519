"""The day-care map: what a browser loads, and when it shows its first picture."""

import re
import secrets
import time

from playwright.sync_api import sync_playwright

from bench import arena, report, serving, timing, town
from bench.serving import Site
from services import accounts, sessions
from services.caller import Role
from services.database import Database
from web import access

_FEW, _MANY = 45_000, 1_000_000
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


def run(place: arena.Arena, size: arena.Size) -> report.Section:
    """Measure the page at two sizes, in Chromium at the larger one."""
    with (
        town.built(place, _FEW, elderly_in_every=3) as database,
        serving.served(place, database, _logged_in(database)) as site,
    ):
        few = _weight(site)
    with (
        town.built(place, _MANY, elderly_in_every=3) as database,
        serving.served(place, database, _logged_in(database)) as site,
    ):
        cold = timing.once(lambda: serving.get(site, "/maps/day-care"))
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


def _logged_in(database: Database) -> str:
    """Open the session of a planner; return its token."""
    planner = accounts.NewAccount("planner", "Planner", Role.PLANNER)
    with arena.transaction(database) as tx:
        return sessions.opened(tx, accounts.add(tx, planner, secrets.token_hex()), planner.name)


def _weight(site: Site) -> int:
    """Bytes on the wire of the page with the scripts and styles that it names."""
    page, total = serving.get(site, "/maps/day-care")
    for link in sorted(set(_LINKS.findall(page.decode()))):
        total += serving.get(site, link)[1]
    return total


def _first_picture(site: Site) -> float:
    """Return the seconds until units are drawn, in a browser that has seen nothing yet."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=serving.CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": access.COOKIE, "value": site.token, "url": site.address}])
        page = context.new_page()
        page.goto(f"{site.address}/maps/day-care", wait_until="commit")
        deadline = time.monotonic() + serving.WAIT_S
        # Asked from outside: the page's own policy forbids scripts made from text.
        while (drawn := page.evaluate(_DRAWN)) is None:
            if time.monotonic() > deadline:
                raise RuntimeError("the map shows no picture")
            page.wait_for_timeout(20)
        browser.close()
    return float(drawn) / 1000
