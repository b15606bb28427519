"""Every message that is used has words in both languages, and no words are left over."""

import ast
import re
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from gis import codes
from services import boundary_check, checklist, cluster, jobs, overview
from services.coverage import CoverageState
from services.exports import COLLECTIONS, FieldType, Format
from services.facility_kinds import FacilityKind
from services.imports.options import ImportKind
from services.settings import Language
from web import i18n
from web.pages.overview import Order

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("gis", "services", "layers", "web")
_KEY = re.compile(r"[a-z][a-z_]*(\.[A-Za-z0-9_-]+)+")
_FILE = re.compile(r".*\.(html|css|js|py|csv|gpkg|svg|png|po|toml|sql|xlsx|zip|json|log|key|lock)$")
_IN_TEMPLATE = re.compile(r"""['"]([a-z][a-z_]*\.[A-Za-z0-9_.-]*)['"](\s*~)?""")
_IN_SCRIPT = re.compile(r"""["'`](map\.[a-z0-9_.]*)(["'`$])""")
_OFFLINE = re.compile(r"""\bt\(["`]([a-z_.]+)(["`$])""")


@cache
def catalogue(language: Language) -> dict[str, str]:
    return dict(i18n.load(language).messages)


@cache
def namespaces() -> frozenset[str]:
    return frozenset(key.partition(".")[0] for key in catalogue(Language.EN))


def _python() -> Iterator[tuple[str, bool]]:
    """Keys in the code; True: only how they begin."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if path.name != "models.py":  # names of columns look like keys
                yield from _in_code(ast.parse(path.read_text(encoding="utf-8")))


def _in_code(node: ast.AST) -> Iterator[tuple[str, bool]]:
    if isinstance(node, ast.JoinedStr):
        head = node.values[0]
        if isinstance(head, ast.Constant) and "." in str(head.value):
            yield str(head.value), True
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value, False
    else:
        for child in ast.iter_child_nodes(node):
            yield from _in_code(child)


def _others() -> Iterator[tuple[str, bool]]:
    for path in (*(ROOT / "web/templates").rglob("*.html"), *(ROOT / "layers").rglob("*.html")):
        for key, joined in _IN_TEMPLATE.findall(path.read_text(encoding="utf-8")):
            yield key, bool(joined) or key.endswith(".")
    for path in (ROOT / "web/static/map").rglob("*.js"):
        for key, ending in _IN_SCRIPT.findall(path.read_text(encoding="utf-8")):
            yield key, ending == "$"
    for path in (ROOT / "web/static/offline").rglob("*.js"):
        for key, ending in _OFFLINE.findall(path.read_text(encoding="utf-8")):
            yield f"offline.{key}", ending == "$"


@cache
def used() -> tuple[frozenset[str], frozenset[str]]:
    """Whole keys, and beginnings of keys."""
    found = [*_python(), *_others()]
    whole = {
        key
        for key, begins in found
        if not begins
        and _KEY.fullmatch(key)
        and (key in catalogue(Language.EN) or not _FILE.fullmatch(key))
        and key.partition(".")[0] in namespaces()
    }
    begun = {key for key, begins in found if begins and key.partition(".")[0] in namespaces()}
    return frozenset(whole), frozenset(begun)


def families() -> Iterator[str]:
    """Keys that are put together from a value of an enumeration."""
    made = {
        "kind.": FacilityKind,
        "level.": codes.Level,
        "level.one.": codes.Level,
        "unit.kind.": codes.UnitKind,
        "job.state.": jobs.JobState,
        "run.status.": overview.RunStatus,
        "coverage.state.": CoverageState,
        "checklist.finding.": checklist.Finding,
        "import.kind.": ImportKind,
        "imports.kind.": ImportKind,
        "job.import.": ImportKind,
        "job.check.": ImportKind,
        "cli.import.": ImportKind,
        "welcome.step.": overview.Step,
        "exports.format.": Format,
        "exports.type.": FieldType,
        "language.": Language,
        "overview.sort.": Order,
        "cli.db.state.": cluster.State,
        "cli.units.": boundary_check.Kind,
        "subject.": ("household", "facility", "entrance"),
        "import.outcome.": ("applied", "dry_run", "refused"),
    }
    for prefix, values in made.items():
        yield from (f"{prefix}{value}" for value in values)
    yield from (f"imports.kind.{kind}.hint" for kind in ImportKind)
    for collection in COLLECTIONS.values():
        yield from (collection.title, collection.about)
        yield from (field.meaning for field in collection.fields)


def test_the_catalogues_have_the_same_keys() -> None:
    chinese, english = (set(catalogue(language)) for language in Language)
    assert chinese == english


@pytest.mark.parametrize("language", list(Language))
def test_every_key_in_the_code_has_words(language: Language) -> None:
    whole, _ = used()
    assert sorted(whole - set(catalogue(language))) == []


@pytest.mark.parametrize("language", list(Language))
def test_every_value_of_an_enumeration_has_words(language: Language) -> None:
    assert sorted(set(families()) - set(catalogue(language))) == []


def test_every_beginning_of_a_key_leads_somewhere() -> None:
    _, begun = used()
    known = catalogue(Language.EN)
    begun -= {"error.constraint."}  # without words of its own, a constraint is told by its name
    assert [key for key in sorted(begun) if not any(name.startswith(key) for name in known)] == []


def test_no_words_are_left_over() -> None:
    whole, begun = used()
    known = set(catalogue(Language.EN)) - whole - set(families())
    assert sorted(key for key in known if not key.startswith(tuple(begun))) == []


def test_both_languages_name_the_same_values() -> None:
    differing = [
        key
        for key, words in catalogue(Language.EN).items()
        if _values(words) != _values(catalogue(Language.ZH)[key])
    ]
    assert differing == []


def _values(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}


def test_chinese_words_are_chinese() -> None:
    """Except where both languages write a name or a sign alike."""
    alike = re.compile(
        r"[\W\d_]*|.*(GeoJSON|GeoPackage|FlatGeobuf|GeoParquet|Shapefile|English|zh-CN|\{).*"
    )
    same = [
        key
        for key, words in catalogue(Language.ZH).items()
        if not re.search(r"[\u4e00-\u9fff]", words) and not alike.fullmatch(words)
    ]
    assert same == []
