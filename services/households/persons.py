"""What is told of a resident, checked as an import checks it: one rule for either door."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa

from services import errors
from services.imports import headings, residents
from services.imports.batches import Batch
from services.imports.sieve import Sieve

Values = Mapping[str, Any]
"""Values by field, as JSON has them."""

FIELDS: Final = (
    "name",
    "sex",
    "birth_date",
    "id_number",
    "phone",
    "lives_alone",
    "disability_type",
    "disability_grade",
    "tags",
)


def sieve(typed: Mapping[str, object]) -> Sieve:
    """Make one row of what was typed; no message quotes it.

    Raises
    ------
    errors.FaultsError
        A value is no text, number, yes or no, or list of texts.
    """
    texts, faults = {}, {}
    for field, value in typed.items():
        try:
            texts[field] = pa.array([_text(value)], pa.string())
        except ValueError:
            faults[field] = errors.RefusedError("error.form.value")
    if faults:
        raise errors.FaultsError(faults)
    columns = headings.Columns({field: field for field in texts}, ())
    return Sieve(Batch(np.ones(1, dtype=np.int64), texts), columns, frozenset(texts))


def check(row: Sieve) -> None:
    """Refuse a row in which something was found.

    Raises
    ------
    errors.FaultsError
        By field; what is about no field, under an empty name.
    """
    faults: dict[str, errors.WanggeError] = {}
    for finding in row.findings:
        problem = finding.problem(0)
        fault = errors.RefusedError(problem.key, **problem.params)
        faults.setdefault(finding.column or "", fault)
    if faults:
        raise errors.FaultsError(faults)


def read(typed: Mapping[str, object], today: date) -> Values:
    """Read everything that is told of a resident; what is not typed is empty.

    Raises
    ------
    errors.FaultsError
        By field.
    """
    row = sieve(typed)
    found = residents.person(row, today)
    check(row)
    values = {field: found[field][0].as_py() for field in FIELDS}
    values["birth_date"] = values["birth_date"].isoformat()
    values["lives_alone"] = values["lives_alone"] == "true"
    grade = values["disability_grade"]
    values["disability_grade"] = None if grade is None else int(grade)
    values["tags"] = [tag for tag in values["tags"].strip("{}").split(",") if tag]
    return values


def written(values: Values) -> dict[str, object]:
    """Return values as somebody would type them, for `read`."""
    return {field: values[field] for field in FIELDS}


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
        return ";".join(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # JSON has one sort of numbers
    if isinstance(value, str | int | float):
        return str(value)
    if value is None:
        return None
    raise ValueError("not a value of a form")
