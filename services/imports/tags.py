"""What OpenStreetMap tags say about walking, by the documented meaning of the tags.

Sources: OpenStreetMap wiki, "OSM tags for routing/Access restrictions" (defaults for pedestrians),
"Key:wheelchair", "Key:ramp:wheelchair", "Tag:highway=steps".
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gis.stepfree.traits import Steps
from services.imports import measures

Tags = Mapping[str, str]

STEP_FREE: Final = 1
UNKNOWN: Final = 0
NOT_STEP_FREE: Final = -1
_SAID: Final = {"yes": STEP_FREE, "designated": STEP_FREE, "no": NOT_STEP_FREE}

_FOR_WALKERS: Final = frozenset(
    [
        "primary",
        "secondary",
        "tertiary",
        "primary_link",
        "secondary_link",
        "tertiary_link",
        "unclassified",
        "residential",
        "living_street",
        "service",
        "pedestrian",
        "track",
        "path",
        "footway",
        "steps",
        "cycleway",
        "road",
        "corridor",
    ]
)
# Walked on only where the tags say so: by a sidewalk or by explicit permission.
_IF_SAID: Final = frozenset(["trunk", "trunk_link", "bridleway", "busway"])
_ALLOWED: Final = frozenset(
    ["yes", "designated", "permissive", "official", "destination", "customers"]
)
_FORBIDDEN: Final = frozenset(
    ["no", "private", "use_sidepath", "agricultural", "forestry", "military"]
)
_SIDEWALKS: Final = ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")
_HAS_SIDEWALK: Final = frozenset(["yes", "both", "left", "right"])
_GREEN: Final[Mapping[str, frozenset[str]]] = {
    "leisure": frozenset(["park", "garden", "nature_reserve", "golf_course"]),
    "landuse": frozenset(
        ["grass", "forest", "meadow", "recreation_ground", "village_green", "cemetery", "orchard"]
    ),
    "natural": frozenset(["wood", "scrub", "grassland", "heath"]),
}
_WATER_USE: Final = frozenset(["reservoir", "basin"])
_WATERWAYS: Final = frozenset(["river", "canal", "stream", "ditch", "drain"])
_RAILWAYS: Final = frozenset(["rail", "light_rail", "narrow_gauge", "tram"])


def is_walkable(tags: Tags) -> bool:
    """Whether people may and usually can walk along a way."""
    highway = tags.get("highway", "")
    foot = tags.get("foot", "")
    if foot in _FORBIDDEN:
        return False
    said = foot in _ALLOWED
    if highway in _IF_SAID:
        return said or any(tags.get(key) in _HAS_SIDEWALK for key in _SIDEWALKS)
    if highway not in _FOR_WALKERS:
        return False
    if tags.get("motorroad") == "yes" or tags.get("access", "") in _FORBIDDEN:
        return said
    return True


def step_free(tags: Tags) -> int:
    """Whether a way is free of steps: only what the tags say for sure, else unknown."""
    said = _SAID.get(tags.get("wheelchair", ""), UNKNOWN)
    if said != NOT_STEP_FREE and tags.get("ramp:wheelchair") == "yes":
        return STEP_FREE
    return NOT_STEP_FREE if said == UNKNOWN and steps(tags) is Steps.PLAIN else said


@dataclass(frozen=True)
class Way:
    """What tags say of a way's steps, slope, width and surface; NaN and empty: nothing.

    Attributes
    ----------
    said
        1 yes, 0 unknown, -1 no.
    incline_pct
        Of what is no stairway: that of steps says nothing about the ramp beside them.
    unread
        A slope that is none, as it was written.
    """

    said: int
    steps: Steps
    incline_pct: float
    width_m: float
    surface: str
    unread: str = ""


def traits(tags: Tags) -> Way:
    """Read what a way's tags say about going along it on wheels."""
    incline, unread = math.nan, ""
    if "incline" in tags and tags.get("highway") != "steps":
        found = measures.read_incline(tags["incline"])
        if found is None or found > measures.STEEPEST_PCT:
            unread = tags["incline"]
        else:
            incline = found
    width = measures.read_metres(tags["width"]) if "width" in tags else None
    return Way(
        _SAID.get(tags.get("wheelchair", ""), UNKNOWN),
        steps(tags),
        incline,
        width or math.nan,
        tags.get("surface", ""),
        unread,
    )


def steps(tags: Tags) -> Steps:
    """Whether a way is a stairway, and what stands beside the steps."""
    if tags.get("highway") != "steps":
        return Steps.NONE
    wheelchair, ramp = tags.get("wheelchair", ""), tags.get("ramp:wheelchair", "")
    if ramp == "yes" or _SAID.get(wheelchair) == STEP_FREE:
        return Steps.WHEELCHAIR_RAMP
    # A ramp beside steps may be one for bicycles or prams.
    is_open = wheelchair == "limited" or (tags.get("ramp") == "yes" and ramp != "no")
    return Steps.SOME_RAMP if is_open else Steps.PLAIN


def name(tags: Tags) -> str | None:
    """Return the name of a thing, in the language of the place."""
    return tags.get("name") or tags.get("ref")


def area_kind(tags: Tags) -> str | None:
    """Return what an area is on the backdrop; None for what is not drawn."""
    if tags.get("building", "no") != "no":
        return "building"
    if tags.get("natural") == "water" or tags.get("waterway") == "riverbank":
        return "water"
    if tags.get("landuse") in _WATER_USE:
        return "water"
    if any(tags.get(key) in values for key, values in _GREEN.items()):
        return "green"
    return None


def line_kind(tags: Tags) -> str | None:
    """Return what a line is on the backdrop; None for what is not drawn."""
    if tags.get("tunnel", "no") != "no":
        return None
    if tags.get("railway") in _RAILWAYS:
        return "railway"
    if tags.get("waterway") in _WATERWAYS:
        return "waterway"
    return None
