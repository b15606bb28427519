"""Sounds of words and names, and what they are found by."""

import pytest

from services import pinyin


@pytest.mark.parametrize(
    ("text", "tidy"),
    [(" 永 安里 ", "永安里"), ("Ａ-12（东）", "a12东"), ("阿依·古丽", "阿依古丽"), ("·", "")],
)
def test_tidied(text: str, tidy: str) -> None:
    assert pinyin.tidied(text) == tidy


@pytest.mark.parametrize(
    ("text", "sounds", "initials"),
    [("永安里", "yonganli", "yal"), ("银行", "yinhang", "yh"), ("a区", "aqu", "aq"), ("", "", "")],
)
def test_sounds(text: str, sounds: str, initials: str) -> None:
    assert pinyin.sounds(text) == sounds
    assert pinyin.initials(text) == initials


def test_a_form_is_found_by_both_readings_of_a_word() -> None:
    found = pinyin.of_form("重庆路").split()
    assert {"重庆路", "chongqinglu", "cql"} <= set(found)
    assert {"zhongqinglu", "zql"} <= set(found)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("王小明", "王小明 wangxiaoming wxm 小明 xiaoming xm 明 ming m"),
        ("单雄", "单雄 shanxiong sx danxiong dx 雄 xiong x"),
        ("", ""),
    ],
)
def test_a_name_is_found_by_its_ends(name: str, words: str) -> None:
    assert pinyin.of_name(name) == "".join(f" {word}" for word in words.split())


def test_a_very_long_name_stays_short() -> None:
    assert len(pinyin.of_name("王" * 60)) < 20_000
