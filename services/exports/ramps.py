"""Ways without a step per unit; ramps held against the standard; entrances by state."""

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import shapely

from gis.stepfree.compliance import RULES, Findings
from gis.stepfree.traits import State
from services.database import Transaction
from services.exports import fields as fields_module
from services.exports import points, unit_figures
from services.exports.dataset import Facts
from services.exports.fields import Field, FieldType, field
from services.exports.options import ExportOptions
from services.themes.ramps import Answer, Destination, Mend, RampsQuery
from services.themes.ramps.basis import Basis
from services.themes.ramps.query import OLD_AGE

COVERAGE: tuple[Field, ...] = (
    *unit_figures.UNIT,
    Field("demand", FieldType.INTEGER, "export.field.ramps_demand", "demand"),
    Field("covered", FieldType.INTEGER, "export.field.ramps_covered", "covered"),
    Field("unknown", FieldType.INTEGER, "export.field.ramps_unknown", "unknown"),
    Field("blocked", FieldType.INTEGER, "export.field.ramps_blocked", "blocked"),
    Field("unreachable", FieldType.INTEGER, "export.field.ramps_beyond", "unreach"),
    Field("share", FieldType.NUMBER, "export.field.ramps_share", "share"),
    field("out_covered", FieldType.INTEGER, "out_sure"),
    field("out_unknown", FieldType.INTEGER, "out_unkn"),
    field("out_blocked", FieldType.INTEGER, "out_block"),
    Field("mean_walk_m", FieldType.NUMBER, "export.field.ramps_mean_m", "mean_m"),
    Field("p90_walk_m", FieldType.NUMBER, "export.field.ramps_p90_m", "p90_m"),
    field("detour", FieldType.NUMBER),
    field("entrances", FieldType.INTEGER),
    field("entrances_free", FieldType.INTEGER, "entr_free"),
    field("entrances_ramped", FieldType.INTEGER, "entr_ramp"),
    field("facilities", FieldType.INTEGER, "facil"),
    field("facilities_ramped", FieldType.INTEGER, "facil_ramp"),
    field("ramps", FieldType.INTEGER),
    field("ramps_compliant", FieldType.INTEGER, "ramps_ok"),
    Field("ramps_unknown", FieldType.INTEGER, "export.field.ramps_untold", "ramps_unkn"),
    field("state", FieldType.TEXT),
    field("generated", FieldType.BOOLEAN),
)
RAMPS: tuple[Field, ...] = (
    field("code", FieldType.TEXT),
    field("name", FieldType.TEXT),
    field("serves_code", FieldType.TEXT, "serves"),
    field("unit_code", FieldType.TEXT),
    field("rise_m", FieldType.NUMBER),
    field("run_m", FieldType.NUMBER),
    field("width_m", FieldType.NUMBER),
    Field("compliant", FieldType.TEXT, "export.field.compliant", "compliant"),
    Field("slope", FieldType.TEXT, "export.field.rule_slope", "slope"),
    field("run_short_m", FieldType.NUMBER, "run_short"),
    Field("width", FieldType.TEXT, "export.field.rule_width", "width"),
    field("width_short_m", FieldType.NUMBER, "wid_short"),
    Field("handrail", FieldType.TEXT, "export.field.rule_handrail", "handrail"),
    Field("landing", FieldType.TEXT, "export.field.rule_landing", "landing"),
    field("generated", FieldType.BOOLEAN),
)
ENTRANCES: tuple[Field, ...] = (
    field("code", FieldType.TEXT),
    field("name", FieldType.TEXT),
    field("serves_code", FieldType.TEXT, "serves"),
    field("unit_code", FieldType.TEXT),
    Field("step_free", FieldType.TEXT, "export.field.entrance_state", "step_free"),
    field("has_ramp", FieldType.BOOLEAN),
    field("generated", FieldType.BOOLEAN),
)
_PASSES = {State.SURE: "yes", State.UNKNOWN: "unknown", State.BLOCKED: "no"}


