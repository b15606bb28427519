"""The day-care map as text: what is in it, what is not, in both ways of delivery."""

import dataclasses
import html
import json
import re
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from layers.endpoints import Endpoints, OnlineBasemap
from layers.theme import Opening
from layers.themes import day_care, day_care_data
from services.coverage import CoverageState
from services.themes.day_care import DayCare, DayCareQuery
from tests.services import small_district

SCRIPTS = Path(__file__).parents[2] / "web" / "static" / "map"


def _served(answer, t, endpoints=None):
    return day_care.served(answer, t, endpoints or Endpoints(), Opening(), "n0nce")


def _text(parts) -> str:
    return f"{parts.early_html}\n{parts.head_html}\n{parts.body_html}\n{parts.script_html}"


def test_a_page_refers_to_this_service_only(answer, zh):
    page = _text(_served(answer, zh))

    assert not re.search(r"(src|href)=[\"'](https?:)?//", page)
    assert "http" not in re.sub(r'href="\?[^"]*"', "", page)


def test_a_page_made_twice_is_the_same_page(answer, zh):
    assert _served(answer, zh) == _served(answer, zh)


def test_every_script_inside_the_page_carries_the_nonce(answer, zh):
    page = _text(_served(answer, zh))

    inline = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", page)
    assert len(inline) == 2
    assert all(
        re.fullmatch(r'<script nonce="n0nce"( data-[a-z]+="[^"]*")*>', tag) for tag in inline
    )
    assert not re.search(r"\son[a-z]+=|<style|\sstyle=", page)


def test_the_first_units_are_asked_for_before_the_page_is_there(answer, zh):
    early = str(_served(answer, zh).early_html)
    asked = json.loads(html.unescape(re.search(r'data-items="([^"]*)"', early).group(1)))

    assert set(asked) == {"township", "community", "grid"}
    for level, address in asked.items():
        path, _, query = address.partition("?")
        assert path == "/api/coverage/day-care/items"
        assert {"level": level, "max_walk": "900", "as_of": "2026-11-23"}.items() <= dict(
            parse_qsl(query)
        ).items()
    assert 'data-level="community"' in early


def test_the_page_says_date_limit_rules_and_that_data_is_generated(answer, zh, en):
    for t, rules in ((zh, "五分钟生活圈"), (en, "5-minute circle")):
        body = str(_served(answer, t).body_html)
        assert "2026-11-23" in body
        assert t.distance(900) in body
        assert rules in body
        assert t("map.generated") in body


def test_the_sentence_is_the_answer(answer, en):
    whole = answer.whole
    assert whole.demand == 177
    body = str(_served(answer, en).body_html)

    assert f"Of 177 residents aged 60 or more, {whole.covered} (" in body


def test_the_page_does_not_grow_with_people(database, caller, zh):
    lengths = []
    for many in (20, 400):
        with database.transaction(caller) as tx:
            small_district.fill(tx, [(0, 0, many)] * 8)
            query = DayCareQuery(small_district.DAY, max_walk_m=900.0)
            lengths.append(len(_text(_served(day_care_data.ask(tx, DayCare(), query), zh))))

    assert lengths[1] == pytest.approx(lengths[0], rel=0.01)


def test_hostile_names_stay_text(answer, zh):
    bad = "</script><img src=x onerror=alert(1)>\"'&"
    coverage = answer.coverage
    hostile = dataclasses.replace(
        answer,
        coverage=dataclasses.replace(
            coverage,
            scope=dataclasses.replace(coverage.scope, name=bad),
            centres=tuple(dataclasses.replace(c, name=bad) for c in coverage.centres),
        ),
    )

    page = _text(_served(hostile, zh))

    assert "<img" not in page
    assert page.count("</script>") == page.count("<script")


def test_an_online_basemap_is_offered_only_where_one_is_set_up(answer, zh):
    online = Endpoints(basemap=OnlineBasemap("https://tiles.example/{z}/{x}/{y}.png", "Example"))

    assert zh("map.layer.online") not in _text(_served(answer, zh))
    assert zh("map.layer.online") in _text(_served(answer, zh, online))
    with pytest.raises(ValueError, match="lacks"):
        OnlineBasemap("https://tiles.example/{z}/{x}.png")


