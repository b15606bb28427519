"""What the layers need of a translator; `web.i18n.Translator` is one."""

from typing import Protocol

from services.settings import Language


class Words(Protocol):
    """Words, numbers and distances of one language."""

    @property
    def language(self) -> Language:
        """The language."""

    def __call__(self, key: str, **params: object) -> str:
        """Return the words of a message key; without params its braces stay as they are."""

    def number(self, value: float | None, digits: int = 0) -> str:
        """Return a number, grouped."""

    def percent(self, share: float | None, digits: int = 0) -> str:
        """Return a share of 1 as per cent."""

    def distance(self, metres: float | None) -> str:
        """Return a distance in metres or kilometres."""


def locale(words: Words) -> str:
    """Return the language tag (BCP 47) by which browsers format numbers."""
    return "zh-CN" if words.language is Language.ZH else "en-GB"


def dictionary(words: Words, keys: tuple[str, ...]) -> dict[str, str]:
    """Return the words of keys for a script, values still in braces."""
    return {key: words(key) for key in keys}
