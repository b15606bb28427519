"""Residents: who lives where. Their values are personal: no message quotes them."""

from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pyarrow as pa
from pyarrow import compute

from gis.arrays import Int32s
from services import search_texts
from services.imports import checks, headings, id_numbers
from services.imports.job import Job
from services.imports.sieve import Sieve, mask
from services.imports.tables import Context, TableKind
from services.imports.target import Closed, Column, Reference, Target
from services.sealing import Sealer

FIELDS = headings.fields("""
    code! 居民编码 居民编号 人员编码 人员编号 编码 编号
    household_code! 户编码 户编号 户号 家庭编码 家庭编号 所属户编码 所属户
    name! 姓名 居民姓名
    sex 性别
    birth_date! 出生日期 出生年月日 生日 出生年月
    id_number 身份证号 身份证号码 公民身份号码 证件号码 身份证
    phone 电话 手机 手机号 手机号码 联系电话 联系方式 电话号码
    lives_alone 独居 是否独居 独居老人
    disability_type 残疾类型 残疾类别
    disability_grade 残疾等级 残疾级别
    tags 标签 人群标签 人群类别 人员类别 居民标签
""")

_OLDEST_YEARS: Final = 130
_LONGEST_PHONE: Final = 20
_PHONE: Final = r"^\+?[0-9][0-9 \-]{4,19}$"
_TAG: Final = r"^[a-z][a-z0-9_]{0,39}$"


def _words(table: str) -> MappingProxyType[str, str]:
    """Read a table of values: the value, then the words that stand for it, a line each."""
    lines = [line.split() for line in table.strip().splitlines()]
    return MappingProxyType({word: line[0] for line in lines for word in line})


_SEX: Final = _words("""
    male m 男 男性 1
    female f 女 女性 2
""")
DISABILITY: Final = _words("""
    visual 视力 视力残疾
    hearing 听力 听力残疾
    speech 言语 言语残疾
    physical 肢体 肢体残疾
    intellectual 智力 智力残疾
    mental 精神 精神残疾
    multiple 多重 多重残疾
""")
_GRADE: Final = _words("""
    1 一级 一 壹级 1级
    2 二级 二 贰级 2级
    3 三级 三 叁级 3级
    4 四级 四 肆级 4级
""")
TAGS: Final = _words("""
    empty_nest 空巢 空巢老人
    left_behind_child 留守儿童
    unemployed 失业 失业人员
    social_assistance 低保 社会救助 低保户
    adolescent 青少年
    party_member 党员
    volunteer 志愿者
""")


def _clean(sieve: Sieve, context: Context) -> dict[str, Any]:
    household = sieve.text("household_code")
    checks.require(sieve, "household_code", household)
    cleaned = {"code": checks.code(sieve, "code"), "household_code": household}
    cleaned |= person(sieve, context.job.today)
    cleaned["name_search"] = search_texts.names(cleaned["name"])
    sealer = context.job.options.sealer
    if sealer is None:
        message = "residents are imported with a sealer only"
        raise ValueError(message)
    cleaned |= _sealed("id_number", cleaned["id_number"], sealer)
    cleaned |= _sealed("phone", cleaned["phone"], sealer)
    return cleaned


def person(sieve: Sieve, today: date) -> dict[str, Any]:
    """Check what is told of people themselves, by whatever door it comes; nothing is sealed yet."""
    born = _birth_date(sieve, today)
    return {
        "name": checks.required_text(sieve, "name"),
        "sex": checks.choice(sieve, "sex", _SEX),
        "birth_date": born,
        "id_number": _id_number(sieve, born),
        "phone": _phone(sieve),
        "lives_alone": compute.fill_null(
            checks.choice(sieve, "lives_alone", checks.YES_NO), "false"
        ),
        "disability_type": checks.choice(sieve, "disability_type", DISABILITY),
        "disability_grade": checks.choice(sieve, "disability_grade", _GRADE),
        "tags": _tags(sieve),
    }


def _birth_date(sieve: Sieve, today: date) -> Any:
    checks.require(sieve, "birth_date", sieve.text("birth_date"))
    born = checks.day(sieve, "birth_date")
    oldest = today - timedelta(days=round(_OLDEST_YEARS * 365.2425))
    days = born.cast(pa.int32())
    epoch = date(1970, 1, 1)
    texts = sieve.text("birth_date")
    future = mask(compute.greater(days, (today - epoch).days))
    sieve.refuse_values(future, "birth_date", "error.import.resident.not_born", texts)
    ancient = mask(compute.less(days, (oldest - epoch).days))
    sieve.refuse_values(
        ancient, "birth_date", "error.import.resident.too_old", texts, years=_OLDEST_YEARS
    )
    return born


