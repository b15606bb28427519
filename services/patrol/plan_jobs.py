"""Plans as background jobs: asked for, improved while there is time, turned into routes."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import orjson
import sqlalchemy as sa
from numpy.typing import NDArray

from gis.tracks import sections
from services import audit, errors, jobs, network, units
from services import caller as callers
from services.database import Database, Transaction
from services.imports import locks
from services.patrol import planning, routes
from services.patrol.planning import PlanAsked
from services.patrol.routes import Origin, Schedule
from services.themes.patrol import Patrol, PatrolQuery

TASK = "patrol-plan"
_WRITE_EVERY_S = 1.0

Progress = Callable[[str, int, int | None], None]

_INSERT = sa.text("""
    INSERT INTO patrol_plans (unit_code, made_on, caller, asked)
    VALUES (:unit, :day, :caller, CAST(:asked AS jsonb)) RETURNING id
""")
_HAS_JOB = sa.text("UPDATE patrol_plans SET job_id = :job WHERE id = :id")
_SAVE = sa.text("UPDATE patrol_plans SET result = CAST(:result AS jsonb) WHERE id = :id")
_LATEST = sa.text("""
    SELECT id, job_id, unit_code, made_on, asked, result,
           EXISTS (SELECT FROM patrol_routes r WHERE r.plan_id = p.id) AS adopted
    FROM patrol_plans p WHERE CAST(:id AS integer) IS NULL OR id = :id
    ORDER BY id DESC LIMIT :limit
