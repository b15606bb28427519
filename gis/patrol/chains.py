"""Walks cut into chains of legs, and put together from them again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.patrol import orders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gis import arrays
    from gis.patrol.legs import Legs


@dataclass(frozen=True, eq=False)
class Course:
    """A route and the metres along it.

    Attributes
    ----------
    route
        Directed legs, shape (t,).
    onward, inverse
        Metres from the beginning of the first leg to the end of each, as it stands and with every
        leg turned round and the order reversed, shape (t,) each.
    length_m
        Metres of the whole walk.
    """

    route: arrays.Int64s
    onward: arrays.Floats
    inverse: arrays.Floats
    length_m: float


@dataclass(frozen=True, eq=False)
class Pieces:
    """Chains of one or two courses.

    Attributes
    ----------
    parts
        Directed legs of each chain as it stood, c of them.
    chains
        The same as costs.
    """

    parts: list[arrays.Int64s]
    chains: orders.Chains

    def joined(self, order: list[int]) -> arrays.Int64s:
        """Put directed chains together to a route."""
        parts = [self.parts[c >> 1][::-1] ^ 1 if c & 1 else self.parts[c >> 1] for c in order]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def course(legs: Legs, route: arrays.Int64s) -> Course:
    """Measure a route."""
    if not len(route):
        nothing = np.zeros(0)
        return Course(route, nothing, nothing, 0.0)
    turned = route ^ 1
    tails, heads = legs.out[route], legs.into[route]
    hops = legs.distances.pairs(
        np.concatenate([[legs.start], tails[:-1], tails[-1:], legs.out[turned[1:]]]),
        np.concatenate([heads[:1], heads[1:], [legs.end], legs.into[turned[:-1]]]),
    )
    n = len(route)
    onward = legs.cost[route].cumsum()
    inverse = legs.cost[turned].cumsum()
    onward[1:] += hops[1:n].cumsum()
    inverse[1:] += hops[n + 1 :].cumsum()
    return Course(route, onward, inverse, float(hops[0] + onward[-1] + hops[n]))


def cut(legs: Legs, courses: Sequence[Course], starts: Sequence[arrays.Int64s]) -> Pieces:
    """Cut courses into chains that begin at the given places, ascending from 0."""
    parts: list[arrays.Int64s] = []
    into, out, cost = [], [], []
    for of, begins in zip(courses, starts, strict=True):
        if not len(of.route):
            continue
        ends = np.append(begins[1:], len(of.route)) - 1
        first, last = of.route[begins], of.route[ends]
        into.append(np.stack([legs.into[first], legs.out[last]], axis=1).ravel())
        out.append(np.stack([legs.out[last], legs.into[first]], axis=1).ravel())
        onward = of.onward[ends] - of.onward[begins] + legs.cost[first]
        inverse = of.inverse[ends] - of.inverse[begins] + legs.cost[first ^ 1]
        cost.append(np.stack([onward, inverse], axis=1).ravel())
        parts += [of.route[a : b + 1] for a, b in zip(begins.tolist(), ends.tolist(), strict=True)]
    metres = np.concatenate(cost)
    table = legs.distances.between(
        np.concatenate([[legs.start], *out]), np.concatenate([*into, [legs.end]])
    )
    through = table[:, :-1] + metres
    return Pieces(
        parts,
        orders.Chains(
            first=through[0].astype(np.float32),
            step=through[1:].astype(np.float32),
            last=table[1:, -1].astype(np.float32),
        ),
    )
