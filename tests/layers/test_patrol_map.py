"""The patrol map as text: what is in it, in both ways of delivery."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from layers.endpoints import Endpoints
from layers.theme import Opening
from layers.themes import patrol, patrol_data
from services.themes.patrol import Patrol, PatrolQuery
from tests.services import patrols, small_district
from tests.services.small_district import DAY

SCRIPTS = Path(__file__).parents[2] / "web" / "static" / "map"


@pytest.fixture
def walked(database, caller):
    with database.transaction(caller) as tx:
        small_district.fill(tx, [(0, 20, 0)] * 7 + [(0, 3, 0)], generated=True)
        patrols.add_route(tx, "R1", [(0, 0.0, 900.0)], DAY - timedelta(days=30))
        patrols.add_track(tx, DAY - timedelta(days=4), [(0, 0.0, 1400.0)])
        yield tx


@pytest.fixture
def answer(walked):
    return patrol_data.ask(walked, Patrol(), PatrolQuery(DAY))


def _text(parts) -> str:
    return f"{parts.early_html}\n{parts.head_html}\n{parts.body_html}\n{parts.script_html}"


def _served(answer, t):
    return patrol.served(answer, t, Endpoints(), Opening(), "n0nce")


def test_the_page_says_what_was_walked(answer, zh, en):
    assert "1.4 km of 7.5 km" in _text(_served(answer, en))
    page = _text(_served(answer, zh))
    assert re.search(r"居住区 7\.5.{2,4}道路中有 1\.4", page)
    assert not re.search(r"\son[a-z]+=|<style|\sstyle=", page)
    assert _served(answer, zh) == _served(answer, zh)


def test_scripts_know_the_words_they_use(answer, zh, en):
    names = ("day_care", "symbols", "cells", "ramps", "stepless")
    others = {SCRIPTS / f"{name}.js" for name in names}
    used = set()
    for script in {*SCRIPTS.glob("*.js")} - others:
        used |= set(re.findall(r'"(map\.[a-z_0-9.]+)"', script.read_text(encoding="utf-8")))
    page = str(_served(answer, zh).script_html)
    given = set(json.loads(re.search(r'"texts":(\{.*?\}),"leaflet"', page).group(1)))
    assert used - given == set()
    assert {key for key in given if not (zh.has(key) and en.has(key))} == set()


def test_sections_are_told_one_for_one(answer):
    found = patrol_data.sections(answer)
    assert len({len(found[key]) for key in ("lines", "days", "passes", "flags", "metres")}) == 1
    assert found["days"] == [4, None]
    assert found["passes"] == [1, 0]
    assert found["flags"][1] == patrol_data.DEMANDED
    (route,), (track,), (gap,) = (
        make(answer) for make in (patrol_data.routes, patrol_data.tracks, patrol_data.gaps)
    )
    assert (route["sections"], track["sections"], gap["sections"]) == ([0], [0], [1])
    assert "points" not in track


def test_a_file_holds_it_all(walked, zh):
    material = patrol_data.gather(walked, Patrol(), PatrolQuery(DAY))
    page = patrol.standalone(material, zh)
    block = re.search(r'<script[^>]*id="wangge_data"[^>]*>(.*?)</script>', page, re.DOTALL)
    data = json.loads(block.group(1))
    assert {"sections", "rows", "shapes", "lines", "surfaces"} <= set(data)
    assert len(data["rows"]) == 15
    assert not re.search(r"<(script|link|img)[^>]*(src|href)=", page)
