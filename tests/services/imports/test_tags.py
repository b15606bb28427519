"""What tags say about walking."""

import pytest

from services.imports import tags


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
