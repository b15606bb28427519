"""The rural postman's choice: how often each section is walked beyond what is required."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from gis.patrol.problem import Oneway

if TYPE_CHECKING:
    from gis import arrays
    from gis.patrol.legs import Legs
    from gis.patrol.problem import Problem


@dataclass(frozen=True, eq=False)
class Model:
    """Edges that may be walked; the last is the way home if walks do not end where they start.

    Attributes
    ----------
    section
        Section of each edge, -1 for the way home, shape (e,).
    tail, head
        Ends, numbered from 0 among nodes in use, shape (e,); one-way edges lead from tail to head.
    metres
        Length, shape (e,).
    turned
        Whether the tail is the section's target, shape (e,).
    oneway
        Whether the edge leads from tail to head only, shape (e,).
    required
        Passes that are required, shape (e,).
    most
        Passes beyond these that can be of use, shape (e,).
    node
        The same as node of the sections, for each node in use, shape (n_nodes,).
    start
        Node at which what is required must hang together.
    """

    section: arrays.Int64s
    tail: arrays.Int64s
    head: arrays.Int64s
    metres: arrays.Floats
    turned: arrays.Bools
    oneway: arrays.Bools
    required: arrays.Int64s
    most: arrays.Floats
    node: arrays.Int64s
    start: int

    @property
    def n_nodes(self) -> int:
        """Nodes in use."""
        return len(self.node)

    @property
    def directed(self) -> bool:
        """Whether directions matter."""
        real = self.section >= 0
        return bool(self.oneway[real].any())

    @property
    def part(self) -> arrays.Int64s:
        """What hangs together by required edges alone, by node, shape (n_nodes,)."""
        return parts(self, self.required > 0)

    @property
    def odd(self) -> arrays.Bools:
        """Nodes where an odd number of required passes meet, shape (n_nodes,)."""
        meet = np.bincount(self.tail, self.required, self.n_nodes)
        meet += np.bincount(self.head, self.required, self.n_nodes)
        odd: arrays.Bools = meet.astype(np.int64) % 2 == 1
        return odd


def build(problem: Problem, legs: Legs) -> Model:
    """Build the model of all walks of a team over the legs that can be reached."""
    sections, team = problem.sections, problem.team
    count = np.bincount(legs.section, minlength=len(sections))
    used = np.flatnonzero((count > 0) | (sections.source != sections.target))
    turned = sections.oneway[used] == Oneway.BACKWARD
    source, target = sections.source[used], sections.target[used]
    tail, head = np.where(turned, target, source), np.where(turned, source, target)
    oneway = sections.oneway[used] != Oneway.BOTH
    most = _most(count[used], oneway, team.patrols)
    section = used.astype(np.int64)
    metres, required = sections.length_m[used], count[used]
    if team.start != team.end:
        section, metres = np.append(section, -1), np.append(metres, 0.0)
        tail, head = np.append(tail, team.end), np.append(head, team.start)
        turned, oneway = np.append(turned, np.False_), np.append(oneway, np.True_)
        required = np.append(required, 1)
        most = np.append(most, team.patrols - 1.0)
    whole = _parts_of(sections.n_nodes, tail, head)
    near = np.flatnonzero(whole[tail] == whole[team.start])
    nodes = np.unique(np.concatenate([tail[near], head[near], [team.start]]))
    return Model(
        section=section[near],
        tail=np.searchsorted(nodes, tail[near]),
        head=np.searchsorted(nodes, head[near]),
        metres=metres[near],
        turned=turned[near],
        oneway=oneway[near],
        required=required[near],
        most=most[near],
        node=nodes.astype(np.int64),
        start=int(np.searchsorted(nodes, team.start)),
    )


def _parts_of(n: int, tail: arrays.AnyInts, head: arrays.AnyInts) -> arrays.Int64s:
    links = sparse.coo_matrix((np.ones(len(tail)), (tail, head)), shape=(n, n))
    label: arrays.Int64s = csgraph.connected_components(links, directed=False)[1].astype(np.int64)
    return label


def _most(required: arrays.Int64s, oneway: arrays.Bools, patrols: int) -> arrays.Floats:
    """Count the passes beyond the required that can be of use: a walk needs two of an edge.

    Only one-way sections make more of use, since some must then be walked again and again.
    """
    if oneway.any():
        return np.full(len(required), 2.0 * patrols + float(required.sum()))
    most: arrays.Floats = 2.0 * patrols - (required > 0).astype(np.float64)
    return most


def parts(model: Model, kept: arrays.Bools) -> arrays.Int64s:
    """Find what hangs together by some of the edges, by node, shape (n_nodes,)."""
    return _parts_of(model.n_nodes, model.tail[kept], model.head[kept])
