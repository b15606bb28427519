"""Households: where people live."""

from typing import Any

from gis.arrays import Int32s
from services import assignment, network, search_texts
from services.imports import checks, displacement, headings, points
from services.imports.job import Job
from services.imports.sieve import Sieve
from services.imports.tables import Context, TableKind
from services.imports.target import Column, Target

_AT_ONCE = 1_000_000
_AT_A_TIME = 500_000
_TEXTS = ("address", "building", "entrance", "floor", "room")

FIELDS = headings.fields("""
    code! 户编码 户编号 户号 家庭编码 家庭编号 住户编码 编码 编号
    address 地址 住址 详细地址 家庭住址 居住地址
    building 楼栋 楼栋号 楼号 栋 幢 栋号 幢号
    entrance 单元 单元号 门栋
    floor 楼层 层 所在楼层
    room 房号 室 室号 房间号 门牌号 户室号
""")


def _clean(sieve: Sieve, context: Context) -> dict[str, Any]:
    cleaned = {"code": checks.code(sieve, "code")}
    for field in _TEXTS:
        cleaned[field] = checks.text(sieve, field)
    if context.frame is not None:
        cleaned["geom"] = points.ewkb_hex(points.places(sieve, context.frame))
    return cleaned


def _placed(job: Job, ids: Int32s) -> None:
    """Assign and attach; if there are very many, a slice at a time, in no more memory.

    And let them be found.
    """
    size = _AT_ONCE if len(ids) <= _AT_ONCE else _AT_A_TIME
    for start in range(0, len(ids), size):
        some = ids[start : start + size]
        job.progress("import.step.assign", start, len(ids))
        assignment.assign_households(job.tx, some)
        job.progress("import.step.attach", start, len(ids))
        network.attach_households(job.tx, some)
    job.progress("import.step.search", 0, None)
    search_texts.refresh_forms(job.tx)
    displacement.hint(job, "households", ids)


KIND = TableKind(
    Target(
        "households",
        (*(Column(name, "text", name) for name in _TEXTS), Column("geom", "geometry", "")),
    ),
    FIELDS,
    _clean,
    _placed,
)
