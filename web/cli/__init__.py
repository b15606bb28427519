"""The command line: ``wangge``.

Exit status 0: done; 1: refused, nothing changed; 2: not understood. Words for people go to
standard error, data to standard output.
"""

import sys
from collections.abc import Sequence
from importlib import metadata
from typing import Annotated

import pydantic
import typer

from services import errors
from services.settings import Language, Settings
from web import i18n, log
from web.cli import assign, coverage, db, exports, help_text, imports, serve, units
from web.cli.console import Console

_REFUSED = 1
_USAGE = 2
_INTERRUPTED = 130


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


def _application() -> typer.Typer:
    application = help_text.group("wangge", "cli.wangge")
    application.callback(invoke_without_command=True, no_args_is_help=True)(_common)
    serve.register(application)
    application.add_typer(db.group)
    application.add_typer(imports.group)
    assign.register(application)
    application.add_typer(coverage.group)
    exports.register(application)
    application.add_typer(units.group)
    return application


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
    command = typer.main.get_command(_application())
    try:
        done = command.main(args=words, prog_name="wangge", standalone_mode=False, obj=console)
    except errors.WanggeError as error:
        console.write_line(console.t.error(error))
        return _REFUSED
    except typer.TyperException as error:
        console.write_line(error.format_message())
        return _USAGE
    except (KeyboardInterrupt, typer.Abort):
        console.say("error.cancelled")
        return _INTERRUPTED
    return done if isinstance(done, int) else 0


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
