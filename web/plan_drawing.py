"""A plan as pages show it: minutes of each walk, and a drawing of each day."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.patrol.plan_jobs import StoredPlan
from services.patrol.roads import Roads

_WIDTH = 640.0
_MARGIN_M = 30.0
_NAMED = 12


@dataclass(frozen=True)
class Walk:
    """One patrol's walk: its number, metres, minutes, and points of an SVG polyline."""

    number: int
    length_m: float
    minutes: float
    points: str


@dataclass(frozen=True)
class Day:
    """A day of the week of a plan.

    Attributes
    ----------
    bound_min, gap
        No plan's longest walk is shorter than so many minutes; share by which ours may be longer.
    left_out
        By reason: number of sections, and names of some of their roads.
    width, height
        Of the drawing.
    roads
        Points of the sections to be walked, a polyline each.
    """

    weekday: int
    walks: tuple[Walk, ...]
    longest_min: float
    bound_min: float
    gap: float
    left_out: tuple[tuple[str, int, str], ...]
    width: float
    height: float
    roads: tuple[str, ...]


def days(roads: Roads, plan: StoredPlan) -> tuple[Day, ...]:
    """Return each day of a plan; none where there is none yet, or of another network."""
    if plan.result is None or is_outdated(roads, plan):
        return ()
    wanted = roads.demanded(plan.unit_code)
    frame = _Frame(roads, np.union1d(wanted, _walked(plan.result)))
    background = tuple(frame.line(int(edge)) for edge in wanted)
    speed = plan.asked.speed_km_h / 3.6
    return tuple(
        Day(
            weekday=one["weekday"],
            walks=tuple(
                Walk(
                    number,
                    walk["length_m"],
                    walk["length_m"] / speed / 60,
                    frame.walk(walk["edges"], walk["forward"]),
                )
                for number, walk in enumerate(one["walks"], start=1)
            ),
            longest_min=one["longest_m"] / speed / 60,
            bound_min=one["bound_m"] / speed / 60,
            gap=one["gap"],
            left_out=tuple(
                (reason, len(edges), _names(roads, edges))
                for reason, edges in one["left_out"].items()
                if edges
            ),
            width=_WIDTH,
            height=frame.height,
            roads=background,
        )
        for one in plan.result["days"]
    )


def is_outdated(roads: Roads | None, plan: StoredPlan) -> bool:
    """Whether a plan is of roads that another network has taken the place of."""
    if plan.result is None or roads is None:
        return False
    return bool(plan.result["network"] != roads.stored.id)


def _walked(result: Mapping[str, Any]) -> NDArray[np.int64]:
    """Sections of all walks: some lead beyond the unit."""
    walks = [walk["edges"] for day in result["days"] for walk in day["walks"]]
    return np.array([edge for edges in walks for edge in edges], np.int64)


def _names(roads: Roads, edges: list[int]) -> str:
    names = sorted({str(roads.names[edge]) for edge in edges if roads.names[edge]})
    return "、".join(names[:_NAMED])


class _Frame:
    """Puts metres on a sheet: north is up."""

    def __init__(self, roads: Roads, shown: NDArray[np.int64]) -> None:
        self._network = roads.stored.network
        bounds: Any = self._network.bounds[:, shown]
        self._west, south = bounds[0].min() - _MARGIN_M, bounds[1].min() - _MARGIN_M
        east, self._north = bounds[2].max() + _MARGIN_M, bounds[3].max() + _MARGIN_M
        self._scale = _WIDTH / max(east - self._west, 1.0)
        self.height = round(float((self._north - south) * self._scale), 1)

    def line(self, edge: int) -> str:
        """Return the points of a section."""
        return self._points(self._coords(edge))

    def walk(self, edges: list[int], forward: list[bool]) -> str:
        """Return the points of a walk, section after section."""
        parts = [
            self._coords(edge) if onward else self._coords(edge)[::-1]
            for edge, onward in zip(edges, forward, strict=True)
        ]
        return self._points(np.concatenate(parts)) if parts else ""

    def _coords(self, edge: int) -> NDArray[np.float64]:
        start = self._network.coord_start
        return self._network.coords[start[edge] : start[edge + 1]]

    def _points(self, xy: NDArray[np.float64]) -> str:
        x = (xy[:, 0] - self._west) * self._scale
        y = (self._north - xy[:, 1]) * self._scale
        return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x.tolist(), y.tolist(), strict=True))
