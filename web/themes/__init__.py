"""Coverage themes on the web: of each a package here, with its page, its API and its verb.

A package tells what it is (`THEME`) and nothing else; its modules ``page``, ``api`` and ``cli``
are read when they are needed, so that the command line starts quickly, and so that the table of
rights can be made without them.
"""

import importlib
from types import ModuleType
from typing import Final

from web.themes import day_care, patrol, ramps
from web.themes.theme import Theme

ALL: Final[tuple[Theme, ...]] = (day_care.THEME, ramps.THEME, patrol.THEME)
"""In the order of the navigation."""


def page(theme: Theme) -> ModuleType:
    """Return the module of a theme's map page."""
    return _module(theme, "page")


def api(theme: Theme) -> ModuleType:
    """Return the module of a theme's routes for machines."""
    return _module(theme, "api")


def cli(theme: Theme) -> ModuleType:
    """Return the module of a theme's verb."""
    return _module(theme, "cli")


def _module(theme: Theme, name: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{theme.package}.{name}")
