"""What tags say about walking."""

import math

import pytest

from gis.stepfree.traits import Steps
from services.imports import measures, point_tags, tags


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"highway": "residential"}, True),
        ({"highway": "footway"}, True),
        ({"highway": "steps"}, True),
        ({"highway": "motorway"}, False),
        ({"highway": "motorway", "foot": "yes"}, False),
        ({"highway": "trunk"}, False),
        ({"highway": "trunk", "sidewalk": "both"}, True),
        ({"highway": "trunk", "foot": "designated"}, True),
        ({"highway": "primary", "motorroad": "yes"}, False),
        ({"highway": "service", "access": "private"}, False),
        ({"highway": "service", "access": "private", "foot": "yes"}, True),
        ({"highway": "path", "foot": "no"}, False),
        ({"highway": "secondary", "foot": "use_sidepath"}, False),
        ({"highway": "construction"}, False),
        ({"building": "yes"}, False),
    ],
)
def test_where_people_walk(found: dict[str, str], expected: object):
    assert tags.is_walkable(found) is expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"highway": "steps"}, tags.NOT_STEP_FREE),
        ({"highway": "steps", "ramp": "yes"}, tags.UNKNOWN),
        ({"highway": "steps", "ramp:wheelchair": "yes"}, tags.STEP_FREE),
        ({"highway": "footway"}, tags.UNKNOWN),
        ({"highway": "footway", "wheelchair": "yes"}, tags.STEP_FREE),
        ({"highway": "footway", "wheelchair": "no"}, tags.NOT_STEP_FREE),
        ({"highway": "footway", "wheelchair": "limited"}, tags.UNKNOWN),
        ({"highway": "footway", "incline": "30%"}, tags.UNKNOWN),
    ],
)
def test_only_sure_tags_make_a_way_step_free_or_not(found: dict[str, str], expected: int):
    assert tags.step_free(found) == expected


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        ({"building": "apartments"}, "building"),
        ({"building": "no"}, None),
        ({"natural": "water"}, "water"),
        ({"landuse": "reservoir"}, "water"),
        ({"leisure": "park"}, "green"),
        ({"natural": "wood"}, "green"),
        ({"landuse": "industrial"}, None),
    ],
)
def test_areas_of_the_backdrop(found: dict[str, str], kind: str | None):
    assert tags.area_kind(found) == kind


def test_lines_of_the_backdrop():
    assert tags.line_kind({"railway": "rail"}) == "railway"
    assert tags.line_kind({"railway": "subway"}) is None
    assert tags.line_kind({"railway": "rail", "tunnel": "yes"}) is None
    assert tags.line_kind({"waterway": "river"}) == "waterway"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8%", 8.0),
        ("-4.5 %", 4.5),
        ("5°", 8.75),
        ("1:12", 8.33),
        ("0", 0.0),
        ("up", "nothing"),
        ("down", "nothing"),
        ("steep", None),
        ("1:0", None),
        ("95°", None),
    ],
)
def test_slopes_are_read_or_named(text: str, expected: object):
    found = measures.read_incline(text)
    if expected == "nothing":
        assert found is not None
        assert math.isnan(found)
    elif expected is None:
        assert found is None
    else:
        assert found == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1.5", 1.5), ("1,5 m", 1.5), ("150 cm", 1.5), ("5'6\"", 1.68), ("wide", None)],
)
def test_lengths_are_read_with_their_units(text: str, expected: float | None):
    found = measures.read_metres(text)
    assert found == (None if expected is None else pytest.approx(expected, abs=0.01))


def test_steps_and_what_stands_beside_them():
    steps = {"highway": "steps"}
    assert tags.steps(steps) is Steps.PLAIN
    assert tags.steps({**steps, "ramp": "yes"}) is Steps.SOME_RAMP
    assert tags.steps({**steps, "ramp": "yes", "ramp:wheelchair": "no"}) is Steps.PLAIN
    assert tags.steps({**steps, "ramp:wheelchair": "yes"}) is Steps.WHEELCHAIR_RAMP
    assert tags.steps({"highway": "footway"}) is Steps.NONE
    way = tags.traits({"highway": "footway", "incline": "steep", "width": "2", "surface": "sand"})
    assert (way.unread, way.width_m, way.surface) == ("steep", 2.0, "sand")
    assert math.isnan(way.incline_pct)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"kerb": "flush"}, ("kerb", None, 0.0)),
        ({"kerb": "lowered"}, ("kerb", None, 0.03)),
        ({"kerb": "raised"}, ("kerb", False, None)),
        ({"barrier": "kerb", "kerb:height": "12 cm"}, ("kerb", None, 0.12)),
        ({"kerb": "yes"}, ("kerb", None, None)),
        ({"barrier": "stile"}, ("other", False, None)),
        ({"barrier": "bollard", "wheelchair": "yes"}, ("narrow", True, None)),
        ({"barrier": "hedge"}, None),
        ({"highway": "crossing"}, None),
    ],
)
def test_barriers_on_the_way(found: dict[str, str], expected: tuple[object, ...] | None):
    barrier = point_tags.barrier(found)
    if expected is None or barrier is None:
        assert barrier is expected
        return
    height = None if math.isnan(barrier.height_m) else barrier.height_m
    assert (barrier.kind.value, barrier.said, height) == expected


def test_entrances_by_steps_or_by_what_is_said():
    found = point_tags.entrance({"entrance": "main", "step_count": "3", "door:width": "0.9"})
    assert found is not None
    assert (found.said, found.steps, found.width_m) == (None, 3, 0.9)
    said = point_tags.entrance({"entrance": "yes", "wheelchair": "no", "step_count": "3"})
    assert said is not None
    assert (said.said, said.steps) == (False, None)
    assert point_tags.entrance({"entrance": "emergency"}) is None
