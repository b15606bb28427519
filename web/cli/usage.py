"""What was typed wrongly, in the user's language.

Typer tells it in English only, as a sentence and not as parts; the parts are taken out of the
sentence again. One that is not known here is shown as it is.
"""

import re
from typing import Final

import pydantic
import typer

from web.i18n import Translator

_SENTENCES: Final = (
    (r"No such command '(?P<word>.*?)'\.", "cli.usage.command"),
    (r"No such command '(?P<word>.*?)'\. Did you mean (?P<near>.+)\?", "cli.usage.command_near"),
    (r"No such option: (?P<word>\S+)", "cli.usage.option"),
    (
        r"No such option: (?P<word>\S+) \(Possible options: (?P<near>.+)\)",
        "cli.usage.option_near",
    ),
    (r"Missing (?:argument|option) (?P<name>.+)\.", "cli.usage.missing"),
    (r"Got unexpected extra argument\(?s?\)? \((?P<word>.*)\)", "cli.usage.extra"),
    (r"Option (?P<name>.+) requires an argument\.", "cli.usage.no_value"),
    (r"Option (?P<name>.+) does not take a value\.", "cli.usage.flag"),
    (
        r"Invalid value for (?P<name>.+?): Value error, '(?P<word>.*)' is not one of (?P<near>.+)\.",
        "cli.usage.choice",
    ),
    (
        r"Invalid value for (?P<name>.+?): Value error, '(?P<word>.*)' does not match the formats .*",
        "cli.usage.day",
    ),
)
_FAULTS: Final = {
    "float_parsing": "cli.usage.number",
    "int_parsing": "cli.usage.whole",
    "greater_than_equal": "cli.usage.at_least",
    "less_than_equal": "cli.usage.at_most",
}
_INVALID: Final = re.compile(r"Invalid value for (?P<name>.+?): .*", re.DOTALL)


def sentence(t: Translator, error: typer.TyperException) -> str:
    """Return what was wrong with a command, and where its help is."""
    words = _words(t, error)
    if "--help" in words:  # a verb alone is answered by its help
        return words
    context = getattr(error, "ctx", None)
    command = "wangge" if context is None else context.command_path
    return words + "\n" + t("cli.usage.help", command=command)


def _words(t: Translator, error: typer.TyperException) -> str:
    english = error.format_message()
    cause = error.__cause__
    invalid = _INVALID.fullmatch(english)
    if invalid and isinstance(cause, pydantic.ValidationError):
        fault = cause.errors()[0]
        if fault["type"] in _FAULTS:
            limit = next(iter(fault.get("ctx", {}).values()), "")
            word = str(fault["input"])
            return t(_FAULTS[fault["type"]], name=_bare(invalid["name"]), word=word, limit=limit)
    for pattern, key in _SENTENCES:
        found = re.fullmatch(pattern, english)
        if found:
            return t(key, **{name: _bare(value) for name, value in found.groupdict().items()})
    return english


def _bare(text: str) -> str:
    return text.replace("'", "")
