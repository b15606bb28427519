"""A district with staff, addresses and people: what finding households is measured on."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bench import arena, data
from services import accounts, assignment, network, search_texts
from services.accounts import NewAccount, Scope
from services.caller import Caller, Role
from services.database import Database, Transaction
from services.imports import bulk, copying, households, residents

PASSWORD = "correct horse battery"
_FIRST, _SECOND = (
    "永安福兴泰和昌平春华明达金玉翠湖阳光文景",
    "宁乐庆康源盛祥瑞丰茂清秀锦荣嘉信德仁义礼",
)
_ENDINGS = ("花园", "新村", "家属院", "小区", "公寓")
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董潘袁蔡蒋余"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英建国华志文玉兰海燕红梅春生德福贵荣"
_IN_AN_ESTATE = 125  # homes
_TODAY = np.datetime64("2026-11-23")
_IN_A_BATCH = 500_000
_VISITS_EACH = 4
# Whoever lives alone was visited, two weeks apart; the last time up to two weeks ago.
_VISITS: Final = """
    INSERT INTO visits (id, household_id, resident_id, visited_at, outcome, account_id)
    SELECT gen_random_uuid(), r.household_id, r.id,
           %(day)s::date + time '10:00' - make_interval(days => 14 * n + r.id %% 14), 'met',
           %(account)s
    FROM residents r CROSS JOIN generate_series(0, %(each)s - 1) n WHERE r.lives_alone
"""


@dataclass(frozen=True)
class Staff:
    """Callers by what they are, and a place in the middle of the units of each."""

    callers: dict[str, Caller]
    places: dict[str, tuple[float, float]]


def fill(database: Database, count: int) -> Staff:
    """Make a district of so many households, one person in each, and its staff."""
    lonlat = data.homes(count)
    drawn = data.cells()
    with arena.transaction(database) as tx:
        data.store_units(tx, drawn)
        _store(tx, households.KIND.target.table, _homes(lonlat))
        assignment.assign_all(tx)
        data.store_centres(tx, 50)
        network.store(tx, data.paths(), network.Source("bench", "0" * 64, data.METRIC, None, None))
        _store(tx, residents.KIND.target.table, _people(count))
        search_texts.refresh_forms(tx)
        staff = _staff(tx, drawn)
        visits = {
            "day": data.DAY,
            "account": staff.callers["worker"].account_id,
            "each": _VISITS_EACH,
        }
        tx.driver.execute(_VISITS, visits)
    arena.settle(database)
    return staff


def _staff(tx: Transaction, drawn: data.Cells) -> Staff:
    grid = len(drawn.codes) // 2  # in the middle of the district
    code = drawn.codes[grid]
    wanted = {
        "worker": (Role.GRID_WORKER, (code, drawn.codes[grid + 1])),
        "manager": (Role.COMMUNITY_MANAGER, (code[:12],)),
        "township": (Role.TOWNSHIP_MANAGER, (code[:9],)),
    }
    callers, places = {}, {}
    everything = drawn.everything
    for name, (role, units) in wanted.items():
        account = NewAccount(name, name, role, tuple(Scope(unit) for unit in units))
        callers[name] = Caller(name, role, accounts.add(tx, account, PASSWORD))
        inside = everything[units[0]].representative_point()
        places[name] = (inside.x, inside.y)
    return Staff(callers, places)


def _store(tx: Transaction, table: str, columns: dict[str, Any]) -> None:
    """Put rows into an empty table, its indexes made afterwards; nothing is checked row by row."""
    target = {"households": households.KIND, "residents": residents.KIND}[table].target
    definitions = bulk.take_off(tx, target)
    tx.driver.execute("SET LOCAL session_replication_role = replica")
    with copying.into(tx, table, list(columns)) as copy:
        for batch in pa.table(columns).to_batches(_IN_A_BATCH):
            copy.write(batch)
    tx.driver.execute("SET LOCAL session_replication_role = origin")
    bulk.put_back(tx, definitions)
    bulk.use_up(tx, target, len(columns["id"]))


def _homes(lonlat: NDArray[np.float64]) -> dict[str, Any]:
    number = np.arange(len(lonlat))
    side = np.sqrt((data.EAST - data.WEST) * (data.NORTH - data.SOUTH) / len(lonlat))
    side *= np.sqrt(_IN_AN_ESTATE)  # degrees of an estate: a larger district has more of them
    cell = ((lonlat - (data.WEST, data.SOUTH)) // side).astype(np.int64)
    estate = cell[:, 0] * 997 + cell[:, 1]
    column, row = cell[:, 0] // 10, cell[:, 1] // 10
    parts = [
        "八公山区",
        _picked(_FIRST, column // 2),
        _picked(_SECOND, row // 4),
        "街道",
        _picked(_SECOND, column),
        _picked(_FIRST, row),
        "社区",
        _picked(_FIRST, estate),
        _picked(_SECOND, estate // 20),
        _picked(_ENDINGS, estate // 7),
        _text(number % 60 + 1),
        "栋",
        _text(number // 60 % 4 + 1),
        "单元",
        _text((number // 7 % 6 + 1) * 100 + number % 4 + 1),
        "室",
    ]
    points = pc.binary_join_element_wise(
        "SRID=4490;POINT(", _text(lonlat[:, 0]), " ", _text(lonlat[:, 1]), ")", ""
    )
    return {
        "id": pa.array(number + 1),
        "code": pc.binary_join_element_wise("H", _text(number), ""),
        "address": pc.binary_join_element_wise(*parts, ""),
        "building": _text(number % 60 + 1),
        "geom": points,
    }


def _people(count: int) -> dict[str, Any]:
    rng = np.random.default_rng(count)
    number = np.arange(count)
    family, first, second = (rng.integers(0, 40, count) for _ in range(3))
    given = pc.binary_join_element_wise(
        _picked(_SURNAMES, family), _picked(_GIVEN, first), _picked(_GIVEN, second), ""
    )
    age_days = rng.integers(0, 95 * 365, count)
    alone = rng.random(count) < 0.08
    return {
        "id": pa.array(number + 1),
        "code": pc.binary_join_element_wise("R", _text(number), ""),
        "household_id": pa.array(number + 1),
        "name": given,
        "name_search": search_texts.names(given),
        "birth_date": pa.array(_TODAY - age_days),
        "lives_alone": pa.array(alone),
        "tags": pa.array(np.where(alone, "{empty_nest}", "{}")),
    }


def _text(values: NDArray[Any]) -> Any:
    return pa.array(values).cast(pa.string())


def _picked(words: Any, index: NDArray[np.int64]) -> Any:
    return pa.array(list(words)).take(pa.array(index % len(words)))