def _id_number(sieve: Sieve, born: Any) -> Any:
    texts = sieve.text("id_number")
    if texts.null_count == len(texts):
        return texts
    numbers = id_numbers.tidy(texts)
    fine = id_numbers.well_formed(numbers)
    given = numbers.is_valid().to_numpy(zero_copy_only=False)
    sieve.refuse_values(given & ~fine, "id_number", "error.import.resident.id_shape", texts)
    if not fine.any():
        return numbers
    index = np.flatnonzero(fine)
    formed = numbers.take(pa.array(index))
    wrong = np.zeros(len(sieve), dtype=np.bool_)
    wrong[index] = ~id_numbers.checks_out(formed)
    sieve.refuse_values(wrong, "id_number", "error.import.resident.id_check", texts)
    written = compute.strftime(born.take(pa.array(index)).cast(pa.timestamp("s")), format="%Y%m%d")
    differs = np.zeros(len(sieve), dtype=np.bool_)
    differs[index] = mask(compute.not_equal(written, id_numbers.birth_dates(formed)))
    sieve.refuse_values(differs & ~wrong, "id_number", "error.import.resident.id_birth_date", texts)
    return numbers


def _phone(sieve: Sieve) -> Any:
    texts = sieve.text("phone")
    if texts.null_count == len(texts):
        return texts
    narrow = compute.utf8_normalize(texts, "NFKC")
    fine = compute.match_substring_regex(narrow, _PHONE)
    sieve.refuse_values(mask(compute.invert(fine)), "phone", "error.import.resident.phone", texts)
    return compute.replace_substring_regex(narrow, r"[ \-]", "")


def _tags(sieve: Sieve) -> Any:
    """Read tags, separated by ``;``, as PostgreSQL writes an array: sorted, each once."""
    texts = sieve.text("tags")
    distinct = texts.dictionary_encode()
    written = [_tag_array(value) for value in distinct.dictionary.to_pylist()]
    arrays = pa.array(written, pa.string()).take(distinct.indices)
    odd = mask(compute.and_(texts.is_valid(), arrays.is_null()))
    sieve.refuse_values(odd, "tags", "error.import.resident.tags", texts)
    return compute.fill_null(arrays, "{}")


def _tag_array(text: str) -> str | None:
    words = [word.strip() for word in text.replace("；", ";").split(";") if word.strip()]
    tags = pa.array(sorted({TAGS.get(word.lower(), word.lower()) for word in words}), pa.string())
    if not compute.all(compute.match_substring_regex(tags, _TAG)).as_py() and len(tags):
        return None
    return "{" + ",".join(tags.to_pylist()) + "}"


def _sealed(field: str, texts: Any, sealer: Sealer) -> dict[str, Any]:
    values = texts.to_pylist()
    return {
        field: _bytea(sealer.seal_many(values)),
        f"{field}_hash": _bytea(sealer.hash_many(values)),
    }


def _bytea(values: list[bytes | None]) -> Any:
    return pa.array([None if v is None else "\\x" + v.hex() for v in values], pa.string())


def _placed(job: Job, ids: Int32s) -> None:
    """Residents have the place of their household: nothing follows."""


KIND = TableKind(
    Target(
        "residents",
        (
            Column("name", "text", "name"),
            Column("name_search", "text", "name", compared=False),
            Column("sex", "text", "sex"),
            Column("birth_date", "date", "birth_date"),
            Column("id_number", "bytea", "id_number", compared=False),
            Column("id_number_hash", "bytea", "id_number"),
            Column("phone", "bytea", "phone", compared=False),
            Column("phone_hash", "bytea", "phone"),
            Column("lives_alone", "boolean", "lives_alone"),
            Column("disability_type", "text", "disability_type"),
            Column("disability_grade", "smallint", "disability_grade"),
            Column("tags", "text[]", "tags"),
        ),
        Reference(
            staged="household_code",
            table="households",
            column="household_id",
            field="household_code",
            unknown_key="error.import.resident.unknown_household",
        ),
        Closed("anonymised_at", "error.import.resident.anonymous"),
    ),
    FIELDS,
    _clean,
    _placed,
    has_place=False,
    personal=frozenset(field.name for field in FIELDS) - {"code", "household_code"},
)
