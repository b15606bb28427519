"""Every message key of the imports has its words in every language."""

import re
from pathlib import Path

import pytest

from gis import boundaries
from services.settings import Language
from web import i18n

_KEY = re.compile(r'"((?:error|warning|note)\.import\.[a-z0-9_.]*[a-z0-9_]|import\.step\.[a-z_]+)"')
_FOLDER = Path(__file__).parents[3] / "services" / "imports"


def _keys() -> set[str]:
    found = {key for file in _FOLDER.glob("*.py") for key in _KEY.findall(file.read_text())}
    found |= {f"error.import.point.{defect}" for defect in boundaries.PointDefect}
    found |= {f"error.import.shape.at_{defect}" for defect in boundaries.PointDefect}
    return found | {f"error.import.shape.{defect}" for defect in boundaries.Defect}


@pytest.mark.parametrize("language", Language)
def test_words_for_every_key(language: Language):
    keys = _keys()
    assert len(keys) > 100
    translator = i18n.load(language)
    assert [key for key in sorted(keys) if not translator.has(key)] == []
