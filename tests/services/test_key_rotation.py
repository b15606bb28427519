"""Another key: everything is sealed anew, nothing is lost on the way, nobody waits for long."""

import stat
from datetime import UTC, datetime
from uuid import uuid4

import numpy as np
import pytest
import sqlalchemy as sa

from services import audit, errors, key_files, key_rotation, sealing
from services import caller as callers
from services.households import changes, history, identities
from services.households.contents import ChangeKind
from services.patrol import positions
from services.patrol.recordings import Recording
from services.sealing import Sealer
from tests.services import patrols, small_district, staff
from tests.services.households import caring
from tests.services.households.caring import GRANNY, ID_NUMBER, PHONE

_OPENED = sa.text("SELECT id_number, phone, version, field_versions FROM residents WHERE code = :c")


def _ignore(step: str, done: int, total: int | None) -> None:
    """Tell nobody."""


@pytest.fixture
def home(tmp_path):
    return tmp_path


@pytest.fixture
def known(database, home):
    hired = staff.hire(database, [(0, 0, 3)] * 8)
    caring.settle(hired, Sealer.from_home(home))
    return hired


def _rotate(hired, home) -> key_rotation.Rotation:
    return key_rotation.rotate(hired.database, callers.operator(), home, _ignore)


def _granny(hired):
    with hired.owner() as tx:
        return tx.sql.execute(_OPENED, {"c": GRANNY}).one()


def _propose(hired, home):
    values = {"name": "王奶奶", "birth_date": "1940-01-02", "phone": "13900000000"}
    proposal = caring.proposal(ChangeKind.NEW_RESIDENT, values, base=1, number=uuid4())
    with hired.meeting("worker") as tx:
        made = changes.propose(tx, Sealer.from_home(home), proposal, datetime.now(UTC).date())
        tx.commit()
    return made.change


def test_everything_is_sealed_anew_and_the_former_key_is_gone(known, home):
    change = _propose(known, home)
    before = _granny(known)
    old = Sealer.from_home(home)
    done = _rotate(known, home)
    assert (done.number, done.resealed, done.unreadable, done.deleted) == (2, 2, 0, (1,))
    sealer = Sealer.from_home(home)
    (file,) = (home / "keys").iterdir()
    assert file.name == "residents-2.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    after = _granny(known)
    assert (sealer.open(after.id_number), sealer.open(after.phone)) == (ID_NUMBER, PHONE)
    with pytest.raises(errors.RefusedError):
        old.open(after.phone)
    with known.owner() as tx:
        assert history.find(tx, sealer, change.id).values["phone"] == "139****0000"
        with pytest.raises(errors.FaultsError):  # found by the new hash
            identities.check_new(tx, sealer, None, {"id_number": ID_NUMBER})
        (line,) = audit.lines(tx, audit.Filter(action="secrets"))
        assert line.details == {"key": 2, "deleted": [1], "resealed": 2, "unreadable": 0}
    assert (after.version, after.field_versions) == (before.version, before.field_versions)


