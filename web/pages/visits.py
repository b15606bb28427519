"""``/due``, ``/visits``: whom to visit, in which order, who was left out, by which rules."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import HTMLResponse, RedirectResponse

from gis import crs as crs_module
from services import audit, errors, network, offline, rules
from services.database import Transaction
from services.memo import versions
from services.network import StoredNetwork
from services.visits import due, report, rounds
from services.visits import rules as visit_rules
from services.visits.due import Due, Key
from web import sealed_address, view
from web.dependencies import Administering, Held, Meeting, Optional, Page, Reading, UnitCode

router = APIRouter(include_in_schema=False)
_ON_A_PAGE = 50
_SPANS = (0, 7, 30)
_AHEAD = timedelta(days=_SPANS[-1])
_ROUND = "round"
_Code = Annotated[str, Query(max_length=60)]
_Longitude = Annotated[float | None, Form(ge=-180, le=180, allow_inf_nan=False)]
_Latitude = Annotated[float | None, Form(ge=-90, le=90, allow_inf_nan=False)]


def _after(
    after_on: Annotated[date | None, Optional, Query()] = None,
    after: _Code = "",
    after_for: _Code = "",
) -> Key | None:
    """Return where the page before ended."""
    return Key(after_on, after, after_for) if after_on else None


@router.get("/due", response_class=HTMLResponse)
def listing(
    page: Page,
    tx: Meeting,
    after: Annotated[Key | None, Depends(_after)],
    unit: UnitCode = None,
    days: Annotated[int, Query(ge=0, le=366)] = 0,
) -> HTMLResponse:
    """Return who is due, the longest overdue first."""
    until = page.as_of + timedelta(days=days)
    look = due.look(tx, page.as_of, until, unit, after, _ON_A_PAGE)
    found = look.lines
    audit.append(tx, "due_look", unit_code=unit, found=len(found))
    tx.commit()
    return page.render(
        "due.html",
        homes=_by_home(found),
        counted=look.counts,
        days=days,
        spans=_SPANS,
        unit=unit,
        next=Key.of(found[-1]) if len(found) == _ON_A_PAGE else None,
        most=rounds.MOST_STOPS,
        most_kept=offline.MOST_HOUSEHOLDS,
    )


@dataclass(frozen=True)
class Home:
    """A household of the list, with everything that is due there."""

    household: str
    lines: tuple[Due, ...]


def _by_home(found: tuple[Due, ...]) -> list[Home]:
    """Put what is due at one door together; homes in the order of their first line."""
    lines: dict[str, list[Due]] = {}
    for line in found:
        lines.setdefault(line.household, []).append(line)
    return [Home(code, tuple(sorted(at, key=_by_person))) for code, at in lines.items()]


def _by_person(line: Due) -> tuple[str, date]:
    return line.resident, line.due_on


@dataclass(frozen=True)
class Start:
    """Where a round begins, as the form says it; None: at the first home."""

    lon: float | None = None
    lat: float | None = None
    crs: str = "EPSG:4490"

    def lonlat(self) -> tuple[float, float] | None:
        """Return longitude and latitude, EPSG:4490; see `gis.crs.to_stored`."""
        if self.lon is None or self.lat is None:
            return None
        source = crs_module.parse_crs(self.crs)
        moved = crs_module.to_stored(np.array([[self.lon, self.lat]]), source)
        return float(moved[0, 0]), float(moved[0, 1])


def _start(
    lon: Annotated[_Longitude, Optional] = None,
    lat: Annotated[_Latitude, Optional] = None,
    crs: Annotated[str, Form(pattern=r"^(EPSG:4490|GCJ-02|BD-09)$")] = "EPSG:4490",
) -> Start:
    return Start(lon, lat, crs)


@router.post("/due/round")
def choose_round(
    page: Page,
    held: Held,
    tx: Meeting,
    start: Annotated[Start, Depends(_start)],
    homes: Annotated[list[str], Form(default_factory=list, max_length=200)],
) -> RedirectResponse:
    """Take down the chosen homes and the start, and lead to their round."""
    begin = start.lonlat()
    rounds.check(len(set(homes)))
    wanted = due.at_homes(tx, page.as_of, page.as_of + _AHEAD, homes)
    if not wanted:
        raise errors.NotFoundError("error.visits.nobody_chosen")
    own = sorted({line.household for line in wanted})
    plan = sealed_address.seal(tx, held.sealer, _ROUND, [own, begin, datetime.now(UTC).isoformat()])
    return RedirectResponse(page.link("/due/round", plan=plan), 303)


@router.get("/due/round", response_class=HTMLResponse)
def show_round(
    page: Page,
    held: Held,
    tx: Meeting,
    plan: Annotated[str, Query(max_length=sealed_address.LONGEST)],
) -> HTMLResponse:
    """Return the chosen homes in walking order, as far as somebody is still due there."""
    homes, begin, planned = sealed_address.unseal(tx, held.sealer, _ROUND, plan)
    if page.root is None:
        raise errors.NotFoundError("error.visits.nobody_chosen")
    logged = rounds.logged(tx, datetime.fromisoformat(planned), homes)
    wanted = due.at_homes(tx, page.as_of, page.as_of + _AHEAD, sorted(set(homes) - set(logged)))
    ground = rounds.Ground(page.root.metric_epsg, _network(page, tx))
    walked = rounds.plan(tx, ground, begin, wanted)
    audit.append(tx, "round_plan", stops=len(walked.stops))
    tx.commit()
    speed = rules.load().walking_speed_m_per_min
    minutes = walked.length_m / speed
    return page.render("round.html", round=walked, begin=begin, logged=logged, minutes=minutes)


@router.get("/visits", response_class=HTMLResponse)
def overdue(page: Page, tx: Meeting) -> HTMLResponse:
    """Return visits asked for and overdue, per unit, with who answers for each grid."""
    return page.render("visits.html", rows=report.rows(tx, page.as_of))


@router.get("/visits/rules", response_class=HTMLResponse)
def show_rules(page: Page, tx: Reading) -> HTMLResponse:
    """Return the rules, to be changed by an administrator."""
    return page.render("visit_rules.html", rules=visit_rules.listing(tx))


@router.post("/visits/rules/{name}")
def change_rule(
    tx: Administering,
    name: str,
    interval_days: Annotated[int, Form(ge=-1_000_000, le=1_000_000)],
    active: Annotated[str, Form(max_length=3)] = "",
) -> RedirectResponse:
    """Change how often a rule asks for a visit, or switch it off."""
    visit_rules.change(tx, name, interval_days, active=active == "on")
    tx.commit()
    return RedirectResponse("/visits/rules", 303)


def _network(page: view.Page, tx: Transaction) -> StoredNetwork | None:
    version = versions(tx).get("networks", 0)
    return page.state.memo.get(("network", version), lambda: network.load(tx))