""")


@dataclass(frozen=True)
class StoredPlan:
    """A plan, finished or under way.

    Attributes
    ----------
    job_id
        The job that makes it; None: it was made at the command line.
    result
        See `planning.told`; None: nothing yet.
    adopted
        Whether routes were made of it.
    """

    id: int
    job_id: int | None
    unit_code: str
    made_on: date
    asked: PlanAsked
    result: Mapping[str, Any] | None
    adopted: bool


def submit(tx: Transaction, asked: PlanAsked, day: date) -> int:
    """Ask for a plan, and return its number.

    Raises
    ------
    errors.NotFoundError
        There is no such unit.
    """
    unit = units.find(tx, asked.unit, day)
    with tx.as_owner() as own:
        number = _begin(own, asked, day, tx.caller.name)
    arguments = {"plan": number, "asked": asked.to_json(), "day": day.isoformat()}
    job = jobs.submit(tx, TASK, arguments, "job.patrol_plan", unit=unit.name)
    with tx.as_owner() as own:
        own.sql.execute(_HAS_JOB, {"id": number, "job": job})
    return number


def run(
    database: Database, theme: Patrol, progress: Progress, arguments: Mapping[str, Any]
) -> dict[str, Any]:
    """Make one plan; the best so far is written down about every second, and stays if cancelled.

    Raises
    ------
    errors.CancelledError
        It was cancelled.
    """
    asked, day = PlanAsked.from_json(arguments["asked"]), date.fromisoformat(arguments["day"])
    number, whole = arguments["plan"], round(asked.seconds)
    try:
        task = prepared(database, theme, asked, day)
        written = -_WRITE_EVERY_S
        best: tuple[planning.DayPlan, ...] = ()
        for done, best in timed(planning.work(task)):
            if done - written >= _WRITE_EVERY_S:
                _save(database, number, task, best)
                written = done
            progress("job.step.plan", min(round(done), whole), whole)
        planning.check(task, best)
        _save(database, number, task, best)
    except (errors.RefusedError, errors.NotFoundError) as error:
        return {"error": {"key": error.key, "params": dict(error.params)}}
    return {"plan": number}


def timed(
    plans: Iterator[tuple[planning.DayPlan, ...]],
) -> Iterator[tuple[float, tuple[planning.DayPlan, ...]]]:
    """Give each step of a planner the seconds since the first was asked for."""
    begun = time.monotonic()
    for best in plans:
        yield time.monotonic() - begun, best


def keep(
    database: Database, task: planning.Task, best: tuple[planning.DayPlan, ...], day: date
) -> int:
    """Keep a plan that was made without a job, and return its number.

    Raises
    ------
    errors.RefusedError
        Nobody walks anywhere in it; nothing is kept.
    """
    planning.check(task, best)
    caller = callers.operator()
    with database.transaction(caller) as tx:
        number = _begin(tx, task.asked, day, caller.name)
        tx.sql.execute(_SAVE, {"id": number, "result": _result(task, best)})
        tx.commit()
    return number


def latest(tx: Transaction, limit: int = 20) -> tuple[StoredPlan, ...]:
    """Return the latest plans, the newest first."""
    return tuple(_plan(row) for row in tx.sql.execute(_LATEST, {"id": None, "limit": limit}))


def find(tx: Transaction, number: int) -> StoredPlan:
    """Return one plan.

    Raises
    ------
    errors.NotFoundError
        There is none of that number.
    """
    row = tx.sql.execute(_LATEST, {"id": number, "limit": 1}).one_or_none()
    if row is None:
        raise errors.NotFoundError("error.plan.unknown", number=number)
    return _plan(row)


def stop(tx: Transaction, plan: StoredPlan) -> None:
    """Stop making a plan; the best so far stays. One that is finished stays as it is."""
    if plan.job_id is not None:
        jobs.cancel(tx, plan.job_id)


def adopt(tx: Transaction, plan: StoredPlan, day: date, unit_name: str) -> int:
    """Make routes of a plan, from a day on; return how many.

    Raises
    ------
    errors.RefusedError
        There is no plan yet, routes were made of it before, or the network is another one now.
    errors.ConflictError
        Another network is coming in.
    """
    locks.keep_roads(tx)
    stored = network.load(tx)
    if plan.result is None or stored is None:
        raise errors.RefusedError("error.plan.not_yet")
    if plan.adopted:
        raise errors.RefusedError("error.plan.adopted")
    if plan.result["network"] != stored.id:
        raise errors.RefusedError("error.plan.other_network")
    made = 0
    with tx.as_owner() as own:
        for one in plan.result["days"]:
            for number, walk in enumerate(one["walks"], start=1):
                if not walk["edges"]:
                    continue
                name = f"{unit_name} {one['weekday']}-{number}"
                schedule = Schedule(name, (one["weekday"],), day)
                walked = _walked(walk, stored.network.length_m)
                code = routes.next_code(own)
                routes.store(own, stored, code, schedule, walked, Origin(plan_id=plan.id))
                made += 1
    audit.append(tx, "route_adopt", str(plan.id), plan.unit_code, routes=made)
    return made


def _walked(walk: Mapping[str, Any], length_m: NDArray[np.float64]) -> sections.Sections:
    edge = np.array(walk["edges"], dtype=np.int32)
    forward = np.array(walk["forward"], dtype=np.bool_)
    length = length_m[edge]
    metres = np.concatenate([[0.0], np.cumsum(length)])
    return sections.Sections(
        np.zeros(len(edge), np.int64),
        edge,
        np.where(forward, 0.0, length),
        np.where(forward, length, 0.0),
        metres[:-1],
        metres[1:],
    )


def prepared(database: Database, theme: Patrol, asked: PlanAsked, day: date) -> planning.Task:
    """Turn a question into a problem.

    Raises
    ------
    errors.RefusedError
        There is no network, the unit has no road to patrol, or fewer sections than patrols.
    errors.NotFoundError
        There is no such unit.
    """
    with database.transaction(callers.operator()) as tx:
        ground = theme.ground(tx, PatrolQuery(day))
        if ground is None:
            raise errors.RefusedError("error.import.track.no_network")
        units.find(tx, asked.unit, day)
        return planning.prepare(tx, ground.roads, ground.walked, asked, day)


def _save(
    database: Database, number: int, task: planning.Task, best: tuple[planning.DayPlan, ...]
) -> None:
    with database.transaction(callers.operator()) as tx:
        tx.sql.execute(_SAVE, {"id": number, "result": _result(task, best)})
        tx.commit()


def _result(task: planning.Task, best: tuple[planning.DayPlan, ...]) -> str:
    return orjson.dumps(planning.told(task, best)).decode()


def _begin(tx: Transaction, asked: PlanAsked, day: date, caller: str) -> int:
    values = {
        "unit": asked.unit,
        "day": day,
        "caller": caller,
        "asked": orjson.dumps(asked.to_json()).decode(),
    }
    number: int = tx.sql.execute(_INSERT, values).scalar_one()
    return number


def _plan(row: sa.Row[Any]) -> StoredPlan:
    return StoredPlan(
        id=row.id,
        job_id=row.job_id,
        unit_code=row.unit_code,
        made_on=row.made_on,
        asked=PlanAsked.from_json(row.asked),
        result=row.result,
        adopted=row.adopted,
    )
