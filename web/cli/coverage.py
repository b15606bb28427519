"""``wangge coverage``: figures of a theme, on the terminal or into files."""

import typer

from web import themes
from web.themes import verb


def register(application: typer.Typer) -> None:
    """Add the verbs."""
    for theme in themes.ALL:
        themes.cli(theme).register()
    application.add_typer(verb.group)