def query(options: ExportOptions) -> RampsQuery:
    """Return the question that an export's options ask."""
    return RampsQuery(
        as_of=options.as_of,
        max_walk_m=options.max_walk_m,
        unit=options.unit,
        min_age=OLD_AGE if options.min_age is None else options.min_age,
        to=Destination(options.to),
        profile=options.profile,
        edition=options.edition,
        rules=options.rules,
        mend=Mend(options.mend),
    )


def facts(common: Facts, answer: Answer) -> Facts:
    """Add what figures about ways without a step depend on."""
    return dataclasses.replace(
        common,
        attribution=answer.network.attribution if answer.network else None,
        rules=answer.rules.name,
        max_walk_m=answer.limit_m,
        min_age=answer.query.min_age,
        to=answer.query.to.value,
        profile=answer.profile.name,
        edition=answer.edition.name,
    )


def coverage_batches(
    tx: Transaction, answer: Answer, options: ExportOptions
) -> Iterator[pa.RecordBatch]:
    """Stream the rows with the boundaries of the units, of one level if so asked."""
    names = [item.name for item in COVERAGE]
    records = []
    for row in answer.rows:
        if options.level not in (None, row.level):
            continue
        known = {**vars(row), "level": row.level.value, "state": row.state.value}
        known |= {"unreachable": row.beyond, "generated": answer.generated}
        records.append(tuple(known[name] for name in names))
    return unit_figures.with_boundaries(tx, unit_figures.table(records, COVERAGE), options)


def ramp_batches(
    basis: Basis, options: ExportOptions, *, generated: bool
) -> Iterator[pa.RecordBatch]:
    """Yield the ramps with what was found of each."""
    found, findings = basis.equipment.ramps, basis.equipment.findings
    at = _chosen(found.unit, found.lonlat, options)
    columns = [
        *(values[at].tolist() for values in (found.code, found.name, found.serves, found.unit)),
        found.measures.rise_m[at],
        found.measures.run_m[at],
        found.measures.width_m[at],
        _words(findings.overall[at]),
        *_by_rule(findings, at),
    ]
    yield _batch(columns, RAMPS, found.lonlat[at], generated=generated)


def _by_rule(findings: Findings, at: np.ndarray) -> list[Sequence[object]]:
    slope, width, handrail, landing = (_words(findings.states[at, i]) for i in range(len(RULES)))
    short = np.round(findings.short_m[at], 2)
    return [slope, short[:, 0].tolist(), width, short[:, 1].tolist(), handrail, landing]


def entrance_batches(
    basis: Basis, options: ExportOptions, *, generated: bool
) -> Iterator[pa.RecordBatch]:
    """Yield the entrances of which anything is known."""
    told, state = basis.equipment.told, basis.equipment.entrance_state
    at = _chosen(told.unit, told.lonlat, options)
    columns = [
        *(values[at].tolist() for values in (told.code, told.name, told.serves, told.unit)),
        _words(state[at]),
        [bool(told.ramps[i]) for i in at],
    ]
    yield _batch(columns, ENTRANCES, told.lonlat[at], generated=generated)


def _chosen(unit: np.ndarray, lonlat: np.ndarray, options: ExportOptions) -> np.ndarray:
    kept = np.array([(code or "").startswith(options.unit or "") for code in unit], dtype=bool)
    if options.bbox is not None:
        box = options.bbox
        area = shapely.box(box.west, box.south, box.east, box.north)
        kept &= shapely.intersects_xy(area, lonlat[:, 0], lonlat[:, 1])
    return np.flatnonzero(kept)


def _words(states: np.ndarray) -> list[str]:
    return [_PASSES[State(value)] for value in states.tolist()]


def _batch(
    columns: list[Sequence[object]],
    fields: tuple[Field, ...],
    lonlat: np.ndarray,
    *,
    generated: bool,
) -> pa.RecordBatch:
    schema = fields_module.schema(fields)
    filled = [*columns, [generated] * len(lonlat)]
    arrays = [
        pa.array(values, part.type, from_pandas=True)
        for values, part in zip(filled, schema, strict=False)
    ]
    return pa.record_batch([*arrays, points.write(lonlat)], schema=schema)
