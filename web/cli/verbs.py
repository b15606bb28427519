"""Verbs whose options are the fields of one frozen dataclass.

Typer reads the parameters of a function. Values that belong together are one object here, so
a function is made whose parameters are the fields of that object.
"""

import dataclasses
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, get_type_hints

import typer

from web.cli.console import Console
from web.cli.help_text import Command

Options = TypeVar("Options")


def add(
    group: typer.Typer, name: str, key: str, options: type[Options]
) -> Callable[[Callable[[Console, Options], None]], Callable[[Console, Options], None]]:
    """Add a verb to a group.

    Parameters
    ----------
    group
        Where it is added.
    name
        What is typed.
    key
        Message key of its help.
    options
        Dataclass whose fields are annotated by ``typer.Option`` and ``typer.Argument``.
    """

    def register(
        run: Callable[[Console, Options], None],
    ) -> Callable[[Console, Options], None]:
        def command(ctx: typer.Context, **values: Any) -> None:
            run(ctx.ensure_object(Console), options(**values))

        vars(command)["__signature__"] = _signature(options)
        group.command(name=name, help=key, cls=Command)(command)
        return run

    return register


def _signature(options: type[Any]) -> inspect.Signature:
    hints = get_type_hints(options, include_extras=True)
    context = inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    fields = [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=_default(field),
            annotation=hints[field.name],
        )
        for field in dataclasses.fields(options)
    ]
    return inspect.Signature([context, *fields])


def _default(field: "dataclasses.Field[Any]") -> object:
    return inspect.Parameter.empty if field.default is dataclasses.MISSING else field.default
