"""What a verb talks to: settings, the language, standard output for data, standard error for people."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import orjson
from rich import console as rich_console
from rich import progress as rich_progress

from services.settings import Settings
from web.i18n import Translator

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True)
class Console:
    """Where a verb reads its settings and writes its words.

    Attributes
    ----------
    settings
        What the environment says.
    t
        Words in the language of the user.
    """

    settings: Settings
    t: Translator

    def say(self, key: str, **params: object) -> None:
        """Write a sentence for people, on standard error."""
        self.write_line(self.t(key, **params))

    def write_line(self, line: str) -> None:
        """Write a line for people, on standard error."""
        sys.stderr.write(line + "\n")
        sys.stderr.flush()

    def data(self, text: str) -> None:
        """Write a line of data, on standard output."""
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def json(self, value: object) -> None:
        """Write a value as one JSON document, on standard output."""
        options = orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY
        self.data(orjson.dumps(value, default=str, option=options).decode())

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """Show how far a long work is, on a terminal; elsewhere nothing."""
        screen = rich_console.Console(stderr=True)
        bar = rich_progress.Progress(
            rich_progress.TextColumn("{task.description}"),
            rich_progress.BarColumn(),
            rich_progress.TaskProgressColumn(),
            rich_progress.TimeElapsedColumn(),
            console=screen,
            transient=True,
            disable=not screen.is_terminal,
        )
        with bar:
            task = bar.add_task("", total=None)

            def show(step_key: str, done: int, total: int | None) -> None:
                bar.update(task, description=self.t(step_key), completed=done, total=total)

            yield show
