"""Patrol plans: how near to the best, how soon."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bench import arc_routing, arena, report
from gis.patrol import planner, plans, postman, problem, reachability, roads, tour_splitting

_PATROLS = (2, 3, 4, 5)
_SECONDS, _SECONDS_FULL = 1.0, 30.0
_SOON = 2.0
_RATIO = 1.07
_GOOD = 1.02
_STOPPED = 1.0
"""Seconds between two plans, at each of which planning can be stopped."""

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
    soon
        Longest walk of the plan after `_SOON` seconds by that of the last.
    gap
        What the plan says of itself; 0 is proved optimal.
    flaws
        Sections missed, walks that do not hang together.
    """

    name: str
    patrols: int
    ratio: float
    to_classical: float
    soon: float
    gap: float
    flaws: int
    seconds: float

    @property
    def proved(self) -> bool:
        """Whether the plan says that it is optimal."""
        return self.gap <= _SAME


def run(_: arena.Arena, size: arena.Size) -> report.Section:
    """Plan every instance; those published are looked for beside the checkout."""
    seconds = _SECONDS_FULL if size.full else _SECONDS
    instances = arc_routing.published()
    results = [found for one in instances for found in _results(one, seconds)]
    rows, claims = _large()
    return report.Section(
        "patrol-plan",
        f"Patrol plans: {len(instances)} published networks, {seconds:.0f} s each, and a town of"
        f" {_LARGE:,} sections",
        [*_rows(results), *rows],
        [*_one_patrol(instances), *_claims(results), *claims],
        [
            (
                "Ratio: longest walk by the greater of the postman's optimum (networkx) shared evenly"
                " and the longest walk that must go to one section and back. The best plan can be"
                " longer than that: where it is proved, it is."
            ),
            (
                "Half required: chosen at random; HiGHS solves a model of its own, of flows instead"
                " of cuts, and where it proves an optimum it is compared."
            ),
            (
                "Every plan is walked through: from the depot and back, section by section, none"
                " missed."
            ),
            "Promised for 30 s each, which `--full` gives; plans proved optimal end sooner.",
            "The published networks (Martinelli's CARPData) are not part of the checkout.",
        ],
    )


def _last(asked: problem.Problem, seconds: float) -> plans.Plan:
    *_, last = planner.plan(asked, seconds)
    return last


def _one_patrol(instances: list[arc_routing.Instance]) -> list[report.Claim]:
    """Chinese and rural postman: how many walks are longer or shorter than the optimum."""
    if not instances:
        return []
    halves = [arc_routing.half_required(one, seed) for seed, one in enumerate(instances)]
    return [
        _differ("all required", [one for one in instances if one.whole]),
        _differ("half required", halves),
    ]


def _differ(what: str, instances: list[arc_routing.Instance]) -> report.Claim:
    known = [(one, arc_routing.optimum(one)) for one in instances]
    proved = [(one, optimum) for one, optimum in known if optimum is not None]
    wrong = sum(not _equal(one, optimum) for one, optimum in proved)
    text = f"1 patrol, {what}, {len(proved)} of {len(known)} optima known: not equal to that"
    return report.Claim(text, wrong, 0, "")


def _equal(one: arc_routing.Instance, optimum: float) -> bool:
    last = _last(one.problem(1), _SECONDS_FULL)
    exact = math.isclose(last.longest_m, optimum, abs_tol=_SAME)
    return exact and not arc_routing.flaws(one, last.walks)


def _results(one: arc_routing.Instance, seconds: float) -> Iterator[_Result]:
    optimum, farthest = arc_routing.optimum(one), arc_routing.farthest(one)
    for patrols in _PATROLS:
        share = math.ceil(optimum / patrols) if optimum is not None else 0
        yield _result(one, patrols, max(share, farthest), seconds)


def _result(one: arc_routing.Instance, patrols: int, least_m: float, seconds: float) -> _Result:
    asked, soon = one.problem(patrols), math.inf
    begun = time.perf_counter()
    for plan in planner.plan(asked, seconds):
        taken = time.perf_counter() - begun
        if taken <= _SOON or soon == math.inf:
            soon = plan.longest_m
    return _Result(
        one.name,
        patrols,
        plan.longest_m / least_m,
        plan.longest_m / _classical(asked),
        soon / plan.longest_m,
        plan.gap,
        arc_routing.flaws(one, plan.walks),
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
                f" {sum(result.proved for result in some)} of {len(some)} proved optimal,"
                f" largest gap {max(result.gap for result in some):.1%};"
                f" mean {np.mean([result.seconds for result in some]):.1f} s"
            )
            rows.append((f"{patrols} patrols", text))
    unproved = [f"{one.name} ({one.patrols})" for one in results if not one.proved]
    return [*rows, ("not proved (patrols)", ", ".join(unproved) or "none")] if rows else []


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
        *_soon([result for result in results if result.seconds > _SOON]),
        report.Claim(
            "sections missed, walks that do not hang together",
            sum(result.flaws for result in results),
            0,
            "",
        ),
    ]


def _soon(longer: list[_Result]) -> list[report.Claim]:
    """How good plans are early, of those that went on for longer."""
    if not longer:
        return []
    mean = float(np.mean([result.soon for result in longer]))
    text = f"longest walk after {_SOON:.0f} s by that of the last plan, mean"
    return [report.Claim(text, mean, _GOOD)]


def _large() -> tuple[list[tuple[str, str]], list[report.Claim]]:
    """Plan a town: how soon there is a plan, how even it is, how much better it gets."""
    town = arc_routing.Instance("town", arc_routing.town(_LARGE))
    asked = town.problem(_LARGE_PATROLS)
    begun, at, longest = time.perf_counter(), [], []
    for plan in planner.plan(asked, _LARGE_SECONDS):
        at.append(time.perf_counter() - begun)
        longest.append(plan.longest_m)
    lengths = np.array([walk.length_m for walk in plan.walks])
    what = f"{_LARGE:,} sections, {_LARGE_PATROLS} patrols"
    text = f"longest walk {longest[-1] / 1000:.1f} km, gap {plan.gap:.1%}"
    return (
        [
            (f"{what}: first plan", f"{report.seconds(at[0])}, {longest[0] / 1000:.1f} km"),
            (f"{what}: after {at[-1]:.1f} s", text),
        ],
        [
            report.Claim(f"{what}: first plan", at[0], _LARGE_SECONDS, "s"),
            report.Claim(f"{what}: longest by mean walk", lengths.max() / lengths.mean(), _BALANCE),
            report.Claim(f"{what}: sections missed", arc_routing.flaws(town, plan.walks), 0, ""),
            report.Claim(f"{what}: from one plan to the next", max(np.diff(at)), _STOPPED, "s"),
        ],
    )
