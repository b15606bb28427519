"""Patrol plans: how near to the best, how soon."""

import math
import time
from dataclasses import dataclass

import numpy as np

from bench import arc_routing, arena, report
from gis.patrol import planner, plans, postman, problem, reachability, roads, tour_splitting

_PATROLS = (2, 3, 4, 5)
_SECONDS, _SECONDS_FULL = 1.0, 30.0
_RATIO = 1.07
_LARGE, _LARGE_PATROLS, _LARGE_SECONDS = 5_000, 10, 10.0
_BALANCE = 1.1
_SAME = 1e-6


@dataclass(frozen=True)
class _Result:
    """One instance planned for one number of patrols.

    Attributes
    ----------
    ratio
        Longest walk by the greater of the postman's share and the farthest section's walk.
    to_classical
        Longest walk by that of the classical tour splitting.
    proved
        Whether the plan's bound says that it is optimal.
    """

    name: str
    patrols: int
    ratio: float
    to_classical: float
    proved: bool
    seconds: float


def run(_: arena.Arena, size: arena.Size) -> report.Section:
    """Plan every instance; those published are looked for beside the checkout."""
    seconds = _SECONDS_FULL if size.full else _SECONDS
    instances = arc_routing.published()
    walks, rural = _one_patrol(instances)
    results = [_result(one, patrols, seconds) for one in instances for patrols in _PATROLS]
    rows, claims = _large()
    return report.Section(
        "patrol-plan",
        f"Patrol plans: {len(instances)} published networks of 15 to 51 sections, {seconds:.0f} s"
        f" each, and a town of {_LARGE:,}",
        [*_rows(results), *rows],
        [*walks, *rural, *_claims(results), *claims],
        [
            (
                "Ratio: longest walk by the greater of the postman's optimum (networkx) shared evenly"
                " and the longest walk that must go to one section and back. The best plan can be"
                " longer than that: where it is proved, it is."
            ),
            (
                "Rural: a random half is required; HiGHS solves a model of its own, of flows instead"
                " of cuts."
            ),
            "Promised for 30 s each, which `--full` gives; plans proved optimal end sooner.",
            "The published networks (Martinelli's CARPData) are not part of the checkout.",
        ],
    )


def _last(asked: problem.Problem, seconds: float) -> plans.Plan:
    *_, last = planner.plan(asked, seconds)
    return last


def _one_patrol(
    instances: list[arc_routing.Instance],
) -> tuple[list[report.Claim], list[report.Claim]]:
    """Chinese and rural postman: how many walks are longer or shorter than the optimum."""
    differ, rural, known = 0, 0, 0
    for number, one in enumerate(instances):
        differ += not _equal(one, arc_routing.postman_optimum(one))
        half = arc_routing.half_required(one, seed=number)
        optimum = arc_routing.rural_optimum(half)
        if optimum is not None:
            known += 1
            rural += not _equal(half, optimum)
    return (
        [report.Claim(f"1 patrol, all {len(instances)}: not the postman's optimum", differ, 0, "")],
        [report.Claim(f"1 patrol, half required, {known} proved by HiGHS: differ", rural, 0, "")],
    )


def _equal(one: arc_routing.Instance, optimum: float) -> bool:
    return math.isclose(_last(one.problem(1), _SECONDS_FULL).longest_m, optimum, abs_tol=_SAME)


def _result(one: arc_routing.Instance, patrols: int, seconds: float) -> _Result:
    asked = one.problem(patrols)
    begun = time.perf_counter()
    plan = _last(asked, seconds)
    taken = time.perf_counter() - begun
    share = math.ceil(arc_routing.postman_optimum(one) / patrols)
    return _Result(
        one.name,
        patrols,
        plan.longest_m / max(share, arc_routing.farthest(one)),
        plan.longest_m / _classical(asked),
        plan.longest_m - plan.bound_m <= _SAME,
        taken,
    )


def _classical(asked: problem.Problem) -> float:
    """Longest walk when the postman's tour is split as Frederickson, Hecht and Kim do."""
    legs, _ = reachability.legs_within_reach(asked, roads.build(asked.sections))
    tour = postman.tour(asked, legs).route
    walks = tour_splitting.classical(legs, tour, asked.team.patrols)
    return max(legs.length(walk) for walk in walks)


def _rows(results: list[_Result]) -> list[tuple[str, str]]:
    rows = []
    for patrols in _PATROLS:
        some = [result for result in results if result.patrols == patrols]
        if some:
            ratios = np.array([result.ratio for result in some])
            text = (
                f"mean ratio {ratios.mean():.3f}, worst {ratios.max():.3f};"
                f" {sum(result.proved for result in some)} of {len(some)} proved optimal;"
                f" mean {np.mean([result.seconds for result in some]):.1f} s"
            )
            rows.append((f"{patrols} patrols", text))
    return rows


def _claims(results: list[_Result]) -> list[report.Claim]:
    if not results:
        return []
    ratios = [
        (patrols, float(np.mean([r.ratio for r in results if r.patrols == patrols])))
        for patrols in _PATROLS
    ]
    unproved = sum(not r.proved for r in results if r.name.startswith("kshs"))
    return [
        *(report.Claim(f"{patrols} patrols: mean ratio", mean, _RATIO) for patrols, mean in ratios),
        report.Claim("the six kshs networks: plans not proved optimal", unproved, 0, ""),
        report.Claim(
            "longest walk by that of Frederickson, Hecht and Kim, at worst",
            max(result.to_classical for result in results),
            1.0,
        ),
    ]


def _large() -> tuple[list[tuple[str, str]], list[report.Claim]]:
    """Plan a town: how soon there is one, and how even it is."""
    asked = problem.Problem(arc_routing.town(_LARGE), problem.Team(_LARGE_PATROLS, 0, 0))
    begun, first = time.perf_counter(), 0.0
    for plan in planner.plan(asked, _LARGE_SECONDS):
        first = first or time.perf_counter() - begun
        last = plan
    lengths = np.array([walk.length_m for walk in last.walks])
    assert not len(last.left_out)
    what = f"{_LARGE:,} sections, {_LARGE_PATROLS} patrols"
    return (
        [
            (f"{what}: first plan", report.seconds(first)),
            (
                f"{what}: after {_LARGE_SECONDS:.0f} s",
                f"longest walk {last.longest_m / 1000:.1f} km, gap {last.gap:.0%}",
            ),
        ],
        [
            report.Claim(f"{what}: first plan", first, _LARGE_SECONDS, "s"),
            report.Claim(f"{what}: longest by mean walk", lengths.max() / lengths.mean(), _BALANCE),
        ],
    )
