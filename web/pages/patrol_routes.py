"""``/patrol/routes``: who walks where on which day; routes drawn on the map, changed, ended."""

from collections.abc import Mapping
from datetime import date, timedelta
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

import numpy as np
import orjson
import shapely
from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services import audit, errors, units
from services.database import Transaction
from services.imports import locks
from services.patrol import drawing, entrusted, routes
from services.patrol.doing import RouteReport
from services.patrol.drawing import Way
from services.patrol.roads import Roads
from services.patrol.routes import Route, Schedule, Shift
from services.rights import Right
from services.themes.patrol import PatrolQuery
from web import forms, patrol_terms, view
from web.dependencies import Page, Reading, UnitCode, Writing
from web.forms import Filled, Typed

router = APIRouter(include_in_schema=False, prefix="/patrol/routes")
Code = Annotated[str, Path(max_length=100)]
_ONE_DAY = timedelta(days=1)
_AHEAD = timedelta(days=366)
_MOST_LETTERS = 100
_SIMPLER_DEGREES = 2e-5


@router.get("", response_class=HTMLResponse)
def listing(page: Page, tx: Reading, day: int = 0) -> HTMLResponse:
    """Return the routes planned from now on, all or of one weekday, as they were walked lately."""
    answer = page.state.patrol.coverage(tx, PatrolQuery(page.as_of))
    known = {one.route.id: one for one in answer.reports}
    reports = [
        known.get(route.id) or RouteReport(route, 0, 0, None)
        for route in routes.listing(tx, page.as_of, page.as_of + _AHEAD)
        if not day or day in route.weekdays
    ]
    listed = [one.route for one in reports]
    return page.render(
        "patrol_routes.html",
        reports=reports,
        day=day,
        weekdays=routes.WEEKDAYS,
        own=_own(page, tx, listed),
        last=lambda route: route.valid_to - _ONE_DAY,
        drawn=_drawn(tx, listed) if listed else "",
        credit=answer.network.attribution if answer.network else None,
    )


@router.get("/new", response_class=HTMLResponse)
def blank(page: Page, tx: Reading, unit: UnitCode = None) -> HTMLResponse:
    """Return the form for a new route."""
    given: dict[str, str | tuple[str, ...]] = {
        "from": page.today.isoformat(),
        "weekdays": tuple("12345"),
        "unit": unit or "",
    }
    return _form(page, tx, Typed.of(given), None, {})


@router.post("/new", response_class=HTMLResponse)
def draw(page: Page, tx: Writing, form: Filled) -> Response:
    """Store a new route."""
    try:
        locks.keep_roads(tx)
        schedule, roads = _schedule(form), _roads(page, tx)
        way = _way(tx, roads, form)
        if way is None:
            raise errors.FaultsError({"points": errors.RefusedError("error.route.short")})
        with tx.as_owner() as own:
            code = drawing.draw(own, roads.stored, form.text("code").strip() or None, schedule, way)
        audit.append(tx, "route_draw", code)
        tx.commit()
    except (errors.RefusedError, errors.ConflictError) as error:
        return _form(page, tx, form, None, forms.faults(page.t, error))
    return RedirectResponse("/patrol/routes", HTTPStatus.SEE_OTHER)


@router.get("/{code:path}/change", response_class=HTMLResponse)
def filled_in(page: Page, tx: Reading, code: Code) -> HTMLResponse:
    """Return the form for a route, filled in with what it is now."""
    route = routes.find(tx, code)
    return _form(page, tx, _present(tx, _roads(page, tx), route), route, {})