def test_a_unit_limits_map_and_words(tx, zh):
    township = small_district.GRIDS[0][:9]
    query = DayCareQuery(small_district.DAY, max_walk_m=900.0, unit=township)
    answer = day_care_data.ask(tx, DayCare(), query)

    body = str(_served(answer, zh).body_html)

    assert f"单元{township}" in body
    assert f'name="unit" value="{township}"' in body
    assert zh("map.scope.remove", unit=f"单元{township}") in body
    assert answer.bounds == pytest.approx((116.80, 32.60, 116.84, 32.61))


def test_only_levels_with_units_are_offered(tx, zh):
    query = DayCareQuery(small_district.DAY, max_walk_m=900.0, unit=small_district.GRIDS[0])
    answer = day_care_data.ask(tx, DayCare(), query)

    parts = _served(answer, zh)

    assert answer.levels == ("grid",)
    assert re.findall(r'name="wangge_map-level" value="(\w+)"', str(parts.body_html)) == ["grid"]
    assert '"level":"grid"' in str(parts.script_html)


def test_a_file_holds_every_figure_and_shape(material, zh):
    text = day_care.standalone(material, zh)

    block = re.search(
        r'<script type="application/json" id="wangge_data">(.*?)</script>', text, re.DOTALL
    )
    data = json.loads(block.group(1))
    rows = [dict(zip(data["fields"], row, strict=True)) for row in data["rows"]]
    shown = {row.code: row for row in material.answer.coverage.rows}
    assert [row["code"] for row in rows] == list(shown)
    for row in rows:
        for field in data["fields"]:
            assert row[field] == getattr(shown[row["code"]], field)
    assert set(data["shapes"]) == {code for code in shown if len(code) > 6}
    assert {area["limit_m"] for area in data["areas"]} == {300.0, 500.0, 900.0, 1000.0}
    assert sum(len(lines) for lines in data["lines"].values()) >= 1


def test_a_file_needs_nothing_else(material, zh):
    text = day_care.standalone(material, zh)

    assert not re.search(r"<(script|img|iframe)[^>]*\ssrc=|<link", text)
    assert "default-src 'none'" in text
    assert not re.search(r"url\((?!data:|#)", text)


def test_a_file_of_withheld_counts_does_not_hold_them(material):
    data = day_care_data.embedded(material)
    states = dict(zip([r.code for r in material.answer.coverage.rows], data["rows"], strict=True))
    hidden = [
        row.code for row in material.answer.coverage.rows if row.state is CoverageState.SUPPRESSED
    ]

    assert hidden
    demand = data["fields"].index("covered")
    assert all(states[code][demand] is None for code in hidden)
    assert all(
        (values is None) == bool(is_hidden)
        for values, is_hidden in zip(
            data["cells"]["values"], material.cells.suppressed, strict=True
        )
    )


def test_scripts_know_the_words_they_use(answer, zh, en):
    used = set()
    others = ("patrol.js", "sections.js", "ramps.js", "stepless.js")
    for script in {*SCRIPTS.glob("*.js")} - {SCRIPTS / name for name in others}:
        used |= set(re.findall(r'"(map\.[a-z_0-9.]+)"', script.read_text(encoding="utf-8")))
    page = str(_served(answer, zh).script_html)
    given = set(json.loads(re.search(r'"texts":(\{.*?\}),"leaflet"', page).group(1)))

    assert used - given == set()
    assert {key for key in given if not (zh.has(key) and en.has(key))} == set()


def test_a_level_without_units_opens_the_communities(answer, zh):
    assert Opening("district").view("", answer, ("share",)).state["level"] == "community"
    assert Opening("grid", "340").view("", answer, ("share",)).state == {
        "level": "grid",
        "show": "share",
        "pick": "340",
        "off": "",
    }
