"""Uploads are kept for the service only, and go when they are not needed."""

import io
import os
import stat
import time
from pathlib import Path

import pytest

from services import errors
from services.spool import Spool, plain_name


def test_an_upload_is_kept_as_it_is_for_us_only(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    path = spool.keep(io.BytesIO(b"a,b\n"), "户 名单.csv")
    assert path.read_bytes() == b"a,b\n"
    assert path.name == "户 名单.csv"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(spool.folder.stat().st_mode) == 0o700
    spool.discard(path)
    assert list(spool.folder.iterdir()) == []


def test_the_same_name_twice_is_two_uploads(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    paths = {spool.keep(io.BytesIO(b"x"), "a.csv") for _ in range(3)}
    assert len(paths) == 3


def test_an_empty_upload_leaves_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    with pytest.raises(errors.RefusedError) as refused:
        spool.keep(io.BytesIO(b""), "a.csv")
    assert refused.value.key == "error.upload.empty"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\a.csv", "a.csv"),
        ("..", "upload"),
        ("", "upload"),
        ("a\x00b.csv", "a_b.csv"),
        ("x" * 300 + ".gpkg", "x" * 115 + ".gpkg"),
    ],
)
def test_names_say_no_way(name: str, kept: str) -> None:
    assert plain_name(name) == kept


def test_what_is_not_ours_is_not_deleted(tmp_path: Path) -> None:
    other = tmp_path / "other" / "a.csv"
    other.parent.mkdir()
    other.write_text("x")
    Spool(tmp_path / "spool").discard(other)
    assert other.exists()


def test_what_nobody_came_back_to_is_swept(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    old, wanted, new = (spool.keep(io.BytesIO(b"x"), "a.csv") for _ in range(3))
    two_days_ago = time.time() - 2 * 24 * 3600
    for path in (old, wanted):
        os.utime(path.parent, (two_days_ago, two_days_ago))
    spool.sweep([wanted])
    assert (old.exists(), wanted.exists(), new.exists()) == (False, True, True)


def test_what_lies_beside_an_upload_stays_until_it_is_discarded_or_old(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    path = spool.keep(io.BytesIO(b"x"), "a.csv")
    path.with_name(".rest.csv").write_text("y")
    spool.empty(path)
    assert not path.exists()
    assert spool.beside(path, ".rest.csv") == path.with_name(".rest.csv")
    assert spool.beside(path, ".none.csv") is None
    assert not spool.renew(path)
    os.utime(path.parent, (time.time() - 25 * 3600,) * 2)
    assert spool.beside(path, ".rest.csv") is None
    spool.discard(path)
    assert spool.beside(path, ".rest.csv") is None


def test_an_upload_taken_up_again_is_kept_for_another_day(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    path = spool.keep(io.BytesIO(b"x"), "a.csv")
    os.utime(path.parent, (time.time() - 23 * 3600,) * 2)
    assert spool.renew(path)
    assert path.parent.stat().st_mtime > time.time() - 60


def test_nothing_outside_is_given_out(tmp_path: Path) -> None:
    other = tmp_path / "other" / "a.csv"
    other.parent.mkdir()
    other.write_text("x")
    spool = Spool(tmp_path / "spool")
    spool.empty(other)
    assert other.exists()
    assert spool.beside(other, "a.csv") is None
    assert not spool.renew(other)
