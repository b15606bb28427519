"""OpenStreetMap's meaning of tags on single points: kerbs, barriers and entrances.

Sources: OpenStreetMap wiki, "Key:kerb" (flush 0 cm, lowered about 3 cm, raised more than that),
"Key:barrier", "Key:entrance", "Key:wheelchair", "Key:step_count", "Key:maxwidth:physical".
"""

import math
from dataclasses import dataclass
from typing import Final

from services.barriers import BarrierKind
from services.imports import measures
from services.imports.tags import Tags

KEYS: Final = ("kerb", "barrier", "entrance")
"""A point without any of these is neither."""

_KERB_M: Final = {"flush": 0.0, "no": 0.0, "lowered": 0.03}
_IMPASSABLE: Final = frozenset(
    ["stile", "turnstile", "full-height_turnstile", "kissing_gate", "cattle_grid", "step", "log"]
)
_GATES: Final = frozenset(
    ["gate", "lift_gate", "swing_gate", "sliding_gate", "wicket_gate", "door"]
)
_NARROW: Final = frozenset(
    ["bollard", "cycle_barrier", "motorcycle_barrier", "block", "planter", "jersey_barrier", "chain",
     "bump_gate", "horse_stile", "height_restrictor"]
)  # fmt: skip
_ENTRANCES: Final = frozenset(
    ["yes", "main", "home", "house", "staircase", "secondary", "service", "shop", "residence"]
)


@dataclass(frozen=True)
class Point:
    """What a point's tags say of passing it; NaN and None: nothing."""

    said: bool | None
    height_m: float
    width_m: float


@dataclass(frozen=True)
class Barrier(Point):
    """A barrier on a way."""

    kind: BarrierKind


@dataclass(frozen=True)
class Entrance(Point):
    """An entrance of a building; `steps`: their number, if that is known."""

    steps: int | None


def barrier(tags: Tags) -> Barrier | None:
    """Read a barrier; None for a point that is none."""
    value = tags.get("barrier", "")
    if "kerb" in tags or value == "kerb":
        return _kerb(tags)
    kind = _kind(value)
    if kind is None:
        return None
    said = _said(tags)
    if said is None and value in _IMPASSABLE:
        said = False
    return Barrier(said, math.nan, _width(tags), kind)


def entrance(tags: Tags) -> Entrance | None:
    """Read an entrance; None for a point that is none, or only a way out."""
    if tags.get("entrance") not in _ENTRANCES:
        return None
    said = _said(tags)
    if said is None and tags.get("ramp:wheelchair") == "yes":
        said = True
    count = tags.get("step_count", "")
    steps = int(count) if count.isdecimal() and len(count) <= 2 else None
    return Entrance(said, _height(tags), _width(tags), steps if said is None else None)


def _kerb(tags: Tags) -> Barrier:
    kerb, height, said = tags.get("kerb", ""), _height(tags), _said(tags)
    if math.isnan(height):
        height = _KERB_M.get(kerb, math.nan)
        if kerb == "raised" and said is None:
            said = False
    return Barrier(said, height, math.nan, BarrierKind.KERB)


def _kind(value: str) -> BarrierKind | None:
    if value in _GATES:
        return BarrierKind.GATE
    if value in _NARROW:
        return BarrierKind.NARROW
    return BarrierKind.OTHER if value in _IMPASSABLE else None


def _said(tags: Tags) -> bool | None:
    return {"yes": True, "designated": True, "no": False}.get(tags.get("wheelchair", ""))


def _height(tags: Tags) -> float:
    return _first(tags, "kerb:height", "step:height")


def _width(tags: Tags) -> float:
    found = _first(tags, "maxwidth:physical", "door:width", "entrance:width", "opening", "width")
    return found if found > 0 else math.nan


def _first(tags: Tags, *keys: str) -> float:
    """Read the first length that can be read."""
    for key in keys:
        value = measures.read_metres(tags[key]) if key in tags else None
        if value is not None:
            return value
    return math.nan
