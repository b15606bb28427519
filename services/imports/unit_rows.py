"""Rows of a boundary file: code, level, kind and parent of each unit, read and checked."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely

from gis import codes
from services.imports import checks, headings, unit_shapes
from services.imports.job import Job
from services.imports.points import Frame
from services.imports.sieve import Sieve

FIELDS = headings.fields("""
    code! 区划代码 行政区划代码 统计用区划代码 单元编码 网格编码 网格编号 代码 编码
    name! 区划名称 单元名称 行政区划名称 网格名称 名称
    level 层级 级别 行政级别
    parent_code 上级区划代码 上级代码 上级编码 父级代码 父级编码
    kind 类别 类型 单元类别 单元类型 网格类型
    valid_from 生效日期 起始日期 启用日期
    valid_to 失效日期 终止日期 停用日期
""")


@dataclass(frozen=True)
class UnitRow:
    """A unit as a file has it.

    Attributes
    ----------
    valid_from, valid_to
        First day, and first day no longer; both None where the file does not say.
    geometry
        MultiPolygon in the stored CRS.
    """

    row: int
    code: str
    name: str
    level: codes.Level
    kind: codes.UnitKind
    valid_from: date | None
    valid_to: date | None
    geometry: shapely.MultiPolygon

    @property
    def parent_code(self) -> str | None:
        """Code of the unit it is part of."""
        return codes.parent_of(self.code)

    @property
    def has_period(self) -> bool:
        """Whether the file says when it is valid."""
        return self.valid_from is not None or self.valid_to is not None


@dataclass(frozen=True)
class _Identity:
    code: str
    level: codes.Level
    kind: codes.UnitKind


class _FaultError(Exception):
    """A row makes no sense; key, field, and whose value is quoted."""

    def __init__(self, field: str, key: str, **params: object) -> None:
        super().__init__(key)
        self.field, self.key, self.params = field, key, params


def read(sieve: Sieve, frame: Frame, job: Job) -> list[UnitRow]:
    """Check the rows of a batch; return the good ones."""
    columns = {field.name: sieve.text(field.name).to_pylist() for field in FIELDS}
    checks.require(sieve, "code", sieve.text("code"))
    checks.required_text(sieve, "name")
    periods = _periods(sieve)
    shapes = unit_shapes.read(sieve, frame, job)
    rows = []
    for i in np.flatnonzero(~sieve.refused):
        values = {field: column[int(i)] for field, column in columns.items()}
        try:
            found = _identity(values)
        except _FaultError as fault:
            here = np.zeros(len(sieve), dtype=np.bool_)
            here[i] = True
            sieve.refuse(here, fault.field, fault.key, {}, **fault.params)
            continue
        begins, ends = periods[int(i)]
        rows.append(
            UnitRow(
                int(sieve.batch.rows[i]),
                found.code,
                str(values["name"]),
                found.level,
                found.kind,
                begins,
                ends,
                shapes[i],
            )
        )
    return rows


def _periods(sieve: Sieve) -> list[tuple[date | None, date | None]]:
    begins = checks.day(sieve, "valid_from").to_pylist()
    ends = checks.day(sieve, "valid_to").to_pylist()
    periods = list(zip(begins, ends, strict=True))
    backwards = np.array([bool(a and b and a >= b) for a, b in periods], dtype=np.bool_)
    sieve.refuse(backwards, "valid_to", "error.import.units.period", {})
    return periods


def _identity(values: dict[str, str | None]) -> _Identity:
    code = str(values["code"])
    if not (code.isascii() and code.isdigit()):
        raise _FaultError("code", "error.import.units.code_shape", value=code)
    level, kind = _level(code, values["level"])
    try:
        short = codes.shorten(code, level)
    except ValueError:
        raise _FaultError(
            "code",
            "error.import.units.code_level",
            value=code,
            level=level.value,
            digits=codes.CODE_LENGTH[level],
        ) from None
    _check_parent(short, level, values["parent_code"])
    return _Identity(short, level, _kind(short, level, kind, values["kind"]))


def _level(code: str, text: str | None) -> tuple[codes.Level, codes.UnitKind | None]:
    if text is not None:
        try:
            return codes.level_from_text(text)
        except ValueError:
            raise _FaultError("level", "error.import.units.level", value=text) from None
    bare = code
    if len(code) == codes.CODE_LENGTH[codes.Level.COMMUNITY]:
        while bare.endswith("000") and len(bare) > codes.CODE_LENGTH[codes.Level.DISTRICT]:
            bare = bare[:-3]
    try:
        return codes.level_of(bare), None
    except ValueError:
        raise _FaultError("code", "error.import.units.code_shape", value=code) from None


def _check_parent(code: str, level: codes.Level, text: str | None) -> None:
    if text is None or level is codes.Level.DISTRICT:
        return
    above = codes.LEVELS[codes.LEVELS.index(level) - 1]
    try:
        given = codes.shorten(text, above)
    except ValueError:
        given = text
    if given != codes.parent_of(code):
        raise _FaultError("parent_code", "error.import.units.parent_prefix", code=code, parent=text)


def _kind(
    code: str, level: codes.Level, from_level: codes.UnitKind | None, text: str | None
) -> codes.UnitKind:
    if text is not None:
        try:
            said_level, kind = codes.level_from_text(text)
        except ValueError:
            raise _FaultError("kind", "error.import.units.kind", value=text) from None
        if text.strip().lower() == codes.UnitKind.COMMUNITY.value:
            kind = codes.UnitKind.COMMUNITY
        if said_level is not level:
            raise _FaultError(
                "kind", "error.import.units.kind_level", value=text, level=level.value
            )
        if kind is not None:
            return kind
    return from_level or _kind_by_code(code, level)


def _kind_by_code(code: str, level: codes.Level) -> codes.UnitKind:
    """Tell the kind from the last three digits, by the statistics bureau's coding rules of 2009.

    Townships: 001-099 subdistricts, 100-399 towns and rural townships, 400-599 farms and the
    like. Communities: 001-199 urban, 200-399 villages, from 400 on other areas.
    """
    number = int(code[-3:])
    match level:
        case codes.Level.DISTRICT:
            return codes.UnitKind.DISTRICT
        case codes.Level.TOWNSHIP:
            ranges = ((100, codes.UnitKind.SUBDISTRICT), (400, codes.UnitKind.TOWN))
            last = codes.UnitKind.FARM
        case codes.Level.COMMUNITY:
            ranges = ((200, codes.UnitKind.COMMUNITY), (400, codes.UnitKind.VILLAGE))
            last = codes.UnitKind.VIRTUAL_AREA
        case codes.Level.GRID:
            return codes.UnitKind.RESIDENTIAL
    return next((kind for limit, kind in ranges if number < limit), last)
