"""The private cluster on real servers: made, found, killed, moved, restored."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy

from services import _cluster_place, _cluster_servers, errors
from services.cluster import PrivateCluster, State
from tests import guard

ROOT = 0
AS_ROOT = os.geteuid() == ROOT
MIGRATED = "CREATE TABLE alembic_version (version_num text)"


@pytest.fixture(scope="module")
def parent() -> Iterator[Path]:
    """A folder that any account may enter, unlike those of pytest."""
    folder = Path(tempfile.mkdtemp(prefix="wangge-homes-", dir=guard.quickest_folder()))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def shared(parent: Path) -> Iterator[PrivateCluster]:
    """A cluster for the tests that leave it as they found it: running."""
    cluster = PrivateCluster(parent / "shared")
    cluster.ensure_running()
    execute(cluster, MIGRATED, "CREATE TABLE people (name text UNIQUE)")
    yield cluster
    cluster.destroy()


@pytest.fixture
def running(shared: PrivateCluster) -> PrivateCluster:
    shared.ensure_running()
    execute(shared, "TRUNCATE people")
    return shared


@pytest.fixture
def make() -> Iterator[Callable[[Path], PrivateCluster]]:
    """Make clusters that are gone after the test."""
    made = []

    def _make(home: Path) -> PrivateCluster:
        made.append(PrivateCluster.for_tests(home))
        return made[-1]

    yield _make
    for cluster in made:
        cluster.destroy()


def execute(cluster: PrivateCluster, *statements: str) -> None:
    with psycopg.connect(cluster.url()) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def value(cluster: PrivateCluster, query: str) -> object:
    with psycopg.connect(cluster.url()) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def postmaster(cluster: PrivateCluster) -> int:
    pid = cluster.status().pid
    assert pid is not None
    return pid


def data_directory(cluster: PrivateCluster) -> Path:
    data = cluster.status().data_directory
    assert data is not None
    return data


def kill(cluster: PrivateCluster) -> None:
    os.kill(postmaster(cluster), signal.SIGKILL)
    while cluster.status().state is State.RUNNING:
        time.sleep(0.01)


def test_cluster_serves_postgis_durably_in_china_standard_time(running: PrivateCluster) -> None:
    execute(running, "CREATE EXTENSION IF NOT EXISTS postgis")
    assert str(value(running, "SELECT postgis_lib_version()")).startswith("3.")
    settings = {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "data_checksums": "on",
        "listen_addresses": "",
        "timezone": "Asia/Shanghai",
        "server_encoding": "UTF8",
        "lc_collate": "C.UTF-8",
    }
    assert {name: value(running, f"SHOW {name}") for name in settings} == settings


def test_second_start_adopts_the_running_server(running: PrivateCluster, parent: Path) -> None:
    before = postmaster(running)
    again = PrivateCluster(parent / "shared")
    again.ensure_running()
    assert postmaster(again) == before


def test_status_follows_the_cluster(parent: Path, running: PrivateCluster) -> None:
    assert PrivateCluster(parent / "none").status().state is State.ABSENT
    assert not (parent / "none").exists()
    assert running.status().state is State.RUNNING
    assert running.status().version == int((data_directory(running) / "PG_VERSION").read_text())
    running.stop()
    assert running.status().state is State.STOPPED
    assert running.status().pid is None


def test_stop_ends_sessions_and_every_process(running: PrivateCluster) -> None:
    data = str(data_directory(running))
    with psycopg.connect(running.url()) as connection:
        running.stop()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    assert processes_in(data) == []
    running.stop()


def processes_in(data: str) -> list[Path]:
    links = [entry / "cwd" for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [link for link in links if os.path.lexists(link) and _target(link) == data]


def _target(link: Path) -> str | None:
    try:
        return str(link.readlink())
    except OSError:
        return None


def test_server_outlives_the_process_that_started_it(running: PrivateCluster, parent: Path) -> None:
    running.stop()
    subprocess.run([sys.executable, "-c", STARTER, parent / "shared"], check=True)
    assert value(running, "SELECT 1") == 1


STARTER = """
import pathlib, sys
from services.cluster import PrivateCluster
PrivateCluster(pathlib.Path(sys.argv[1])).ensure_running()
"""


def test_two_processes_may_make_one_cluster_at_the_same_time(
    parent: Path, make: Callable[[Path], PrivateCluster]
) -> None:
    home = parent / "raced"
    starters = [subprocess.Popen([sys.executable, "-c", STARTER, home]) for _ in range(2)]
    assert [starter.wait() for starter in starters] == [0, 0]
    assert value(make(home), "SELECT current_user") == "wangge"


def test_committed_rows_survive_the_servers_sudden_death(running: PrivateCluster) -> None:
    execute(running, "INSERT INTO people VALUES ('kept')")
    kill(running)
    running.ensure_running()
    assert value(running, "SELECT name FROM people") == "kept"


def test_sessions_left_by_a_dead_server_are_ended(running: PrivateCluster) -> None:
    outcome: list[type[BaseException]] = []

    def work_for_ever() -> None:
        try:
            execute(running, "DO $$ BEGIN LOOP END LOOP; END $$")
        except psycopg.OperationalError as error:
            outcome.append(type(error))

    busy = threading.Thread(target=work_for_ever)
    busy.start()
    active = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DO %'"
    while value(running, active) == 0:
        time.sleep(0.02)
    kill(running)
    running.ensure_running()
    busy.join(timeout=10)
    assert len(outcome) == 1
    assert value(running, active) == 0


@pytest.mark.parametrize("pid", ["1", "our own", "4194304", "", "nonsense"])
def test_pid_file_of_another_program_is_no_server(running: PrivateCluster, pid: str) -> None:
    running.stop()
    data = data_directory(running)
    number = os.getpid() if pid == "our own" else pid
    (data / "postmaster.pid").write_text(f"{number}\n{data}\n0\n5432\n\n\n\nready\n")
    assert running.status().state is State.STOPPED
    running.ensure_running()
    assert value(running, "SELECT 1") == 1


def test_server_whose_socket_was_deleted_is_restarted(running: PrivateCluster) -> None:
    sockets = running.status().socket_directory
    assert sockets is not None
    shutil.rmtree(sockets)
    running.ensure_running()
    assert value(running, "SELECT 1") == 1


def test_start_that_fails_says_why_and_where_to_read_more(
    parent: Path, make: Callable[[Path], PrivateCluster]
) -> None:
    cluster = make(parent / "broken")
    cluster.ensure_running()
    cluster.stop()
    (data_directory(cluster) / "global" / "pg_control").unlink()
    with pytest.raises(errors.ClusterError) as caught:
        cluster.ensure_running()
    assert caught.value.key == "error.cluster.start_failed"
    assert "pg_control" in str(caught.value.params["reason"])
    assert "pg_control" in Path(str(caught.value.params["log"])).read_text()


def test_birth_that_was_cut_short_is_begun_anew(
    parent: Path, make: Callable[[Path], PrivateCluster]
) -> None:
    cluster = make(parent / "cut")
    unfinished = parent / "cut" / "cluster" / "data.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("15\n")
    if AS_ROOT:
        shutil.chown(unfinished.parent, "postgres")
    cluster.ensure_running()
    assert value(cluster, "SELECT 1") == 1
    assert not unfinished.exists()


def test_any_path_of_a_home_will_do(parent: Path, make: Callable[[Path], PrivateCluster]) -> None:
    name = "网格 $(false) \"'`,%;" + "l" * 120
    (parent / name).mkdir()
    one, two = make(parent / name / "one"), make(parent / name / "two")
    for cluster in (one, two):
        cluster.ensure_running()
        sockets = cluster.status().socket_directory
        assert sockets is not None
        assert len(os.fsencode(sockets)) < 80
        assert sockets.stat().st_mode & 0o777 == 0o700
    execute(one, "CREATE TABLE only_here ()")
    assert value(two, "SELECT to_regclass('only_here')") is None
    assert one.status().socket_directory != two.status().socket_directory


def test_folder_that_someone_opened_is_not_used_for_the_socket(
    parent: Path, make: Callable[[Path], PrivateCluster]
) -> None:
    home = parent / ("o" * 100)
    trap = _cluster_place.Place(home / "cluster").sockets
    trap.mkdir()
    trap.chmod(0o777)
    try:
        with pytest.raises(errors.ClusterError) as caught:
            make(home).ensure_running()
    finally:
        trap.rmdir()
    assert caught.value.key == "error.cluster.socket_folder"


def test_home_that_is_moved_takes_its_running_server_along(parent: Path) -> None:
    cluster = PrivateCluster(parent / "before")
    cluster.ensure_running()
    execute(cluster, "CREATE TABLE things AS SELECT 'kept' AS name")
    (parent / "before").rename(parent / "after")
    moved = PrivateCluster(parent / "after")
    moved.ensure_running()
    assert value(moved, "SELECT name FROM things") == "kept"
    assert value(moved, "SHOW data_directory") == str(data_directory(moved))
    assert cluster.status().state is State.ABSENT
    moved.destroy()


def test_home_that_is_deleted_leaves_no_server_in_the_way(
    parent: Path, make: Callable[[Path], PrivateCluster]
) -> None:
    home = parent / "deleted"
    first = make(home)
    first.ensure_running()
    execute(first, "CREATE TABLE only_before ()")
    left = postmaster(first)
    shutil.rmtree(home)
    make(home).ensure_running()
    assert value(first, "SELECT to_regclass('only_before')") is None
    assert postmaster(first) != left


def test_home_that_postgresql_may_not_enter_has_its_data_elsewhere(
    make: Callable[[Path], PrivateCluster], tmp_path: Path
) -> None:
    assert tmp_path.stat().st_mode & 0o077 == 0
    cluster = make(tmp_path / "home")
    cluster.ensure_running()
    assert data_directory(cluster).is_relative_to(tmp_path) is not AS_ROOT
    assert value(cluster, "SELECT 1") == 1

    cluster.stop()
    (tmp_path / "home").rename(tmp_path / "moved")
    moved = make(tmp_path / "moved")
    moved.ensure_running()
    execute(moved, "CREATE TABLE only_here ()")
    moved.stop()

    shutil.copytree(tmp_path / "moved", tmp_path / "copy", symlinks=True)
    copy = make(tmp_path / "copy")
    copy.ensure_running()
    moved.ensure_running()
    assert data_directory(copy) != data_directory(moved)
    assert value(moved, "SELECT to_regclass('only_here')::text") == "only_here"


def test_data_made_elsewhere_are_deleted_with_the_cluster(tmp_path: Path) -> None:
    cluster = PrivateCluster.for_tests(tmp_path / "home")
    cluster.ensure_running()
    data = data_directory(cluster)
    cluster.destroy()
    assert not data.exists()
    assert cluster.status().state is State.ABSENT
    with pytest.raises(errors.ClusterError, match="absent"):
        cluster.url()


def test_home_that_cannot_be_made_is_named(parent: Path) -> None:
    (parent / "file").touch()
    with pytest.raises(errors.ClusterError) as caught:
        PrivateCluster(parent / "file" / "home").ensure_running()
    assert caught.value.key == "error.cluster.home_unusable"


def test_nobody_but_the_account_and_root_gets_near_the_data(running: PrivateCluster) -> None:
    status = running.status()
    assert status.data_directory is not None
    assert status.socket_directory is not None
    for folder in (status.data_directory, status.socket_directory):
        assert folder.stat().st_mode & 0o077 == 0
        assert folder.stat().st_uid != ROOT


def test_rows_do_not_leak_into_the_log(running: PrivateCluster) -> None:
    execute(running, "INSERT INTO people VALUES ('王小明')")
    with pytest.raises(psycopg.errors.UniqueViolation, match="王小明"):
        execute(running, "INSERT INTO people VALUES ('王小明')")
    with pytest.raises(psycopg.errors.InvalidTextRepresentation, match="李小红"):
        execute(running, "SELECT 'Name 李小红'::int")
    running.stop()
    log = data_directory(running).parent / "server.log"
    assert "database system is shut down" in log.read_text()
    assert "小" not in log.read_text()


def test_url_is_read_alike_by_psycopg_and_sqlalchemy(
    running: PrivateCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGHOST", "nowhere.invalid")
    monkeypatch.setenv("PGUSER", "nobody")
    assert value(running, "SELECT current_database()") == "wangge"
    address = running.url().replace("postgresql:", "postgresql+psycopg:", 1)
    engine = sqlalchemy.create_engine(address)
    with engine.connect() as connection:
        assert connection.scalar(sqlalchemy.text("SELECT current_user")) == "wangge"
    engine.dispose()


def test_databases_are_made_copied_and_dropped(running: PrivateCluster) -> None:
    running.create_database('odd "name" % 网')
    with psycopg.connect(running.url('odd "name" % 网')) as connection:
        connection.execute("CREATE TABLE here ()")
    with pytest.raises(errors.ClusterError, match="database_exists"):
        running.create_database('odd "name" % 网')
    running.create_database("copy", template='odd "name" % 网')
    with psycopg.connect(running.url("copy")) as connection:
        assert connection.execute("SELECT to_regclass('here')::text").fetchone() == ("here",)
        running.drop_database("copy")
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    running.drop_database("copy")
    running.drop_database('odd "name" % 网')
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(running.url("copy"))


def test_restore_brings_back_what_was_backed_up(running: PrivateCluster, tmp_path: Path) -> None:
    execute(running, "INSERT INTO people VALUES ('backed up')")
    running.backup(tmp_path / "copy.dump")
    execute(running, "UPDATE people SET name = 'changed since'")
    with psycopg.connect(running.url()) as session:
        running.restore(tmp_path / "copy.dump")
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")
    assert value(running, "SELECT name FROM people") == "backed up"
    names = "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database"
    assert value(running, names) == "postgres template0 template1 wangge"
    assert list(tmp_path.iterdir()) == [tmp_path / "copy.dump"]


def test_broken_or_foreign_backup_changes_nothing(running: PrivateCluster, tmp_path: Path) -> None:
    whole, cut, foreign = (tmp_path / name for name in ("whole", "cut", "foreign"))
    execute(running, "INSERT INTO people SELECT md5(i::text) FROM generate_series(1, 20000) i")
    running.backup(whole)
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    execute(running, "ALTER TABLE alembic_version RENAME TO elsewhere")
    running.backup(foreign)
    execute(running, "ALTER TABLE elsewhere RENAME TO alembic_version", "TRUNCATE people")
    execute(running, "INSERT INTO people VALUES ('still here')")
    cases = {cut: "restore_failed", tmp_path / "none": "restore_failed", foreign: "restore_foreign"}
    for file, key in cases.items():
        with pytest.raises(errors.ClusterError) as caught:
            running.restore(file)
        assert caught.value.key == f"error.cluster.{key}"
        assert value(running, "SELECT name FROM people") == "still here"


def test_backup_that_fails_leaves_no_file(running: PrivateCluster, tmp_path: Path) -> None:
    with pytest.raises(errors.ClusterError) as caught:
        running.backup(tmp_path / "no folder" / "copy.dump")
    assert caught.value.key == "error.cluster.backup_failed"
    assert list(tmp_path.iterdir()) == []


def test_psql_speaks_with_the_database(
    running: PrivateCluster, capfd: pytest.CaptureFixture[str]
) -> None:
    assert running.psql(["--no-psqlrc", "-Atc", "SELECT current_database()"]) == 0
    assert capfd.readouterr().out == "wangge\n"
    assert running.psql(["--no-psqlrc", "-c", "SELECT no_such_column"]) == 1


def install(system: Path, major: str, *, postgis: bool) -> None:
    """Lay out a server as Debian does."""
    programs = system / "lib/postgresql" / major / "bin"
    programs.mkdir(parents=True)
    (programs / "postgres").touch()
    extensions = system / "share/postgresql" / major / "extension"
    extensions.mkdir(parents=True)
    if postgis:
        (extensions / "postgis.control").touch()


def test_newest_server_with_postgis_is_chosen(tmp_path: Path) -> None:
    install(tmp_path, "9.6", postgis=True)
    install(tmp_path, "13", postgis=True)
    with pytest.raises(errors.ClusterError, match="no_server"):
        _cluster_servers.newest(tmp_path)
    install(tmp_path, "18", postgis=False)
    with pytest.raises(errors.ClusterError, match=r"no_postgis.*postgresql-18-postgis-3"):
        _cluster_servers.newest(tmp_path)
    install(tmp_path, "15", postgis=True)
    install(tmp_path, "16", postgis=True)
    assert _cluster_servers.newest(tmp_path).major == 16


def test_data_need_the_version_that_made_them(tmp_path: Path) -> None:
    install(tmp_path, "16", postgis=True)
    install(tmp_path, "17", postgis=True)
    (tmp_path / "PG_VERSION").write_text("16\n")
    assert _cluster_servers.of_data(tmp_path, tmp_path).major == 16
    (tmp_path / "PG_VERSION").write_text("15\n")
    with pytest.raises(errors.ClusterError, match=r"version_gone.*postgresql-15-postgis-3"):
        _cluster_servers.of_data(tmp_path, tmp_path)


def test_killed_test_run_leaves_nothing(tmp_path: Path) -> None:
    note = tmp_path / "home"
    with subprocess.Popen([sys.executable, "-c", RUN, note], cwd=guard.CHECKOUT) as run:
        while not note.exists():
            time.sleep(0.02)
        run.kill()
    home, data = (Path(line) for line in note.read_text().splitlines())
    while home.exists():
        time.sleep(0.02)
    assert processes_in(str(data)) == []
    assert not data.exists()


RUN = """
import pathlib, sys, time
from services.cluster import PrivateCluster
from tests import guard
with guard.guarded_home() as home:
    cluster = PrivateCluster.for_tests(home)
    cluster.ensure_running()
    note = pathlib.Path(sys.argv[1])
    note.with_suffix(".new").write_text(f"{home}\\n{cluster.status().data_directory}\\n")
    note.with_suffix(".new").rename(note)
    time.sleep(600)
"""