def test_what_was_interrupted_is_gone_on_with(known, home, monkeypatch):
    def power_cut(step: str, done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(key_rotation, "_BATCH", 1)
    _propose(known, home)
    with pytest.raises(KeyboardInterrupt):
        key_rotation.rotate(known.database, callers.operator(), home, power_cut)
    both = Sealer.from_home(home)
    assert [former.number for former in both.former] == [1]
    assert both.open(_granny(known).phone) == PHONE
    with known.owner() as tx, pytest.raises(errors.FaultsError):
        identities.check_new(tx, both, None, {"id_number": ID_NUMBER})
    done = _rotate(known, home)
    assert (done.number, done.resealed, done.deleted) == (2, 1, (1,))
    assert _rotate(known, home).number == 3


def test_positions_of_volunteers_are_sealed_and_sealed_anew(database, home):
    with database.transaction(callers.operator()) as tx:
        small_district.fill(tx)
        sealer = Sealer.from_home(home)
        where = np.array([[116.8, 32.6], [116.81, 32.6]])
        recording = Recording(1, np.array([0.0, 60.0]), where)
        track = patrols.add_track(tx, small_district.DAY, [(0, 0.0, 300.0)])
        tx.driver.execute("DELETE FROM patrol_positions")
        positions.store(tx, sealer, track, small_district.DAY, recording)
        tx.commit()
        (sealed,) = tx.sql.execute(sa.text("SELECT sealed FROM patrol_positions")).scalars()
        assert where.tobytes()[:8] not in bytes(sealed)
    done = key_rotation.rotate(database, callers.operator(), home, _ignore)
    assert (done.resealed, done.deleted) == (1, (1,))
    with database.transaction(callers.operator()) as tx:
        (kept,) = positions.kept(tx, Sealer.from_home(home))
        assert list(positions.kept(tx, sealer)) == [], "the key of then opens it no more"
    assert kept.track_id == track
    np.testing.assert_array_equal(kept.recording.lonlat, where)
    np.testing.assert_array_equal(kept.recording.time_s, [0.0, 60.0])


def test_it_ends_when_all_was_done_but_the_last_step(known, home):
    _rotate(known, home)
    key_files.make(home, 3)
    done = _rotate(known, home)
    assert (done.number, done.deleted) == (3, (2,))
    assert Sealer.from_home(home).open(_granny(known).phone) == PHONE


def test_nobody_seals_with_a_key_that_is_about_to_go(known, home, monkeypatch):
    monkeypatch.setattr(key_rotation, "_TRIES", 2)
    stale = Sealer.from_home(home)
    with known.meeting("worker") as tx:
        sealing.held(tx, stale)
        with pytest.raises(errors.ConflictError):
            _rotate(known, home)
        assert len(list((home / "keys").iterdir())) == 1
    _rotate(known, home)
    with known.meeting("worker") as tx:
        assert sealing.held(tx, stale).number == 2


def test_pages_that_were_open_all_along_read_what_is_sealed_anew(known, home):
    from_the_start = Sealer.from_home(home)
    change = _propose(known, home)
    _rotate(known, home)
    with known.meeting("manager") as tx:
        assert [waits.id for waits in history.waiting(tx, from_the_start)] == [change.id]
    with known.meeting("worker") as tx:
        assert history.own(tx, from_the_start)[0].values["phone"] == "139****0000"


def test_one_rotation_at_a_time(known, home):
    with (
        key_rotation._only_one(known.database, callers.operator()),
        pytest.raises(errors.ConflictError),
    ):
        _rotate(known, home)


def test_what_no_key_opens_is_left_and_counted(known, home):
    lost = Sealer(b"x" * 32, b"y" * 32).seal("lost")
    with known.owner() as tx:
        tx.sql.execute(
            sa.text("UPDATE residents SET phone = :lost WHERE code = :c"),
            {"lost": lost, "c": GRANNY},
        )
        tx.commit()
    done = _rotate(known, home)
    assert (done.resealed, done.unreadable, done.deleted) == (0, 1, (1,))
    after = _granny(known)
    assert bytes(after.phone) == lost
    assert Sealer.from_home(home).open(after.id_number) == ID_NUMBER
    assert _rotate(known, home).number == 3


_PLAIN = {
    "sessions.token_hash",
    "login_attempts.name_hash",
    "api_keys.key_hash",
    "audit_log.hash",
    "network_arrays.data",
}
"""Binary columns that hold nothing sealed."""


def test_every_sealed_column_is_known(database, caller):
    with database.transaction(caller) as tx:
        rows = tx.sql.execute(
            sa.text(
                "SELECT table_name || '.' || column_name FROM information_schema.columns"
                " WHERE table_schema = 'public' AND data_type = 'bytea'"
            )
        )
        found = set(rows.scalars())
    sealed = {f"{table.name}.{name}" for table in key_rotation.SEALED for name in table.stored}
    assert found == sealed | _PLAIN
