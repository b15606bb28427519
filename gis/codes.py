"""Codes, levels and kinds of units.

A unit code is the statistics bureau's division code (GB/T 2260 and GB/T 10114: 6 digits for the
district, 3 more for the township, 3 more for the community), and 3 more digits for a grid cell:
each code starts with its parent's.
"""

import enum
from types import MappingProxyType
from typing import Final

import numpy as np

from gis.arrays import Floats, Int64s


class Level(enum.StrEnum):
    """Level of the hierarchy, from the whole to the smallest part."""

    DISTRICT = "district"
    TOWNSHIP = "township"
    COMMUNITY = "community"
    GRID = "grid"


class UnitKind(enum.StrEnum):
    """What a unit is within its level. A township of rural people (乡) is a town."""

    DISTRICT = "district"
    TOWN = "town"
    SUBDISTRICT = "subdistrict"
    FARM = "farm"
    COMMUNITY = "community"
    VILLAGE = "village"
    VIRTUAL_AREA = "virtual_area"
    RESIDENTIAL = "residential"
    SPECIAL = "special"


LEVELS: Final = (Level.DISTRICT, Level.TOWNSHIP, Level.COMMUNITY, Level.GRID)
CODE_LENGTH: Final = MappingProxyType(
    {Level.DISTRICT: 6, Level.TOWNSHIP: 9, Level.COMMUNITY: 12, Level.GRID: 15}
)
KINDS_OF: Final = MappingProxyType(
    {
        Level.DISTRICT: (UnitKind.DISTRICT,),
        Level.TOWNSHIP: (UnitKind.TOWN, UnitKind.SUBDISTRICT, UnitKind.FARM),
        Level.COMMUNITY: (UnitKind.COMMUNITY, UnitKind.VILLAGE, UnitKind.VIRTUAL_AREA),
        Level.GRID: (UnitKind.RESIDENTIAL, UnitKind.SPECIAL),
    }
)
MOST_GRIDS: Final = 999
_ONE_ROW_M: Final = 1e-6

_LEVEL_OF_LENGTH: Final = {length: level for level, length in CODE_LENGTH.items()}
_LEVEL_OF_KIND: Final = {kind: level for level, kinds in KINDS_OF.items() for kind in kinds}
_WORDS_OF_LEVEL: Final = {
    Level.TOWNSHIP: "township 乡镇街道 乡镇 镇街 乡级 街镇 乡镇级",
    Level.COMMUNITY: "community 社区/村 村/社区 社区村 村社区 村(社区) 社区(村) 村居 村级 居村",
    Level.GRID: "grid grid_cell 网格 网格单元 单元网格",
}
_WORDS_OF_KIND: Final = {
    UnitKind.DISTRICT: "district county 区县 县区 区 县 市辖区 县级市 县级 区级 区(县) 县(区)",
    UnitKind.TOWN: "town 镇 乡 民族乡 建制镇",
    UnitKind.SUBDISTRICT: "subdistrict 街道 街道办 街道办事处",
    UnitKind.FARM: "farm forest_farm 场 林场 农场 牧场 渔场",
    UnitKind.COMMUNITY: "社区 社区居委会 居委会 居民委员会 社区居民委员会 居委",
    UnitKind.VILLAGE: "village 村 村委会 行政村 村民委员会 村委",
    UnitKind.VIRTUAL_AREA: "virtual_area 虚拟生活区 虚拟社区",
    UnitKind.RESIDENTIAL: "residential 基础网格 居民网格 居住网格 一般网格",
    UnitKind.SPECIAL: "special 专属网格 专项网格 特殊网格",
}
_MEANING: Final[dict[str, tuple[Level, UnitKind | None]]] = {
    word: (level, None) for level, words in _WORDS_OF_LEVEL.items() for word in words.split()
} | {
    word: (_LEVEL_OF_KIND[kind], kind)
    for kind, words in _WORDS_OF_KIND.items()
    for word in words.split()
}
_PLAIN: Final = str.maketrans({"（": "(", "）": ")", "、": "/", "／": "/", "-": "_", " ": "_"})


