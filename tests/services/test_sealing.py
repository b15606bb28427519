import stat

import pytest

from services import errors
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
