"""Entrances of homes and facilities, with what stands before the door."""

from typing import Any, Final

import numpy as np

from gis.arrays import Int32s
from services import assignment
from services.imports import checks, displacement, headings, measures, points, serving
from services.imports.job import Job
from services.imports.sieve import Sieve
from services.imports.tables import Context, TableKind
from services.imports.target import RUN, Column, Target

FIELDS = headings.fields("""
    code! 出入口编码 出入口编号 入口编码 编码 编号
    name 名称 出入口名称 位置说明
    serves_code 服务对象编码 服务编码 所服务编码 户编码 设施编码
    step_free 无障碍 是否无障碍 无台阶 是否无台阶
    steps 台阶数 踏步数 级数
    rise_m 高差 台阶高差 门槛高
    width_m 净宽 门宽 宽度
""")

_MOST_STEPS: Final = 200
_HIGHEST_RISE_M: Final = 10.0
_WIDEST_M: Final = 20.0


def _clean(sieve: Sieve, context: Context) -> dict[str, Any]:
    rise = measures.from_zero(sieve, "rise_m", _HIGHEST_RISE_M)
    steps = checks.whole_number(sieve, "steps", 0, _MOST_STEPS)
    said = checks.choice(sieve, "step_free", checks.YES_NO)
    many = steps.to_numpy(zero_copy_only=False) > 0
    is_free = np.array([value == "true" for value in said.to_pylist()], dtype=np.bool_)
    sieve.refuse_values(
        many & is_free, "steps", "error.import.entrance.contradiction", sieve.text("steps")
    )
    cleaned = {
        "code": checks.code(sieve, "code"),
        "name": checks.text(sieve, "name"),
        "serves_code": checks.text(sieve, "serves_code"),
        "step_free": said,
        "steps": steps,
        "rise_m": checks.nullable(rise),
        "width_m": checks.nullable(measures.positive(sieve, "width_m", _WIDEST_M)),
    }
    if context.frame is not None:
        cleaned["geom"] = points.ewkb_hex(points.places(sieve, context.frame))
    return cleaned


def _placed(job: Job, ids: Int32s) -> None:
    if len(ids):
        job.progress("import.step.assign", 0, len(ids))
        assignment.assign_entrances(job.tx, np.unique(ids))
        displacement.hint(job, "entrances", ids)
        serving.warn(job, "entrances", ids)


KIND = TableKind(
    Target(
        "entrances",
        (
            Column("name", "text", "name"),
            Column("serves_code", "text", "serves_code"),
            Column("step_free", "boolean", "step_free"),
            Column("steps", "integer", "steps"),
            Column("rise_m", "double precision", "rise_m"),
            Column("width_m", "double precision", "width_m"),
            Column("geom", "geometry", ""),
            RUN,
        ),
    ),
    FIELDS,
    _clean,
    _placed,
)
