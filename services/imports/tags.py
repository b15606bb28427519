"""What OpenStreetMap tags say about walking, by the documented meaning of the tags.

Sources: OpenStreetMap wiki, "OSM tags for routing/Access restrictions" (defaults for pedestrians),
"Key:wheelchair", "Key:ramp:wheelchair", "Tag:highway=steps".
"""

from collections.abc import Mapping
from typing import Final

Tags = Mapping[str, str]

STEP_FREE: Final = 1
UNKNOWN: Final = 0
NOT_STEP_FREE: Final = -1

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
    wheelchair = tags.get("wheelchair", "")
    if tags.get("ramp:wheelchair") == "yes" or wheelchair in ("yes", "designated"):
        return STEP_FREE
    if wheelchair == "no":
        return NOT_STEP_FREE
    if tags.get("highway") == "steps":
        # A ramp beside steps may be one for bicycles or prams.
        return UNKNOWN if tags.get("ramp") == "yes" or wheelchair == "limited" else NOT_STEP_FREE
    return UNKNOWN


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
