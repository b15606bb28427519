"""Visits and notes: in own units and own name, once however often they are sent."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services import errors
from services.households import notes, visits
from services.households.notes import Note
from services.households.visits import Outcome, Visit
from tests.services.households.caring import FOREIGN, GRANNY, HOME

NOW = datetime.now(UTC).replace(microsecond=0)


def a_visit(**changed: object) -> Visit:
    """A visit an hour ago."""
    made = Visit(uuid4(), HOME, NOW - timedelta(hours=1), Outcome.MET, GRANNY, "empty_nest", "好")
    return replace(made, **changed)


def a_note(**changed: object) -> Note:
    """A note an hour ago."""
    return replace(Note(uuid4(), HOME, "敲窗户", NOW - timedelta(hours=1)), **changed)


def _log(care, visit: Visit, name: str = "worker") -> visits.LoggedVisit:
    with care.staff.meeting(name) as tx:
        found = visits.log(tx, visit)
        tx.commit()
    return found


def _add(care, note: Note, name: str = "worker") -> notes.AddedNote:
    with care.staff.meeting(name) as tx:
        found = notes.add(tx, note)
        tx.commit()
    return found


def test_a_visit_is_on_the_card(care):
    visit = a_visit()
    logged = _log(care, visit)
    assert logged.is_new
    assert logged.visit.by == "网格员甲"
    assert logged.visit.received_at >= NOW
    shown = care.look("manager").visits
    assert [(line.id, line.outcome, line.resident_name, line.note) for line in shown] == [
        (visit.id, Outcome.MET, "王奶奶", "好")
    ]


def test_sent_twice_it_counts_once(care):
    visit = a_visit()
    first, second = _log(care, visit), _log(care, replace(visit, note=" 好 "))
    assert (first.is_new, second.is_new) == (True, False)
    assert first.visit == second.visit
    assert care.number("SELECT count(*) FROM visits") == 1
    assert care.number("SELECT count(*) FROM audit_log WHERE action = 'visit_log'") == 1


@pytest.mark.parametrize(
    "other",
    [
        {"outcome": Outcome.REFUSED},
        {"note": "别的"},
        {"rule": None},
        {"resident": None},
        {"visited_at": NOW - timedelta(hours=2)},
        {"household": "H0-70-2", "resident": None},
    ],
)
def test_an_id_stands_for_one_visit(care, other):
    visit = a_visit()
    _log(care, visit)
    with pytest.raises(errors.ConflictError):
        _log(care, replace(visit, **other))
    assert care.look("worker").visits[0].outcome is Outcome.MET


def test_an_id_of_somebody_else_s_is_told_apart(care):
    visit = a_visit()
    _log(care, visit, "manager")
    with pytest.raises(errors.ConflictError):
        _log(care, visit)


def test_what_was_kept_is_known_even_when_the_home_is_no_longer_theirs(care):
    visit, note = a_visit(), a_note()
    _log(care, visit)
    _add(care, note)
    with care.staff.owner() as tx:
        tx.driver.execute("DELETE FROM account_scopes WHERE account_id ="
                          " (SELECT id FROM accounts WHERE name = 'worker')")  # fmt: skip
        tx.commit()
    assert not _log(care, visit).is_new
    assert not _add(care, note).is_new
    with pytest.raises(errors.NotFoundError):
        _log(care, a_visit())


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"visited_at": NOW + timedelta(hours=1)}, "visited_at"),
        ({"visited_at": NOW - timedelta(days=367)}, "visited_at"),
        ({"visited_at": NOW.replace(tzinfo=None)}, "visited_at"),
        ({"note": "x" * 2001}, "note"),
        ({"note": "a\x00b"}, "note"),
        ({"rule": "Robert'); DROP"}, "rule"),
    ],
)
def test_what_cannot_be_is_told_by_field(care, changed, field):
    with pytest.raises(errors.FaultsError) as raised:
        _log(care, a_visit(**changed))
    assert set(raised.value.faults) == {field}
    assert care.number("SELECT count(*) FROM visits") == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"household": FOREIGN, "resident": None},
        {"household": "none", "resident": None},
        {"resident": f"R{FOREIGN}"},
        {"resident": "RH0-70-2"},
    ],
)
def test_nobody_is_visited_outside_own_units(care, changed):
    with pytest.raises(errors.NotFoundError):
        _log(care, a_visit(**changed))


@pytest.mark.parametrize("name", ["colleague", "planner", "admin"])
def test_others_log_nothing(care, name):
    with pytest.raises(errors.NotFoundError):
        _log(care, a_visit(), name)
    with pytest.raises(errors.NotFoundError):
        _add(care, a_note(), name)


def test_a_note_is_on_the_card_once(care):
    note = a_note()
    assert _add(care, note).is_new
    assert not _add(care, note).is_new
    with pytest.raises(errors.ConflictError):
        _add(care, replace(note, text="别的"))
    assert [line.text for line in care.look("manager").notes] == ["敲窗户"]


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 2001, "\x1b[2J"])
def test_a_note_has_text(care, text):
    with pytest.raises(errors.FaultsError):
        _add(care, a_note(text=text))
