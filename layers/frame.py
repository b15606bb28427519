"""What the frame of a map shows around it; `templates/frame.html` places it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Toggle:
    """A check box for a layer; an inverse one is off at first."""

    key: str
    text: str
    inverse: bool = False


@dataclass(frozen=True)
class Tab:
    """A table beside the map: its place and its name."""

    part: str
    text: str


@dataclass(frozen=True)
class Scope:
    """The unit an answer is limited to, and the address of the answer without the limit."""

    name: str
    without: str


@dataclass(frozen=True)
class NumberInput:
    """A number that the form asks for, and what it may be."""

    name: str
    label: str
    value: str
    low: int
    high: int
    step: int = 1


@dataclass(frozen=True)
class ChoiceInput:
    """Something the form lets choose: values and their words."""

    name: str
    label: str
    value: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Question:
    """The form that asks again.

    Attributes
    ----------
    inputs
        What it asks for beside the day.
    folded, choices
        What it asks for, too, folded away as seldom changed.
    kept
        Names and values that the next question keeps.
    """

    action: str
    as_of: str
    inputs: tuple[NumberInput, ...]
    kept: tuple[tuple[str, str], ...]
    folded: tuple[NumberInput, ...] = ()
    choices: tuple[ChoiceInput, ...] = ()


@dataclass(frozen=True)
class Link:
    """Another page about the same."""

    address: str
    text: str


@dataclass(frozen=True)
class Files:
    """Files of the figures shown: what they hold, and a link for each format."""

    title: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class RuleLine:
    """A figure relied on: what it says, how much, whether it was checked, and where from."""

    text: str
    value: str
    state: str
    source: str


@dataclass(frozen=True)
class Rules:
    """The figures of a rule set."""

    title: str
    lines: tuple[RuleLine, ...]


@dataclass(frozen=True)
class Frame:
    """Words around the map.

    Attributes
    ----------
    title, sentence, finding
        What the map is about, its answer in a sentence, and what is remarkable in it.
    terms
        Date, limit, rule set: what the figures depend on.
    generated
        Whether generated sample data is shown.
    question, scope
        None where the page cannot ask again, or answers for everything.
    shows, levels
        Values and words of the choices.
    source
        Lines at the foot of a sheet.
    links
        Other pages about the same; none in a file.
    files
        The same figures as files; none in a file.
    rules
        What the figures rely on.
    """

    title: str
    sentence: str
    finding: str
    terms: tuple[str, ...]
    generated: bool
    question: Question | None
    scope: Scope | None
    shows: tuple[tuple[str, str], ...]
    levels: tuple[tuple[str, str], ...]
    toggles: tuple[Toggle, ...]
    tabs: tuple[Tab, ...]
    source: tuple[str, ...]
    links: tuple[Link, ...] = ()
    files: tuple[Files, ...] = ()
    rules: tuple[Rules, ...] = ()
