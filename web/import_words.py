"""What an import says of a file, in words: the same fault of many rows is one sentence."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from services.imports.report import Problem
from services.settings import Language
from web.i18n import Translator

_RANGES = 10


@dataclass(frozen=True)
class Told:
    """A fault, and where it is.

    Attributes
    ----------
    key
        Message key of the fault.
    rows
        The rows that have it, ascending; empty: the file as a whole.
    field
        Heading of the column.
    words
        What is wrong, and what to do.
    """

    key: str
    rows: tuple[int, ...]
    field: str | None
    words: str

    def numbers(self, t: Translator) -> str:
        """Return the rows as people write them: ``2–21, 30``."""
        ranges = [str(a) if a == b else f"{a}–{b}" for a, b in _ranges(self.rows)]
        if len(ranges) <= _RANGES:
            return ", ".join(ranges)
        return t("import.rows.more", rows=", ".join(ranges[:_RANGES]), n=len(self.rows))

    def sentence(self, t: Translator) -> str:
        """Return it in one line, with its place in the file."""
        if not self.rows:
            return self.words
        rows = self.numbers(t)
        if self.key.partition(".import.")[2].startswith("track."):
            place = t("import.place.track", row=rows)
        elif self.field:
            place = t("import.place.field", row=rows, field=self.field)
        else:
            place = t("import.place.row", row=rows)
        return t("import.place.words", place=place, words=self.words)


def told(t: Translator, problems: Iterable[Problem]) -> list[Told]:
    """Put problems in words, in their order; the same of several rows together."""
    together: dict[tuple[str, bool, str | None, str], list[int]] = {}
    for problem in problems:
        words = t(problem.key, **problem.params)
        same = (problem.key, problem.row is None, problem.field, words)
        rows = together.setdefault(same, [])
        if problem.row is not None:
            rows.append(problem.row)
    return [
        Told(key, tuple(sorted(rows)), field, words)
        for (key, _, field, words), rows in together.items()
    ]


def sentence(t: Translator, problem: Problem) -> str:
    """Return one problem in words, with its place in the file."""
    return told(t, [problem])[0].sentence(t)


def in_language(
    translators: Mapping[Language, Translator], default: Language
) -> Callable[[str], Callable[[Problem], str]]:
    """Return what finds, for a language by its name, how a problem is put into words."""

    def words(name: str) -> Callable[[Problem], str]:
        t = translators[Language(name) if name in set(Language) else default]
        return lambda problem: sentence(t, problem)

    return words


def _ranges(rows: tuple[int, ...]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for row in rows:
        if found and row <= found[-1][1] + 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return found
