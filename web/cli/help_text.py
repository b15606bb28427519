"""Help in the users' language: the texts of commands and options are message keys."""

from collections.abc import Iterable, Sequence
from typing import Any

import typer
from typer import core

from web.cli.console import Console
from web.i18n import Translator

_NARROW = 34  # columns for names before their explanation


def write(command: Any, context: Any, formatter: Any) -> None:
    """Write the help of a command: usage, what it does, arguments, options, commands."""
    t = context.find_object(Console).t
    pieces = " ".join(command.collect_usage_pieces(context))
    formatter.write_usage(context.command_path, pieces, prefix=t("cli.help.usage") + " ")
    if command.help:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(t(command.help))
    parameters = list(command.get_params(context))
    for kind, title in (("argument", "cli.help.arguments"), ("option", "cli.help.options")):
        chosen = [parameter for parameter in parameters if parameter.param_type_name == kind]
        _section(formatter, t(title), (_record(t, context, parameter) for parameter in chosen))
    _section(formatter, t("cli.help.commands"), _commands(t, command))


def _section(formatter: Any, title: str, rows: Iterable[tuple[str, str]]) -> None:
    listed = list(rows)
    if listed:
        with formatter.section(title):
            formatter.write_dl(listed, col_max=_NARROW)


def _record(t: Translator, context: Any, parameter: Any) -> tuple[str, str]:
    names, _ = parameter.get_help_record(context)
    key = "cli.help.help" if "--help" in parameter.opts else parameter.help or ""
    words = t(key)
    default = parameter.default
    if default is not None and not isinstance(default, bool) and default not in ("", ()):
        words += " " + t("cli.help.default", value=str(default))
    return names, words


def _commands(t: Translator, command: Any) -> Sequence[tuple[str, str]]:
    children = getattr(command, "commands", {})
    return [(name, t(child.help or "")) for name, child in children.items() if not child.hidden]


class Command(core.TyperCommand):
    """A command whose help is translated."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        write(self, ctx, formatter)


class Group(core.TyperGroup):
    """A group of commands whose help is translated."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        write(self, ctx, formatter)

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in the order in which they were written down."""
        del ctx
        return list(self.commands)


def group(name: str, key: str) -> typer.Typer:
    """Return an empty group of commands.

    Parameters
    ----------
    name
        What is typed.
    key
        Message key of its help.
    """
    return typer.Typer(
        name=name,
        cls=Group,
        help=key,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
