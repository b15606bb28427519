"""Small random problems, and the slow, obvious way to solve and to check them."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import strategies as st

from gis.patrol import problem

if TYPE_CHECKING:
    from gis.patrol import plans

Table = list[list[float]]


def sections(
    n_nodes: int, rows: list[tuple[int, int, float, int, int]], weight: list[float] | None = None
) -> problem.Sections:
    """Sections from rows of source, target, metres, passes and direction."""
    source, target, metres, passes, oneway = zip(*rows, strict=True) if rows else ((),) * 5
    return problem.Sections(
        n_nodes,
        np.array(source, np.int32),
        np.array(target, np.int32),
        np.array(metres, np.float64),
        np.array(passes, np.int32),
        np.array(oneway, np.int8),
        np.array(weight if weight is not None else [1.0] * len(rows), np.float64),
    )


@st.composite
def problems(
    draw: st.DrawFn,
    max_legs: int = 5,
    max_patrols: int = 3,
    directions: tuple[int, ...] = (0, 0, 0, 1, -1),
) -> problem.Problem:
    """Sections with loops, parallels, one-ways and separate parts; any start, any end."""
    n = draw(st.integers(2, 6))
    node = st.integers(0, n - 1)
    rows = draw(
        st.lists(
            st.tuples(
                node,
                node,
                st.integers(1, 30).map(float),
                st.sampled_from((0, 0, 1, 1, 1, 2)),
                st.sampled_from(directions),
            ),
            min_size=1,
            max_size=9,
        ).filter(lambda rows: sum(row[3] for row in rows) <= max_legs)
    )
    start = draw(node)
    team = problem.Team(
        draw(st.integers(1, max_patrols)), start, draw(st.one_of(st.just(start), node))
    )
    return problem.Problem(sections(n, rows), team)


def connected_problems(max_legs: int = 8) -> st.SearchStrategy[problem.Problem]:
    """Closed walks over sections that can all be reached and walked in both directions."""

    @st.composite
    def strategy(draw: st.DrawFn) -> problem.Problem:
        n = draw(st.integers(2, 6))
        metres = st.integers(1, 30).map(float)
        tree = [(draw(st.integers(0, k - 1)), k, draw(metres)) for k in range(1, n)]
        node = st.integers(0, n - 1)
        more = draw(st.lists(st.tuples(node, node, metres), max_size=6))
        rows = [(a, b, c, draw(st.sampled_from((0, 1, 1))), 0) for a, b, c in tree + more]
        kept = [row if k < max_legs else (*row[:3], 0, 0) for k, row in enumerate(rows)]
        return problem.Problem(sections(n, kept), problem.Team(draw(st.integers(1, 4)), 0, 0))

    return strategy()


def distances(asked: problem.Problem) -> Table:
    """Metres between all nodes (Floyd & Warshall)."""
    parts = asked.sections
    table = [
        [0.0 if a == b else math.inf for b in range(parts.n_nodes)] for a in range(parts.n_nodes)
    ]
    for a, b, metres, way in zip(
        parts.source.tolist(),
        parts.target.tolist(),
        parts.length_m.tolist(),
        parts.oneway.tolist(),
        strict=True,
    ):
        if way >= 0:
            table[a][b] = min(table[a][b], metres)
        if way <= 0:
            table[b][a] = min(table[b][a], metres)
    for k, a, b in itertools.product(range(parts.n_nodes), repeat=3):
        table[a][b] = min(table[a][b], table[a][k] + table[k][b])
    return table


def shortest_walk(asked: problem.Problem, table: Table, legs: tuple[int, ...]) -> float:
    """Metres of the shortest walk over some sections, by trying every order and direction."""
    if not legs:
        return 0.0
    parts, best = asked.sections, math.inf
    for order in itertools.permutations(legs):
        reached = {asked.team.start: 0.0}
        for section in order:
            a, b = int(parts.source[section]), int(parts.target[section])
            way, metres = int(parts.oneway[section]), float(parts.length_m[section])
            onward: dict[int, float] = {}
            for tail, head, allowed in ((a, b, way >= 0), (b, a, way <= 0)):
                if allowed:
                    least = min(far + table[node][tail] for node, far in reached.items())
                    onward[head] = min(onward.get(head, math.inf), least + metres)
            reached = onward
        best = min(best, *(far + table[node][asked.team.end] for node, far in reached.items()))
    return best


def least_longest(asked: problem.Problem, legs: list[int]) -> float:
    """Longest walk of the best plan, by trying every way of sharing the legs out."""
    table, known = distances(asked), {}

    def walk(part: tuple[int, ...]) -> float:
        if part not in known:
            known[part] = shortest_walk(asked, table, part)
        return known[part]

    best = math.inf
    for shares in itertools.product(range(asked.team.patrols), repeat=len(legs)):
        parts = [
            tuple(leg for leg, who in zip(legs, shares, strict=True) if who == patrol)
            for patrol in range(asked.team.patrols)
        ]
        best = min(best, max(walk(part) for part in parts))
    return best


def reachable(asked: problem.Problem) -> list[int]:
    """Section of every required pass that some walk alone could do."""
    table = distances(asked)
    return [
        section
        for section, passes in enumerate(asked.sections.passes.tolist())
        for _ in range(passes)
        if math.isfinite(shortest_walk(asked, table, (section,)))
    ]


def check(asked: problem.Problem, plan: plans.Plan) -> None:
    """Hold a plan to what it says: walks hang together, lengths are right, nothing is missed."""
    parts, team = asked.sections, asked.team
    walked = np.zeros(len(parts), dtype=np.int64)
    assert len(plan.walks) == team.patrols
    for walk in plan.walks:
        assert walk.length_m == float(parts.length_m[walk.section].sum())
        assert walk.length_m <= team.limit_m + 1e-6
        if not len(walk.section):
            continue
        source, target = parts.source[walk.section], parts.target[walk.section]
        tail, head = np.where(walk.forward, source, target), np.where(walk.forward, target, source)
        assert tail[0] == team.start
        assert head[-1] == team.end
        assert (head[:-1] == tail[1:]).all()
        assert (parts.oneway[walk.section] * np.where(walk.forward, 1, -1) >= 0).all()
        np.add.at(walked, walk.section, 1)
    missed = np.bincount(plan.left_out.section, minlength=len(parts))
    assert (walked >= parts.passes - missed).all()
    assert plan.longest_m == max(walk.length_m for walk in plan.walks)
    assert plan.bound_m <= plan.longest_m + 1e-6
    assert 0.0 <= plan.gap <= 1.0


def grid(side: int, seed: int = 0) -> problem.Sections:
    """A town of side x side crossings, a few sections missing, none like another."""
    rng = np.random.default_rng(seed)
    place = np.arange(side * side).reshape(side, side)
    source = np.concatenate([place[:, :-1].ravel(), place[:-1].ravel()])
    target = np.concatenate([place[:, 1:].ravel(), place[1:].ravel()])
    spine = np.concatenate([np.ones(side * (side - 1)), (np.tile(np.arange(side), side - 1) == 0)])
    kept = np.flatnonzero((rng.random(len(source)) < 0.85) | (spine == 1))
    metres = rng.integers(40, 160, len(kept)).astype(np.float64)
    return problem.all_once(side * side, source[kept], target[kept], metres)