def level_of(code: str) -> Level:
    """Give the level that the length of a code stands for.

    Raises
    ------
    ValueError
        If the code is not 6, 9, 12 or 15 ASCII digits.
    """
    level = _LEVEL_OF_LENGTH.get(len(code))
    if level is None or not (code.isascii() and code.isdigit()):
        raise ValueError(f"a unit code has 6, 9, 12 or 15 digits: {code!r}")
    return level


def parent_of(code: str) -> str | None:
    """Give the code one level up, None for a district."""
    return None if level_of(code) is Level.DISTRICT else code[:-3]


def is_ancestor(code: str, other: str) -> bool:
    """Whether the first unit contains the second by its code; no unit contains itself."""
    return level_of(code) is not level_of(other) and other.startswith(code)


def shorten(code: str, level: Level) -> str:
    """Strip the zeros that the statistics bureau pads the codes of higher levels with.

    Parameters
    ----------
    code
        Digits, padded or not: ``340405001000`` and ``340405001`` are the same township.
    level
        Level the unit is known to have.

    Raises
    ------
    ValueError
        If the code is too short for the level, or what follows its own digits is not all zeros.
    """
    plain = code.strip()
    own, padding = plain[: CODE_LENGTH[level]], plain[CODE_LENGTH[level] :]
    if padding.strip("0") or level_of(own) is not level:
        raise ValueError(f"{code!r} is no code of a {level.value}")
    return own


def level_from_text(text: str) -> tuple[Level, UnitKind | None]:
    """Understand the name of a level or a kind, Chinese or English.

    Returns
    -------
    tuple[Level, UnitKind | None]
        The kind is None where only the level is named. The word ``community`` names the level
        (it may be a village); the kind is 社区 or 居委会.

    Raises
    ------
    ValueError
        If the word is unknown.
    """
    word = text.strip().lower().translate(_PLAIN)
    if word not in _MEANING:
        raise ValueError(f"neither a level nor a kind of unit: {text!r}")
    return _MEANING[word]


def grid_code(community: str, number: int) -> str:
    """Give the code of a grid cell from its community's and its number, counted from 1.

    Raises
    ------
    ValueError
        If the first is no community's code or the number does not fit into three digits.
    """
    if level_of(community) is not Level.COMMUNITY or not 1 <= number <= MOST_GRIDS:
        raise ValueError(f"no grid cell {number} in {community!r}")
    return f"{community}{number:03d}"


def grid_sequence(centroids: Floats) -> Int64s:
    """Order the grid cells of a community for numbering, west to east, then north to south.

    That is how a page is read: rows from north to south, each from west to east. Irregular cells
    have no rows of their own, so the extent of the centroids is cut into as many rows of equal
    height as a square lattice of that many points in that extent would have; on a true lattice
    these are its rows. Equal places keep the order they came in.

    Parameters
    ----------
    centroids
        Metric coordinates, shape (n, 2).

    Returns
    -------
    Int64s
        Shape (n,): the cell ``result[k]`` gets the number ``k + 1``.

    Raises
    ------
    ValueError
        If a centroid is not finite.
    """
    if not np.isfinite(centroids).all():
        raise ValueError("centroids must be finite")
    if len(centroids) == 0:
        return np.zeros(0, dtype=np.int64)
    x, y = centroids[:, 0], centroids[:, 1]
    height = float(np.ptp(y))
    rows = _lattice_rows(len(centroids), float(np.ptp(x)), height)
    below_top = (y.max() - y) * ((rows - 1) / max(height, _ONE_ROW_M))
    return np.lexsort((-y, x, np.floor(below_top + 0.5)))


def _lattice_rows(n: int, width: float, height: float) -> int:
    """Rows r of a lattice of r x c = n points with (r - 1) : (c - 1) = height : width."""
    if height <= _ONE_ROW_M:
        return 1
    ratio = width / height
    if ratio < 1e-9:
        return n
    root = (ratio - 1.0 + np.sqrt((ratio - 1.0) ** 2 + 4.0 * ratio * n)) / (2.0 * ratio)
    return int(np.clip(np.rint(root), 1, n))
