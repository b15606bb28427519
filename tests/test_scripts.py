"""The set-up scripts, the lock files, and the table of settings."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pydantic
import pytest

from services.settings import Settings

CHECKOUT = Path(__file__).parent.parent
SCRIPTS = sorted([*(CHECKOUT / "script").iterdir(), CHECKOUT / ".ci/run"])
LOCKS = sorted(CHECKOUT.glob("requirements*.lock"))
DPKG_ALL = """
case "$*" in *postgresql*) printf 'ii postgresql-17-postgis-3\\nii chromium\\nii fonts-noto-cjk\\n';; esac
"""


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_script_is_executable_strict_and_parses(script: Path) -> None:
    assert os.access(script, os.X_OK)
    lines = script.read_text().splitlines()
    if lines[0].endswith("bash"):
        assert "set -euo pipefail" in lines
        subprocess.run(["/bin/bash", "-n", script], check=True)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_locked_package_is_pinned_by_hash(lock: Path) -> None:
    blocks = re.split(r"\n(?=\S)", lock.read_text().strip())
    assert blocks
    for block in blocks:
        assert re.match(r"[a-z0-9][a-z0-9.-]*(\[[a-z0-9,-]+\])?==\S+", block), block
        assert "--hash=sha256:" in block, block


def test_lock_holds_every_dependency_of_the_project() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    locked = set(
        re.findall(r"^[a-z0-9.-]+", (CHECKOUT / "requirements.lock").read_text(), re.MULTILINE)
    )
    names = {re.split(r"[\[<>=]", requirement)[0] for requirement in wanted}
    assert names - locked == set()


def test_no_file_of_the_setup_names_a_package_index() -> None:
    files = [*SCRIPTS, *LOCKS, CHECKOUT / ".npmrc", CHECKOUT / "pyproject.toml"]
    for file in files:
        assert re.findall(r"https?://(?!127\.0\.0\.1)\S+", file.read_text()) == [], file
    assert '"resolved"' not in (CHECKOUT / "package-lock.json").read_text()


def test_every_setting_stands_in_the_table_with_its_default() -> None:
    table = (CHECKOUT / "docs/settings.md").read_text()
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (\S+) \|", table, re.MULTILINE))
    expected = {
        _variable(name, field): field.default for name, field in Settings.model_fields.items()
    }
    shown = {
        name: "none" if value is None else f"`{_short(value)}`" for name, value in expected.items()
    }
    assert rows == shown


def _short(value: object) -> object:
    """Tell a path as the table does, from the checkout."""
    return value.relative_to(CHECKOUT) if isinstance(value, Path) else value


def _variable(name: str, field: pydantic.fields.FieldInfo) -> str:
    return str(field.validation_alias or f"WANGGE_{name.upper()}")


class Machine:
    """A checkout's scripts with stand-ins for the programs of the machine they run on."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "checkout"
        self.programs = folder / "bin"
        self.programs.mkdir()
        shutil.copytree(CHECKOUT / "script", self.checkout / "script")
        for name in (
            "bash",
            "cat",
            "comm",
            "cut",
            "dirname",
            "env",
            "flock",
            "head",
            "sed",
            "sort",
        ):
            (self.programs / name).symlink_to(str(shutil.which(name)))

    def has(self, name: str, body: str = "") -> None:
        program = self.programs / name
        program.write_text(f"#!/bin/bash\n{body}\n")
        program.chmod(0o755)

    def bootstrap(self, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/bash", self.checkout / "script/bootstrap", *options],
            env={"PATH": str(self.programs), **environment},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with Python, without rights, without packages."""
    machine = Machine(tmp_path)
    machine.has("python3")
    machine.has("dpkg-query")
    machine.has("apt-cache")
    machine.has("id", "echo 1000")
    machine.has("sudo", "exit 1")
    return machine


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    return done.stderr.splitlines()[-1]


def test_bootstrap_without_rights_prints_the_one_line_to_run(machine: Machine) -> None:
    done = machine.bootstrap()
    assert done.returncode == 1
    assert done.stdout == ""
    assert last_line(done) == (
        "bootstrap: Debian packages are missing; run: sudo apt-get install"
        " --no-install-recommends chromium fonts-noto-cjk postgresql-15-postgis-3"
    )
    assert sorted(file.name for file in machine.checkout.iterdir()) == ["script"]


def test_bootstrap_takes_the_newest_postgresql_offered(machine: Machine) -> None:
    machine.has("apt-cache", "printf 'postgresql-%s-postgis-3 - x\\n' 9 16 13")
    assert "postgresql-16-postgis-3" in last_line(machine.bootstrap("--service"))


def test_service_needs_no_browser_and_with_a_server_of_its_own_no_postgresql(
    machine: Machine,
) -> None:
    assert last_line(machine.bootstrap("--service")).endswith("recommends postgresql-15-postgis-3")
    done = machine.bootstrap("--service", DATABASE_URL="postgresql://db.example/wangge")
    assert "Debian packages" not in done.stderr


def test_installed_packages_are_found(machine: Machine) -> None:
    machine.has("dpkg-query", DPKG_ALL)
    assert "Debian packages" not in machine.bootstrap().stderr
    assert last_line(machine.bootstrap("--bench")).endswith("postgresql-17-pgrouting")


def test_bootstrap_installs_what_is_missing_when_it_may(machine: Machine) -> None:
    log = machine.checkout / "log"
    machine.has("id", "echo 0")
    machine.has("tee", "cat >/dev/null")
    machine.has("mkdir")
    machine.has("apt-get", f'echo "$*" >>"{log}"')
    machine.bootstrap("--service")
    assert log.read_text().splitlines() == [
        "update -qq",
        "install -qq --yes --no-install-recommends postgresql-15-postgis-3",
    ]


def test_failed_step_shows_what_it_said(machine: Machine) -> None:
    machine.has("id", "echo 0")
    machine.has("apt-get", "echo 'no such mirror' >&2; exit 100")
    done = machine.bootstrap()
    assert done.returncode == 1
    assert "reading the list of Debian packages failed:\nno such mirror" in done.stderr


def test_old_python_is_refused(machine: Machine) -> None:
    machine.has("python3", "exit 1")
    done = machine.bootstrap()
    assert (done.returncode, done.stderr) == (
        1,
        "bootstrap: Python 3.11 or newer is needed (python3)\n",
    )


def test_unknown_option_is_a_usage_error(machine: Machine) -> None:
    assert machine.bootstrap("--no-such-option").returncode == 2
