"""The audit log in words: nothing that the code writes is shown as a key."""

import ast
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.audit import Line
from services.exports import taking
from services.households.question import Question
from services.key_rotation import _Pass
from services.retention import Emptied
from services.settings import Language
from web import audit_words, i18n

ROOT = Path(__file__).parent.parent.parent
_AT = datetime(2026, 11, 23, 1, 2, tzinfo=UTC)
_SPREAD = {
    "export": {"format", "as_of"},
    "household_export": {"format", "as_of"},
    "change_propose": {"kind", "change", "conflicts"},
    "change_approve": {"kind", "change", "overruled"},
    "change_return": {"kind", "change"},
    "secrets_rotate": {"key", "deleted", *_Pass.__annotations__},
    "people_anonymise": set(Emptied.__annotations__),
}


def _written() -> Iterator[tuple[str, set[str], bool]]:
    """Actions, the names of their details, and whether there are more than are named."""
    for package in ("services", "web"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.append":
                    names = {word.arg for word in node.keywords if word.arg}
                    spread = any(word.arg is None for word in node.keywords)
                    yield ast.literal_eval(node.args[1]), names - {"subject", "unit_code"}, spread


WRITTEN = list(_written())


def _line(action: str, subject: str | None = None, caller: str = "admin", **more: Any) -> Line:
    return Line(7, _AT, caller, action, subject, None, more)


def _details(told: audit_words.Told) -> Mapping[str, str]:
    return dict(told.details)


@pytest.mark.parametrize("language", list(Language))
def test_every_action_and_detail_in_the_code_has_words(language: Language) -> None:
    t = i18n.load(language)
    assert len(WRITTEN) > 35
    for action, names, spread in WRITTEN:
        assert t.has(f"audit.{action}")
        for name in names | (_SPREAD[action] if spread else set()):
            assert t.has(f"audit.detail.{name}"), (action, name)


@pytest.mark.parametrize("language", list(Language))
def test_all_that_is_asked_of_households_has_words(language: Language) -> None:
    t = i18n.load(language)
    kinds = {
        node.value
        for node in ast.walk(ast.parse((ROOT / "services/households/question.py").read_text()))
        if isinstance(node, ast.Dict)
        for node in node.keys
        if isinstance(node, ast.Constant)
    }
    assert {"near", "area", "no_day_care"} <= kinds
    assert set(Question(overdue=True).kinds) <= kinds
    assert [kind for kind in kinds if not t.has(f"audit.asked.{kind}")] == []


def test_at_the_door_it_is_the_account_that_was_tried() -> None:
    t = i18n.load(Language.EN)
    failed = audit_words.told(t, _line("login_failed", "worker", "gate"))
    assert (failed.who, failed.who_code, failed.subject) == ("worker", "worker", "")
    unknown = audit_words.told(t, _line("login_failed", None, "gate"))
    assert (unknown.who, unknown.who_code) == ("no such account", None)
    assert audit_words.who(t, _line("key_add", "x", "operator")) == "the server's operator"
    assert audit_words.who(t, _line("household_export", caller="key:x")) == "department key x"


def test_values_are_words_too() -> None:
    t = i18n.load(Language.EN)
    made = audit_words.told(t, _line("account_add", "li", role="grid_worker"))
    assert (made.about, made.subject) == ("account", "li")
    assert _details(made) == {"role": t("role.grid_worker")}
    opened = audit_words.told(t, _line("resident_reveal", "R1", field="id_number"))
    assert _details(opened) == {"opened": t("person.id_number")}
    scopes = [
        {"unit_code": "340405001", "begins": None, "ends": None},
        {"unit_code": "340405002", "begins": "2026-01-01", "ends": "2027-01-01"},
    ]
    told = audit_words.told(t, _line("account_scopes", "li", units=scopes))
    assert _details(told) == {"units": "340405001, 340405002 (from 2026-01-01, before 2027-01-01)"}
    approved = _line("change_approve", "R1", kind="moved", change="c", overruled=["left", "name"])
    assert _details(audit_words.told(t, approved)) == {
        "kind": t("change.kind.moved"),
        "change": "c",
        "overruled": f"departure, {t('person.name')}",
    }
    key = audit_words.told(t, _line("key_add", "x", collections=["units", "gone"]))
    assert _details(key) == {"collections": f"{t('export.collection.units')}, gone"}
    file = audit_words.told(t, _line("export", "coverage-day-care", format="html", as_of=None))
    assert (file.action, file.subject) == (
        t("audit.export"),
        t("export.collection.coverage-day-care"),
    )
    assert _details(file) == {"format": t("exports.format.html")}
    for name in taking.OF_HOMES | {"patrol-plan"}:
        assert audit_words.told(t, _line("household_export", name)).subject != name
    looked = audit_words.told(t, _line("audit_verify", holds=True, found=1200, asked=[]))
    assert _details(looked) == {"whole": t("value.yes"), "found": "1,200"}


def test_what_a_later_version_writes_is_shown_as_it_is() -> None:
    t = i18n.load(Language.ZH)
    told = audit_words.told(t, _line("moon_land", "X", "someone", crew=3, kind="new"))
    assert (told.who, told.action, told.about, told.subject) == ("someone", "moon_land", "", "X")
    assert told.details == (("crew", "3"), ("种类", "new"))


def test_a_kind_is_told_in_the_words_of_its_action() -> None:
    t = i18n.load(Language.EN)
    told = audit_words.told(t, _line("import_rejects", kind="facilities", job=3))
    assert _details(told) == {t("audit.detail.kind"): t("import.kind.facilities"), "Job": "3"}
