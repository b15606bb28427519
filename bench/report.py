"""What a benchmark found, and its table."""

import os
import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Claim:
    """A promise and what was measured of it.

    Attributes
    ----------
    text
        The promise.
    value, limit
        Measured and allowed, in `unit`; kept if the value is at most the limit.
    """

    text: str
    value: float
    limit: float
    unit: str = "x"

    @property
    def kept(self) -> bool:
        """Whether the promise holds."""
        return self.value <= self.limit


@dataclass(frozen=True)
class Section:
    """One benchmark.

    Attributes
    ----------
    rows
        What ran, and its figure as text (``1.23 s``).
    notes
        What one must know to repeat or doubt it.
    """

    name: str
    title: str
    rows: list[tuple[str, str]]
    claims: list[Claim]
    notes: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return the section as Markdown."""
        lines = [f"## {self.title}", "", "| what | measured |", "|---|---|"]
        lines += [f"| {what} | {measured} |" for what, measured in self.rows]
        lines += ["", "| promise | measured | allowed | kept |", "|---|---|---|---|"]
        lines += [
            f"| {c.text} | {_number(c.value)} {c.unit} | {_number(c.limit)} {c.unit} |"
            f" {'yes' if c.kept else '**no**'} |"
            for c in self.claims
        ]
        return "\n".join([*lines, "", *(f"- {note}" for note in self.notes), ""])


def seconds(value: float) -> str:
    """Return a duration for a table."""
    return f"{value * 1000:.1f} ms" if value < 0.1 else f"{value:.2f} s"


def page(sections: list[Section], taken_s: float) -> str:
    """Return the whole report as Markdown."""
    head = [
        "# Benchmarks",
        "",
        "Written by `script/bench`. Each peer at its best, in turns with ours in the same run;",
        "medians. A busy machine moves seconds more than ratios: what is promised in seconds holds on an idle one.",
        "",
        (
            f"{machine()}; {datetime.now(UTC):%Y-%m-%d}; {taken_s / 60:.1f} minutes;"
            f" load at the end {os.getloadavg()[2]:.1f} (15 minutes' mean; the benchmark's own is 1 to 2)."
        ),
        "",
    ]
    return "\n".join([*head, *(section.text() for section in sections)])


def machine() -> str:
    """Describe the machine in a line."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    model = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return (
        f"{model}, {os.cpu_count()} cores, {gigabytes:.0f} GB; Python {platform.python_version()}"
    )


def _number(value: float) -> str:
    return f"{value:.3g}"
