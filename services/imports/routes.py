"""Planned routes: lines of a layer or a GPX file, laid on the network."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gis import crs
from gis.tracks import matching
from services import errors
from services import network as networks
from services.imports import checks, headings, layer_source, sieve, tables
from services.imports.findings import Finding
from services.imports.job import Job, Outcome
from services.imports.report import FileFaultError
from services.network import StoredNetwork
from services.patrol import gpx, routes, snapping
from services.patrol.routes import Origin, Schedule, Shift

FIELDS: Final = headings.fields("""
    code 路线编码 路线编号 编码 编号
    name 路线名称 名称
    team 巡逻队 队伍 班组 小组
    weekdays 星期 巡逻日 周几
    shift 班次 时段
""")
_SHIFTS: Final = {shift.value: shift.value for shift in Shift} | {
    "上午": "morning",
    "早班": "morning",
    "下午": "afternoon",
    "中班": "afternoon",
    "傍晚": "evening",
    "晚上": "evening",
    "晚班": "evening",
    "夜间": "night",
    "夜班": "night",
}
_DAYS: Final = {"mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7} | {
    sign: number
    for signs in ("一二三四五六日", "1234567")
    for number, sign in enumerate(signs, start=1)
}
_DAY = re.compile(r"mon|tue|wed|thu|fri|sat|sun|[一二三四五六日天1-7]")
_OFF_SHARE: Final = 0.2


@dataclass(frozen=True, eq=False)
class _Line:
    """A route as the file has it; degrees, EPSG:4490, shape (n, 2)."""

    row: int
    code: str | None
    name: str | None
    team: str | None
    weekdays: tuple[int, ...]
    shift: Shift | None
    lonlat: NDArray[np.float64]


def load(job: Job) -> Outcome:
    """Import routes; one of a code that is stored takes its place.

    Raises
    ------
    FileFaultError
        The file cannot be read, holds no line, or there is no network.
    """
    stored = networks.load(job.tx)
    if stored is None:
        raise FileFaultError("error.import.track.no_network")
    matcher = matching.prepare(stored.network)
    known = {route.code for route in routes.listing(job.tx)}
    found = list(_lines(job))
    if not found and not job.log.total:
        raise FileFaultError("error.import.route.none")
    inserted = updated = 0
    for done, line in enumerate(found):
        job.progress("import.step.match", done, len(found))
        snapped = snapping.snap(stored, matcher, line.lonlat)
        if not _is_usable(job, line, snapped):
            continue
        code = line.code or routes.next_code(job.tx)
        updated += code in known
        inserted += code not in known
        known.add(code)
        _store(job, stored, line, code, snapped)
    return Outcome(inserted, updated, 0, len(job.log.refused_rows()))


def weekdays(text: str | None) -> tuple[int, ...]:
    """Read days of the week: ``1,3,5``, ``Mon Wed``, ``周一、周三``, ``一至五``; none: every day.

    Raises
    ------
    services.errors.RefusedError
        They are none.
    """
    if text is None or not text.strip():
        return routes.WEEKDAYS
    plain = text.lower().replace("天", "日").replace("星期", "").replace("周", "")
    signs = _DAY.findall(plain)
    numbers = [_DAYS[sign] for sign in signs]
    rest = re.sub(r"[\s,;、，；和及/-]|至|到|to|[a-z]*day", "", _DAY.sub("", plain))
    if not numbers or rest:
        raise errors.RefusedError("error.route.weekdays")
    if len(numbers) == 2 and re.search(r"至|到|-|to", plain) and numbers[0] < numbers[1]:
        return tuple(range(numbers[0], numbers[1] + 1))
    return tuple(sorted(set(numbers)))


def _is_usable(job: Job, line: _Line, snapped: snapping.Snapped) -> bool:
    """Whether a route lies on the network; else the log says why."""
    if not len(snapped.walked):
        job.log.add(Finding(np.array([line.row]), None, "error.import.route.off"))
        return False
    if snapped.off_m > _OFF_SHARE * snapped.drawn_m:
        share = round(100 * snapped.off_m / snapped.drawn_m)
        job.log.warning("warning.import.route.off", row=line.row, share=share)
    if snapped.pieces > 1:
        job.log.warning("warning.import.route.pieces", row=line.row, pieces=snapped.pieces)
    return True


def _store(
    job: Job, stored: StoredNetwork, line: _Line, code: str, snapped: snapping.Snapped
) -> None:
    team = line.team or job.options.team
    schedule = Schedule(line.name or code, line.weekdays, job.effective, line.shift, team)
    routes.store(job.tx, stored, code, schedule, snapped.walked, Origin(run_id=job.run_id))


def _lines(job: Job) -> Iterator[_Line]:
    if job.path.name.lower().endswith(".gpx"):
        for number, one in enumerate(gpx.lines(job.path), start=1):
            yield _Line(number, None, one.name, None, routes.WEEKDAYS, None, one.lonlat)
        return
    with layer_source.open_layer(job.path, job.options.layer) as opened:
        if not opened.has_geometry:
            raise FileFaultError("error.import.network.no_geometry")
        columns = headings.match(opened.headings, FIELDS, job.options.mapping)
        source = tables.source_crs(job, opened)
        for batch in opened.batches(columns.used):
            held = sieve.Sieve(batch, columns)
            shapes = shapely.force_2d(np.asarray(batch.geometry, dtype=object))
            yield from _of_batch(held, crs.geometries_to_stored(shapes, source))
            job.log.add(*held.findings)


def _of_batch(held: sieve.Sieve, shapes: NDArray[np.object_]) -> Iterator[_Line]:
    code, name = checks.text(held, "code").to_pylist(), checks.text(held, "name").to_pylist()
    team, days = checks.text(held, "team").to_pylist(), _weekdays(held)
    shift = checks.choice(held, "shift", _SHIFTS).to_pylist()
    types = [None if shape is None else shape.geom_type for shape in shapes]
    wrong = np.array([kind not in ("LineString", "MultiLineString") for kind in types])
    held.refuse(wrong, None, "error.import.network.not_a_line", {"type": types})
    for i in np.flatnonzero(~held.refused).tolist():
        lonlat = shapely.get_coordinates(shapes[i])
        at = Shift(shift[i]) if shift[i] else None
        yield _Line(int(held.batch.rows[i]), code[i], name[i], team[i], days[i], at, lonlat)


def _weekdays(held: sieve.Sieve) -> list[tuple[int, ...]]:
    texts: Any = held.text("weekdays")
    found, wrong = [], np.zeros(len(held), np.bool_)
    for i, text in enumerate(texts.to_pylist()):
        try:
            found.append(weekdays(text))
        except errors.RefusedError:
            found.append(())
            wrong[i] = True
    held.refuse_values(wrong, "weekdays", "error.import.route.weekdays", texts)
    return found
