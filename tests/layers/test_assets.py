"""Assets: our own folders only, by address or inside the page."""

import re

import pytest

from layers import assets

SERVED = assets.ServedAssets("/assets", "/static/map")


def test_an_address_changes_with_the_content():
    link = SERVED.script("npm:leaflet/dist/leaflet.js", None)

    assert re.fullmatch(
        r'<script defer src="/assets/leaflet/dist/leaflet\.js\?v=[0-9a-f]{12}"></script>', link
    )
    assert SERVED.address("map:core.js") != SERVED.address("map:canvas.js")


@pytest.mark.parametrize(
    "name",
    [
        "https://cdn.example/leaflet.js",
        "//cdn.example/leaflet.js",
        "npm:../package.json",
        "map:/etc/passwd",
        "map:",
        "leaflet.js",
    ],
)
def test_there_is_no_third_place(name):
    with pytest.raises(ValueError, match="not an asset of our own"):
        assets.path_of(name)


def test_a_sheet_inside_the_page_brings_its_pictures():
    sheet = str(assets.InlineAssets().style("npm:leaflet/dist/leaflet.css"))

    assert "url(data:image/png;base64," in sheet
    assert not re.search(r"url\((?!data:|#)", sheet)


def test_a_script_inside_the_page_is_whole_and_marked():
    script = str(assets.InlineAssets().script("npm:leaflet/dist/leaflet.js", "n0nce"))

    assert script.startswith('<script nonce="n0nce">')
    assert script.count("</script") == 1
    assert "sourceMappingURL" not in script
    assert "L.CircleMarker" in script or "CircleMarker" in script
