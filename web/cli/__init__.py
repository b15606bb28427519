"""The command line: ``wangge``.

Exit status 0: done; 1: refused, nothing changed; 2: not understood. Words for people go to
standard error, data to standard output.
"""

import importlib
import sys
from collections.abc import Sequence
from importlib import metadata
from typing import Annotated

import pydantic
import typer

from services import errors
from services.settings import Language, Settings
from web import i18n, log
from web.cli import help_text, usage
from web.cli.console import Console

VERBS = {
    "serve": "web.cli.serve",
    "db": "web.cli.db",
    "import": "web.cli.imports",
    "assign": "web.cli.assign",
    "coverage": "web.themes.verb",
    "patrol": "web.cli.patrol",
    "export": "web.cli.exports",
    "units": "web.cli.units",
    "users": "web.cli.users",
    "keys": "web.cli.keys",
    "audit": "web.cli.audit",
    "people": "web.cli.people",
    "secrets": "web.cli.sealing_keys",
}
"""Every verb and the module that has it."""

_REFUSED = 1
_USAGE = 2
_INTERRUPTED = 130


def program() -> int:
    """Run the command that this process was started with and return its exit status."""
    log.watch_over()
    return main()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    words, asked = _take_language(sys.argv[1:] if arguments is None else arguments)
    try:
        settings = Settings()
    except pydantic.ValidationError as error:
        return _unusable_settings(error, asked)
    t = i18n.load(i18n.choose(asked, None, "", settings.lang))
    log.set_up(sys.stderr)
    return _run(words, Console(settings, t))


def application(verb: str | None = None) -> typer.Typer:
    """Return the verbs.

    Parameters
    ----------
    verb
        The only one that will be run; of the others there is no more than their help. Reading
        the code of all of them takes seconds. None: all in full.
    """
    made = help_text.group("wangge", "cli.wangge")
    made.callback(invoke_without_command=True, no_args_is_help=True)(_common)
    for name, module in VERBS.items():
        if verb in (None, name):
            importlib.import_module(module).register(made)
        else:
            made.add_typer(help_text.group(name, f"cli.{name}"))
    return made


def _common(
    ctx: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="cli.option.version")] = False,
    lang: Annotated[str, typer.Option("--lang", help="cli.option.lang", metavar="zh|en")] = "",
) -> None:
    del lang  # read before anything else, to answer in it
    if version:
        ctx.ensure_object(Console).data(metadata.version("wangge"))
        raise typer.Exit


def _run(words: list[str], console: Console) -> int:
    command = typer.main.get_command(application(_verb(words)))
    try:
        done = command.main(args=words, prog_name="wangge", standalone_mode=False, obj=console)
    except errors.WanggeError as error:
        console.write_line(console.t.error(error))
        return _REFUSED
    except typer.TyperException as error:
        console.write_line(usage.sentence(console.t, error))
        return _USAGE
    except (KeyboardInterrupt, typer.Abort):
        console.say("error.cancelled")
        return _INTERRUPTED
    return done if isinstance(done, int) else 0


def _verb(words: Sequence[str]) -> str:
    return next((word for word in words if not word.startswith("-")), "")


def _take_language(arguments: Sequence[str]) -> tuple[list[str], str | None]:
    """Take ``--lang`` out of the words typed, wherever it stands."""
    words: list[str] = []
    language = None
    rest = iter(arguments)
    for word in rest:
        if word == "--":
            return [*words, word, *rest], language
        if word == "--lang":
            language = next(rest, None)
        elif word.startswith("--lang="):
            language = word.removeprefix("--lang=")
        else:
            words.append(word)
    return words, language


def _unusable_settings(error: pydantic.ValidationError, asked: str | None) -> int:
    t = i18n.load(i18n.choose(asked, None, "", Language.ZH))
    names = ", ".join(_variable(str(part["loc"][0])) for part in error.errors())
    sys.stderr.write(t("error.cli.settings", names=names) + "\n")
    return _USAGE


def _variable(field: str) -> str:
    return field if field.isupper() else f"WANGGE_{field.upper()}"
