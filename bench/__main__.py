"""Run the benchmarks: ``python -m bench [--full] [--only NAME]...``."""

import argparse
import logging
import signal
import sys
import time
from collections.abc import Callable

import structlog

from bench import (
    arena,
    assign,
    coverage,
    growth,
    importing,
    map_page,
    nearest,
    patrol_plan,
    people,
    ramps,
    report,
    tracks,
)

BENCHMARKS: dict[str, Callable[[arena.Arena, arena.Size], report.Section]] = {
    "assign": assign.run,
    "import": importing.run,
    "nearest": nearest.run,
    "coverage": coverage.run,
    "map": map_page.run,
    "growth": growth.run,
    "patrol-plan": patrol_plan.run,
    "tracks": tracks.run,
    "ramps": ramps.run,
    "people": people.run,
}


def main() -> int:
    """Run what was asked for; 0 if every promise was kept, 1 if not."""
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="also the sizes that take long")
    parser.add_argument(
        "--only",
        action="append",
        choices=BENCHMARKS,
        metavar="NAME",
        help=f"one of {', '.join(BENCHMARKS)}; may be repeated",
    )
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: ended"))  # and clean up on the way
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    begun, sections = time.monotonic(), []
    with arena.opened() as place:
        for name in asked.only or BENCHMARKS:
            print(f"bench: {name} ...", file=sys.stderr, flush=True)
            sections.append(BENCHMARKS[name](place, arena.Size(asked.full)))
            print(sections[-1].text(), flush=True)
    taken = time.monotonic() - begun
    missed = [c.text for section in sections for c in section.claims if not c.kept]
    if not asked.only:
        report.PAGE.write_text(report.page(sections, taken), encoding="utf-8")
    for text in missed:
        print(f"bench: missed: {text}", file=sys.stderr)
    print(f"bench: {taken / 60:.1f} minutes on {report.machine()}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