@router.post("/{code:path}/change", response_class=HTMLResponse)
def change(page: Page, tx: Writing, code: Code, form: Filled) -> Response:
    """Change a route: its days, its people, its way."""
    route, roads = routes.find(tx, code), _roads(page, tx)
    _check(tx, roads, route)
    try:
        locks.keep_roads(tx)
        schedule = _schedule(form)
        is_same = form.text("points").split() == _present(tx, roads, route).text("points").split()
        way = None if is_same else _way(tx, roads, form)
        with tx.as_owner() as own:
            drawing.redraw(own, roads.stored, route, schedule, way)
        audit.append(tx, "route_change", code, way=way is not None)
        tx.commit()
    except (errors.RefusedError, errors.ConflictError) as error:
        return _form(page, tx, form, route, forms.faults(page.t, error))
    return RedirectResponse("/patrol/routes", HTTPStatus.SEE_OTHER)


@router.post("/{code:path}/end", response_class=HTMLResponse)
def end(page: Page, tx: Writing, code: Code, form: Filled) -> Response:
    """Plan a route no more after a day."""
    route = routes.find(tx, code)
    roads = _roads(page, tx)
    _check(tx, roads, route)
    try:
        last = _day(form, "last") or page.today - _ONE_DAY
    except errors.FaultsError as error:
        return _form(page, tx, _present(tx, roads, route), route, forms.faults(page.t, error))
    with tx.as_owner() as own:
        routes.end(own, route, last + _ONE_DAY)
    audit.append(tx, "route_end", code, last=last.isoformat())
    tx.commit()
    return RedirectResponse("/patrol/routes", HTTPStatus.SEE_OTHER)


def _schedule(form: Typed) -> Schedule:
    """Read days, people and period, all that is wrong at once."""
    faults: dict[str, errors.WanggeError] = {}
    for name in ("name", "team", "code"):
        if len(form.text(name)) > _MOST_LETTERS:
            faults[name] = errors.RefusedError("error.route.long", most=_MOST_LETTERS)
        elif not form.text(name).isprintable():
            faults[name] = errors.RefusedError("error.import.value.control")
    if not form.text("name").strip():
        faults["name"] = errors.RefusedError("error.route.name")
    weekdays = tuple(sorted({int(day) for day in form.every("weekdays") if day in set("1234567")}))
    if not weekdays:
        faults["weekdays"] = errors.RefusedError("error.route.weekdays")
    begins, last = _read_day(form, "from", faults), _read_day(form, "last", faults)
    if begins is None and "from" not in faults:
        faults["from"] = errors.RefusedError("error.form.day")
    if begins and last and last < begins:
        faults["last"] = errors.RefusedError("error.route.period")
    if faults or begins is None:
        raise errors.FaultsError(faults)
    shift = form.text("shift")
    return Schedule(
        name=form.text("name"),
        weekdays=weekdays,
        valid_from=begins,
        shift=Shift(shift) if shift in {one.value for one in Shift} else None,
        team=form.text("team").strip() or None,
        valid_to=last + _ONE_DAY if last else None,
    )


def _read_day(form: Typed, name: str, faults: dict[str, errors.WanggeError]) -> date | None:
    try:
        return _day(form, name)
    except errors.FaultsError as error:
        faults.update(error.faults)
        return None


def _day(form: Typed, name: str) -> date | None:
    if not form.text(name).strip():
        return None
    try:
        found = date.fromisoformat(form.text(name).strip())
    except ValueError as error:
        raise errors.FaultsError({name: errors.RefusedError("error.form.day")}) from error
    if not 1900 <= found.year <= 2199:
        raise errors.FaultsError({name: errors.RefusedError("error.form.day")})
    return found


def _way(tx: Transaction, roads: Roads, form: Typed) -> Way | None:
    """Join the way points of a form; None: there are none."""
    try:
        points = patrol_terms.points(form.text("points"))
        if not len(points):
            return None
        way = drawing.join(roads.stored, roads.joiner, points)
    except errors.RefusedError as error:
        raise errors.FaultsError({"points": error}) from error
    if way.length_m < drawing.LEAST_M:
        raise errors.FaultsError({"points": errors.RefusedError("error.route.short")})
    entrusted.check_walk(tx, roads, way.walked.edge, way.walked.length_m)
    return way


