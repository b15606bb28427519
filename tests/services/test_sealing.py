"""Values are sealed by the newest key and opened by the one that sealed them."""

import stat
import threading

import pytest

from services import errors, key_files, sealing
from services.sealing import Sealer


def test_what_is_sealed_opens_again_and_never_looks_the_same(tmp_path):
    sealer = Sealer.from_home(tmp_path)
    first, none, second = sealer.seal_many(["13800000000", None, "13800000000"])
    assert none is None
    assert first != second
    assert b"138" not in first
    assert sealer.open(first) == sealer.open(second) == "13800000000"


def test_the_key_is_made_once_and_is_the_owners_alone(tmp_path):
    assert Sealer.from_home(tmp_path) == Sealer.from_home(tmp_path)
    file = tmp_path / "keys" / "residents.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_equal_values_have_equal_hashes_under_one_key_only(tmp_path):
    one, other = Sealer.from_home(tmp_path / "a"), Sealer.from_home(tmp_path / "b")
    assert one.hash_many(["x", "x", None])[0] == one.hash_many(["x"])[0]
    assert one.hash_many([None]) == [None]
    assert one.hash_many(["x"]) != other.hash_many(["x"])


def test_another_key_and_a_changed_byte_are_noticed(tmp_path):
    one, other = Sealer.from_home(tmp_path / "a"), Sealer.from_home(tmp_path / "b")
    sealed = one.seal_many(["secret"])[0]
    with pytest.raises(errors.RefusedError):
        other.open(sealed)
    with pytest.raises(errors.RefusedError):
        one.open(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(errors.RefusedError) as raised:
        one.open(b"\x07" + sealed[1:])
    assert raised.value.key == "error.keys.other_key"


def test_a_damaged_key_file_is_named(tmp_path):
    Sealer.from_home(tmp_path)
    (tmp_path / "keys" / "residents.key").write_bytes(b"short")
    with pytest.raises(errors.ClusterError):
        Sealer.from_home(tmp_path)


def test_a_new_key_seals_and_the_former_still_opens(tmp_path):
    first = Sealer.from_home(tmp_path)
    old = first.seal("secret")
    key_files.make(tmp_path, 2)
    second = Sealer.from_home(tmp_path)
    new = second.seal("secret")
    assert (old[0], new[0]) == (1, 2)
    assert second.open(old) == second.open(new) == "secret"
    assert second.hashes("x") == [*second.hash_many(["x"]), *first.hash_many(["x"])]
    with pytest.raises(errors.RefusedError):
        first.open(new)
    key_files.delete(tmp_path, 1)
    third = Sealer.from_home(tmp_path)
    assert third.open(new) == "secret"
    assert third.former == ()
    with pytest.raises(errors.RefusedError):
        third.open(old)


def test_keys_have_room_for_one_byte(tmp_path):
    with pytest.raises(errors.RefusedError):
        key_files.make(tmp_path, 256)
    with pytest.raises(ValueError, match="lower"):
        Sealer(b"k" * 32, b"h" * 32, 2, former=(Sealer(b"k" * 32, b"h" * 32, 3),))


def test_many_that_start_at_once_find_one_whole_key(tmp_path):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(Sealer.from_home(tmp_path))) for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 16
    assert len(set(found)) == 1
    assert [file.name for file in (tmp_path / "keys").iterdir()] == ["residents.key"]


def test_keys_show_in_no_message(tmp_path):
    sealer = Sealer.from_home(tmp_path)
    assert repr(sealer.key)[2:-1] not in repr(sealer)
    assert "key=" not in repr(sealer)


def test_who_holds_the_keys_gets_those_there_are_now(database, caller, tmp_path):
    stale = Sealer.from_home(tmp_path)
    key_files.make(tmp_path, 2)
    with database.transaction(caller) as tx:
        assert sealing.held(tx, stale).number == 2
        apart = Sealer(b"k" * 32, b"h" * 32)
        assert sealing.held(tx, apart) is apart
