"""Chinese text as people type it in a hurry: its sounds without tones, and their initials.

Readings come from pypinyin: by word where a word decides them (银行 yinhang), else the usual one of
the character. A family name is often read unlike the character elsewhere (单 is shan, not dan).
"""

import functools
import unicodedata
from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

import pypinyin

# Readings as family names, after 《现代汉语词典》, 7th edition.
_FAMILIES: Final = """
    单shan 解xie 仇qiu 任ren 朴piao 盖ge 查zha 尉yu 区ou 翟zhai 乐yue 员yun 曾zeng 冼xian 秘bi 折she
    黑he 燕yan 华hua 应ying 宁ning 覃qin 缪miao 种chong 繁po 召shao 钻zuan 万wan 俞yu 曲qu 沈shen
"""
_FAMILY: Final = MappingProxyType({entry[0]: entry[1:] for entry in _FAMILIES.split()})
_IGNORED: Final = frozenset("-_·・,，.。、;；:：()（）/\\'\"“”#")
_LONGEST_RUN: Final = 64
_MOST_ENDS: Final = 20


def tidied(text: str) -> str:
    """Return text as it is compared: compatibility forms, lower case, no space or punctuation."""
    narrow = unicodedata.normalize("NFKC", text).lower()
    return "".join(c for c in narrow if c not in _IGNORED and not c.isspace())


def is_latin(text: str) -> bool:
    """Tell whether a text consists of letters that sounds are typed in."""
    return text.isascii() and text.isalpha()


def sounds(text: str) -> str:
    """Return how a tidied text is read, without tones or spaces: 永安里 is ``yonganli``."""
    return "".join(_readings(text))


def initials(text: str) -> str:
    """Return the first letters of how a tidied text is read: 永安里 is ``yal``."""
    return "".join(reading[0] for reading in _readings(text))


def of_form(text: str) -> str:
    """Return what an address without its numbers is found by: itself, its sounds, its initials.

    Where a word has a reading of its own, the usual readings of its characters count too.
    """
    tidy = tidied(text)
    readings = [_readings(tidy), [_usual(c) for c in tidy]]
    found = [tidy]
    for spoken in readings:
        found += ["".join(spoken), "".join(part[0] for part in spoken)]
    return " ".join(dict.fromkeys(found))


def of_name(name: str) -> str:
    """Return what a person is found by: the name, its sounds, its initials, and their ends.

    Each stands after a space, so that any part of a name begins a word: a trigram index finds
    even two characters by their beginning, which it cannot in the middle of a word.
    """
    tidy = tidied(name)
    found: dict[str, None] = {}
    for start in range(min(len(tidy), _MOST_ENDS)):
        usual = [_usual(c) for c in tidy[start:]]
        as_family = _FAMILY.get(tidy[0], usual[0]) if start == 0 else usual[0]
        for first in dict.fromkeys((as_family, usual[0])):
            spoken = [first, *usual[1:]]
            initials_of = "".join(part[0] for part in spoken)
            found |= dict.fromkeys((tidy[start:], "".join(spoken), initials_of))
    return "".join(f" {word}" for word in found)


@functools.lru_cache(maxsize=4096)
def _readings(text: str) -> Sequence[str]:
    parts = [text[i : i + _LONGEST_RUN] for i in range(0, len(text), _LONGEST_RUN)]
    return tuple(reading for part in parts for reading in pypinyin.lazy_pinyin(part) if reading)


@functools.lru_cache(maxsize=65536)
def _usual(character: str) -> str:
    return pypinyin.lazy_pinyin(character)[0] or character
