"""Names, identity numbers and phones that nobody has.

Identity numbers follow GB 11643-1999 (area, birth date, sequence odd for men, check character by
ISO 7064 MOD 11-2) but for an area code, 340499, that was never given out; phones begin with 100,
where no mobile numbers are.
"""

from typing import Final

import numpy as np

from gis.arrays import Bools, Int64s, Objects

UNASSIGNED_AREA: Final = 340_499
_WEIGHTS: Final = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_CHECKS: Final = np.array(list("10X98765432"), dtype=np.object_)
_PHONES: Final = 100_000_000
_SURNAMES: Final = (
    "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
    "苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段"
    "雷钱汤尹黎易常武乔贺赖龚文"
)
_MALE: Final = (
    "伟强磊军勇杰涛明超刚平辉鹏飞波斌宇浩凯健俊帆德国建志文海成永林东亮峰龙山云祥福贵根宝长"
)
_FEMALE: Final = (
    "芳娜敏静丽艳娟霞秀英兰玉华梅红云珍凤琴萍雪慧婷洁颖莉燕玲丹春香莲巧翠桂淑月彩蓉佳欣怡"
)
_ONE_CHARACTER_SHARE: Final = 0.22


def names(household: Int64s, is_line: Bools, is_male: Bools, rng: np.random.Generator) -> Objects:
    """Make up names: a household shares a surname, wives bring their own.

    Parameters
    ----------
    household
        Index of the household, shape (p,).
    is_line
        Who bears the household's surname, shape (p,).
    is_male
        Sex, shape (p,).
    rng
        Source of chance.
    """
    surnames = np.array(list(_SURNAMES), dtype=np.object_)
    share = 1.0 / (np.arange(len(surnames)) + 4.0)
    share /= share.sum()
    of_family = rng.choice(len(surnames), int(household.max()) + 1, p=share)[household]
    own = rng.choice(len(surnames), len(household), p=share)
    surname = surnames[np.where(is_line, of_family, own)]
    second = np.where(rng.random(len(household)) < _ONE_CHARACTER_SHARE, "", _given(is_male, rng))
    full: Objects = surname + _given(is_male, rng) + second
    return full


def id_numbers(birth: Int64s, is_male: Bools) -> Objects:
    """Write identity numbers with a valid check character.

    Parameters
    ----------
    birth
        Birth dates as YYYYMMDD, shape (p,).
    is_male
        Sex, shape (p,).

    Raises
    ------
    ValueError
        If more people of one sex share a birthday than sequence numbers exist.
    """
    key = birth * 2 + is_male
    order = np.argsort(key, kind="stable")
    rank = np.empty(len(key), dtype=np.int64)
    rank[order] = np.arange(len(key)) - np.searchsorted(key[order], key[order])
    sequence = 2 * rank + np.where(is_male, 1, 2)
    if (sequence > 999).any():
        raise ValueError("too many people with one birthday")
    body = (UNASSIGNED_AREA * 10**8 + birth) * 1000 + sequence
    written: Objects = body.astype("U17").astype(np.object_) + check_characters(body)
    return written


def check_characters(body: Int64s) -> Objects:
    """Give the check character of identity numbers (GB 11643-1999, ISO 7064 MOD 11-2).

    Parameters
    ----------
    body
        The first 17 digits, shape (n,).
    """
    digits = body[:, None] // 10 ** np.arange(16, -1, -1, dtype=np.int64) % 10
    checks: Objects = _CHECKS[digits @ _WEIGHTS % 11]
    return checks


def phones(count: int) -> Objects:
    """Write different phone numbers of eleven digits."""
    # The factor is coprime to 10^8, so that no number comes twice.
    scattered = (np.arange(count, dtype=np.int64) * 48_271_337 + 12_345_678) % _PHONES
    return (10_000_000_000 + scattered).astype("U11").astype(np.object_)


def _given(is_male: Bools, rng: np.random.Generator) -> Objects:
    male, female = (np.array(list(text), dtype=np.object_) for text in (_MALE, _FEMALE))
    dice = rng.random(len(is_male))
    of_men = male[(dice * len(male)).astype(np.int64)]
    of_women = female[(dice * len(female)).astype(np.int64)]
    return np.where(is_male, of_men, of_women)
