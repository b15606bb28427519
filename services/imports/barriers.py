"""Barriers on the way: kerbs, steps, gates, narrow and steep places."""

from types import MappingProxyType
from typing import Any, Final

from gis.arrays import Int32s
from services import barriers
from services.barriers import BarrierKind
from services.imports import checks, displacement, headings, measures, points
from services.imports.job import Job
from services.imports.sieve import Sieve
from services.imports.tables import Context, TableKind
from services.imports.target import RUN, Column, Target

FIELDS = headings.fields("""
    code! 障碍编码 障碍编号 编码 编号
    kind! 障碍类型 障碍类别 类型 类别
    name 名称 位置说明
    step_free 可通行 是否可通行 无障碍 是否无障碍
    height_m 高度 高差 缘石高度
    width_m 净宽 宽度
    incline 坡度 纵坡
""")

_CHINESE: Final = """
    kerb 路缘石 缘石 路沿 马路牙子
    steps 台阶 梯道
    gate 门 大门 闸机
    narrow 阻车桩 隔离桩 隔离墩 窄口
    slope 陡坡 坡
    other 其他 其它
"""
KINDS: Final = MappingProxyType(
    {kind.value: kind.value for kind in BarrierKind}
    | {
        word: BarrierKind(line.split()[0]).value
        for line in _CHINESE.strip().splitlines()
        for word in line.split()[1:]
    }
)
_HIGHEST_M: Final = 5.0
_WIDEST_M: Final = 20.0


def _clean(sieve: Sieve, context: Context) -> dict[str, Any]:
    checks.require(sieve, "kind", sieve.text("kind"))
    cleaned = {
        "code": checks.code(sieve, "code"),
        "kind": checks.choice(sieve, "kind", KINDS),
        "name": checks.text(sieve, "name"),
        "step_free": checks.choice(sieve, "step_free", checks.YES_NO),
        "height_m": checks.nullable(measures.from_zero(sieve, "height_m", _HIGHEST_M)),
        "width_m": checks.nullable(measures.positive(sieve, "width_m", _WIDEST_M)),
        "incline_pct": checks.nullable(measures.inclines(sieve, "incline")),
    }
    if context.frame is not None:
        cleaned["geom"] = points.ewkb_hex(points.places(sieve, context.frame))
    return cleaned


def _placed(job: Job, ids: Int32s) -> None:
    if not len(ids):
        return
    displacement.hint(job, "barriers", ids)
    off = barriers.off_roads(job.tx, ids)
    if off:
        job.log.warning("warning.import.barrier.off_roads", n=off, limit=f"{barriers.SNAP_M:g}")


KIND = TableKind(
    Target(
        "barriers",
        (
            Column("kind", "text", "kind"),
            Column("name", "text", "name"),
            Column("step_free", "boolean", "step_free"),
            Column("height_m", "double precision", "height_m"),
            Column("width_m", "double precision", "width_m"),
            Column("incline_pct", "double precision", "incline"),
            Column("geom", "geometry", ""),
            RUN,
        ),
    ),
    FIELDS,
    _clean,
    _placed,
)