def _drawn(tx: Transaction, listed: list[Route]) -> str:
    """Return the lines of routes, in the order of the table, as JSON for the map."""
    shapes = routes.shapes(tx, listed)
    lines = [
        [
            np.round(shapely.get_coordinates(part), 5).tolist()
            for part in shapely.get_parts(shapes[route.id].simplify(_SIMPLER_DEGREES))
        ]
        for route in listed
    ]
    return orjson.dumps(lines).decode()


def _own(page: view.Page, tx: Transaction, listed: list[Route]) -> frozenset[str]:
    """Tell which routes somebody may change, by their codes."""
    roads = page.state.patrol.roads(tx, page.today) if page.may(Right.PATROL) else None
    if roads is None:
        return frozenset()
    found = routes.sections_of(tx, listed)
    metres = np.abs(found.to_m - found.from_m)
    inside = entrusted.inside(tx, roads, found.edge)
    mine = {route.code: found.route_id == route.id for route in listed}
    return frozenset(
        code for code, its in mine.items() if entrusted.is_own(metres[its], inside[its])
    )


def _check(tx: Transaction, roads: Roads, route: Route) -> None:
    found = routes.sections_of(tx, [route])
    entrusted.check_walk(tx, roads, found.edge, np.abs(found.to_m - found.from_m))


def _roads(page: view.Page, tx: Transaction) -> Roads:
    roads = page.state.patrol.roads(tx, page.today)
    if roads is None:
        raise errors.RefusedError("error.import.track.no_network")
    return roads


def _present(tx: Transaction, roads: Roads, route: Route) -> Typed:
    """Return what stands in the fields of a route's form."""
    points = drawing.way_points(tx, roads.stored, roads.joiner, route)
    return Typed.of(
        {
            "name": route.name,
            "team": route.team or "",
            "shift": route.shift.value if route.shift else "",
            "weekdays": tuple(str(day) for day in route.weekdays),
            "from": route.valid_from.isoformat() if route.valid_from else "",
            "last": (route.valid_to - _ONE_DAY).isoformat() if route.valid_to else "",
            "points": patrol_terms.written(points),
        }
    )


def _form(
    page: view.Page,
    tx: Transaction,
    form: Typed,
    route: Route | None,
    faults: Mapping[str, str],
) -> HTMLResponse:
    if page.root is None:
        raise errors.NotFoundError("error.units.none", as_of=page.as_of)
    line = None if route is None else routes.shape(tx, route)
    lines = [] if line is None else [shapely.get_coordinates(part) for part in line.geoms]
    info = _roads(page, tx).stored.info
    return page.render(
        "patrol_route.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        form=form,
        faults=faults,
        route=route,
        action=f"/patrol/routes/{quote(route.code)}/change" if route else "/patrol/routes/new",
        ending=f"/patrol/routes/{quote(route.code)}/end" if route else "",
        weekdays=routes.WEEKDAYS,
        shifts=[shift.value for shift in Shift],
        most=drawing.MOST_POINTS,
        credit=info.attribution,
        drawn=orjson.dumps(
            {
                "bounds": _bounds(page, tx, form, line),
                "lines": [np.round(part, 6).tolist() for part in lines],
            }
        ).decode(),
    )


def _bounds(
    page: view.Page, tx: Transaction, form: Typed, line: shapely.Geometry | None
) -> list[float]:
    """Where one looks at first: the route, the unit asked for, one's own, the district."""
    if line is not None:
        return list(line.bounds)
    mine = entrusted.own(tx) or ()
    code = form.text("unit") or (mine[0] if mine else "")
    shapes = units.geometries(tx, page.today, within=code)[1] if code else np.zeros(0, object)
    if not len(shapes):
        assert page.root is not None, "asked before"
        return list(page.root.bounds)
    return [float(side) for side in shapely.total_bounds(shapes)]
