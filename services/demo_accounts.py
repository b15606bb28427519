"""Log-ins of the sample district: one for each role, with passwords of this installation's own.

They exist on generated data only. The passwords are made once and kept beside the keys, readable
by the service's owner alone, so that they can be shown again at every start.
"""

import os
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import orjson
import sqlalchemy as sa

from services import accounts, passwords, roster
from services.accounts import NewAccount, Scope
from services.caller import Role
from services.database import Transaction
from services.roster import Employment

_FILE = "demo-logins.json"
_SHOWN = {
    "planner": "演示规划员",
    "worker": "演示网格员",
    "manager": "演示社区主任",
    "township": "演示街道主任",
    "admin": "演示管理员",
}
_HIRED_ON = date(2025, 3, 1)
# The township with most grids, the community with most in it, its first grids.
_PLACE = sa.text("""
    SELECT left(code, 9) AS township, left(code, 12) AS community,
           (array_agg(code ORDER BY code))[1:2] AS grids
    FROM units WHERE level = 'grid'
    GROUP BY 1, 2 ORDER BY count(*) DESC, 2 LIMIT 1
""")


@dataclass(frozen=True)
class DemoLogin:
    """A log-in to be shown."""

    role: str
    name: str
    password: str
    units: tuple[str, ...]


def ensure(tx: Transaction, home: Path) -> bool:
    """Make the demo accounts, unless there are accounts already; tell whether they were made.

    Parameters
    ----------
    home
        Where the passwords are kept.
    """
    place = tx.sql.execute(_PLACE).one_or_none()
    if place is None or not accounts.is_empty(tx):
        return False
    wanted = (
        (Role.PLANNER, "planner", ()),
        (Role.GRID_WORKER, "worker", tuple(place.grids)),
        (Role.COMMUNITY_MANAGER, "manager", (place.community,)),
        (Role.TOWNSHIP_MANAGER, "township", (place.township,)),
        (Role.ADMIN, "admin", ()),
    )
    made = [DemoLogin(role.value, name, passwords.made(), units) for role, name, units in wanted]
    for login in made:
        scopes = tuple(Scope(code) for code in login.units)
        account = NewAccount(login.name, _SHOWN[login.name], Role(login.role), scopes)
        accounts.add(tx, account, login.password)
    roster.enrol(tx, "worker", Employment(_HIRED_ON))
    _keep(home / _FILE, made)
    return True


def known(home: Path) -> tuple[DemoLogin, ...]:
    """Return the demo log-ins of an installation; none where there is no sample district."""
    path = home / _FILE
    if not path.exists():
        return ()
    found = orjson.loads(path.read_bytes())
    return tuple(DemoLogin(**{**entry, "units": tuple(entry["units"])}) for entry in found)


def _keep(path: Path, logins: list[DemoLogin]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(orjson.dumps([asdict(login) for login in logins], option=orjson.OPT_INDENT_2))
