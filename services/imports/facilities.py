"""Facilities: places that serve people, and the ramps at entrances."""

from datetime import date
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from pyarrow import compute

from gis.arrays import Int32s
from services import assignment
from services.facility_kinds import FacilityKind
from services.imports import checks, displacement, headings, measures, points, serving
from services.imports.job import Job
from services.imports.sieve import Sieve, mask
from services.imports.tables import Context, TableKind
from services.imports.target import RUN, Column, Target

FIELDS = headings.fields("""
    code! 设施编码 设施编号 设施代码 编码 编号
    kind! 设施类型 设施类别 设施种类 类型 类别 种类
    name! 设施名称 名称
    address 地址 设施地址 详细地址
    floor_area 建筑面积 面积 使用面积
    capacity 容量 床位 床位数 托位 托位数 日托位 可容纳人数 服务人数
    opened_on 启用日期 开放日期 投用日期 开办日期 建成日期
    closed_on 停用日期 关闭日期 停办日期
    rise_m 高差 坡高 提升高度 坡道高差
    run_m 坡长 水平长度 坡道长度 坡道水平长度
    width_m 宽度 净宽 坡道宽度 坡道净宽
    handrail 扶手 有无扶手
    landing 休息平台 平台 有无平台
    serves_code 服务对象编码 服务编码 所服务编码
""")

_CHINESE: Final = """
    day_care 日间照料中心 日间照料 日照中心 老年人日间照料中心 社区日间照料中心 养老服务站
    fitness_square 健身广场 健身场地 体育活动场地
    ramp 坡道 无障碍坡道 轮椅坡道
    community_office 社区办公用房 社区居委会 社区办公室 办公用房
    health_station 卫生服务站 社区卫生服务站 卫生室 村卫生室
    service_hall 一站式服务大厅 服务大厅 便民服务大厅 为民服务大厅
    charity_supermarket 慈善超市 爱心超市
    cultural_square 文化广场
    childrens_park 儿童乐园 儿童公园
    meeting_room 会议室 议事室
    party_room 党员活动室 党群活动室
    e_station 城市生活e站 生活e站 e站
    womens_home 妇女之家
    childrens_home 儿童之家
    culture_station 文化站 综合文化站 文化活动室
    fire_station 消防站 微型消防站
    mediation_room 调解室 人民调解室
    reading_room 阅览室 图书室 农家书屋
    school 学校 中小学 小学 中学
    market 市场 农贸市场 菜市场
    other 其他 其它
"""
KINDS: Final = MappingProxyType(
    {kind.value: kind.value for kind in FacilityKind}
    | {
        word: FacilityKind(line.split()[0]).value
        for line in _CHINESE.strip().splitlines()
        for word in line.split()[1:]
    }
)

_EARLIEST: Final = date(1900, 1, 1)
_LATEST: Final = date(2200, 1, 1)
# Beyond these a figure is not a ramp's in metres, but most likely in centimetres.
_HIGHEST_RISE_M: Final = 10.0
_LONGEST_RUN_M: Final = 100.0
_WIDEST_M: Final = 20.0
_STEEPEST: Final = 1.0


def _clean(sieve: Sieve, context: Context) -> dict[str, Any]:
    cleaned = {
        "code": checks.code(sieve, "code"),
        "kind": _kind(sieve),
        "name": checks.required_text(sieve, "name"),
        "address": checks.text(sieve, "address"),
        "floor_area": checks.number(sieve, "floor_area", 0, 1e6),
        "capacity": checks.whole_number(sieve, "capacity", 0, 100_000),
        "handrail": checks.choice(sieve, "handrail", checks.YES_NO),
        "landing": checks.choice(sieve, "landing", checks.YES_NO),
        "serves_code": checks.text(sieve, "serves_code"),
    }
    cleaned |= _open_days(sieve)
    cleaned |= _ramp(sieve)
    if context.frame is not None:
        cleaned["geom"] = points.ewkb_hex(points.places(sieve, context.frame))
    return cleaned


def _kind(sieve: Sieve) -> Any:
    checks.require(sieve, "kind", sieve.text("kind"))
    return checks.choice(sieve, "kind", KINDS)


def _open_days(sieve: Sieve) -> dict[str, Any]:
    opened, closed = checks.day(sieve, "opened_on"), checks.day(sieve, "closed_on")
    for field, days in (("opened_on", opened), ("closed_on", closed)):
        checks.within(sieve, field, days, _EARLIEST, _LATEST, "error.import.value.day_range")
    backwards = mask(compute.less_equal(closed, opened))
    sieve.refuse_values(
        backwards, "closed_on", "error.import.facility.closed_first", sieve.text("closed_on")
    )
    return {"opened_on": opened, "closed_on": closed}


def _ramp(sieve: Sieve) -> dict[str, Any]:
    """Check a ramp's measures; a figure in centimetres where metres belong is named as such."""
    found = {
        "rise_m": measures.from_zero(sieve, "rise_m", _HIGHEST_RISE_M),
        "run_m": measures.positive(sieve, "run_m", _LONGEST_RUN_M),
        "width_m": measures.positive(sieve, "width_m", _WIDEST_M),
    }
    steep = found["rise_m"] > _STEEPEST * found["run_m"]
    sieve.refuse_values(
        steep & ~sieve.refused, "rise_m", "error.import.facility.steep", sieve.text("rise_m")
    )
    return {field: checks.nullable(values) for field, values in found.items()}


def _placed(job: Job, ids: Int32s) -> None:
    if len(ids):
        job.progress("import.step.assign", 0, len(ids))
        assignment.assign_facilities(job.tx, np.unique(ids))
        displacement.hint(job, "facilities", ids)
        serving.warn(job, "facilities", ids)


KIND = TableKind(
    Target(
        "facilities",
        (
            Column("kind", "text", "kind"),
            Column("name", "text", "name"),
            Column("address", "text", "address"),
            Column("floor_area", "double precision", "floor_area"),
            Column("capacity", "integer", "capacity"),
            Column("opened_on", "date", "opened_on"),
            Column("closed_on", "date", "closed_on"),
            Column("rise_m", "double precision", "rise_m"),
            Column("run_m", "double precision", "run_m"),
            Column("width_m", "double precision", "width_m"),
            Column("handrail", "boolean", "handrail"),
            Column("landing", "boolean", "landing"),
            Column("serves_code", "text", "serves_code"),
            Column("geom", "geometry", ""),
            RUN,
        ),
    ),
    FIELDS,
    _clean,
    _placed,
)
