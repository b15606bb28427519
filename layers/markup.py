"""Markup out of the templates of this package; what is not markup comes out escaped."""

import functools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import jinja2
from markupsafe import Markup

_FOLDER: Final = Path(__file__).parent / "templates"


@functools.cache
def environment() -> jinja2.Environment:
    """Return the templates, everything escaped, a missing value an error."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def macro(template: str, name: str, *values: object) -> Markup:
    """Return what a macro of a template makes of values."""
    made = getattr(environment().get_template(template).module, name)(*values)
    if not isinstance(made, Markup):
        raise TypeError(f"{template} does not escape")
    return made


def script_link(address: str) -> Markup:
    """Return a script by address, run in document order after the page is read."""
    return macro("assets.html", "script_link", address)


def style_link(address: str) -> Markup:
    """Return a style sheet by address."""
    return macro("assets.html", "style_link", address)


def script(source: str, nonce: str | None) -> Markup:
    """Return a script of our own inside the page."""
    return macro("assets.html", "script", source, nonce)


def script_with(source: str, data: Mapping[str, str], nonce: str | None) -> Markup:
    """Return a script of our own inside the page, with what it finds in its ``dataset``."""
    return macro("assets.html", "script_with", source, data, nonce)


def style(source: str) -> Markup:
    """Return a style sheet of our own inside the page."""
    return macro("assets.html", "style", source)


def data(block: str, json: str) -> Markup:
    """Return JSON inside the page, to be found by its id; see `layers.elements.script_json`."""
    return macro("assets.html", "data", block, json)


def run(source: str, nonce: str | None) -> Markup:
    """Return a script that waits for those before it, deferred or inside the page."""
    return macro("assets.html", "run", source, nonce)


def joined(parts: Iterable[Markup]) -> Markup:
    """Return markup line by line."""
    return macro("assets.html", "joined", list(parts))
