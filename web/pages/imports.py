"""``/imports``: upload a file, have it checked, then imported; what was imported before."""

from dataclasses import dataclass, replace
from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, UploadFile
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from gis import crs as crs_module
from services import audit, errors, import_jobs, jobs, overview, spool
from services.database import Transaction
from services.import_jobs import ImportRequest
from services.imports.options import ImportKind, OnError
from web import access, view
from web.dependencies import Held, Optional, Page, Reading, Writing
from web.pages.jobs import Number

router = APIRouter(include_in_schema=False, route_class=access.AskedFirst)
_RUNS = 30
_LONGEST_UPLOAD_BYTES = spool.MAX_BYTES + 1_000_000  # the file, and the form around it


@dataclass(frozen=True)
class Asked:
    """What the form says; kept as it was typed when something is wrong with it."""

    kind: ImportKind
    crs: str = ""
    effective: date | None = None


def _kinds(page: view.Page) -> tuple[ImportKind, ...]:
    """Return what whoever asks may import: people's data only with the right to."""
    return tuple(kind for kind in ImportKind if page.may(import_jobs.right_of(kind)))


def _check_kind(page: view.Page, kind: ImportKind) -> None:
    if kind not in _kinds(page):
        raise errors.ForbiddenError("error.forbidden")


def _asked(
    kind: Annotated[ImportKind, Form()],
    crs: Annotated[str, Form(max_length=40)] = "",
    effective: Annotated[date | None, Optional, Form()] = None,
) -> Asked:
    return Asked(kind, crs.strip(), effective)


@router.get("/imports", response_class=HTMLResponse)
def show(
    page: Page,
    tx: Reading,
    kind: Annotated[ImportKind | None, Optional, Query()] = None,
) -> HTMLResponse:
    """Return the form and the history."""
    missing = [ImportKind(step.value) for step in overview.counts(tx, page.as_of).missing]
    first = next((step for step in missing if step in _kinds(page)), ImportKind.FACILITIES)
    return _form(page, tx, Asked(kind or first), {})


@router.post("/imports", response_class=HTMLResponse, max_body_size=_LONGEST_UPLOAD_BYTES)
def upload(
    page: Page,
    held: Held,
    tx: Writing,
    form: Annotated[Asked, Depends(_asked)],
    file: UploadFile,
) -> Response:
    """Take a file in and have it checked; nothing is imported yet."""
    _check_kind(page, form.kind)
    faults: dict[str, str] = {}
    if not _is_crs(form.crs):
        faults["crs"] = page.t("import.fault.crs", crs=form.crs)
    elif not file.filename:
        faults["file"] = page.t("error.upload.empty")
    else:
        try:
            path = held.spool.keep(file.file, form.kind.file_name(file.filename))
        except errors.RefusedError as error:
            faults["file"] = page.t.error(error)
        else:
            request = ImportRequest(
                form.kind,
                path,
                form.crs or None,
                dry_run=True,
                effective=form.effective,
                language=page.t.language,
            )
            return _begun(tx, request)
    response = _form(page, tx, form, faults)
    response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    return response


@router.post("/imports/{number}/apply")
def apply(
    page: Page,
    held: Held,
    tx: Writing,
    number: Number,
    on_error: Annotated[OnError, Form()] = OnError.ABORT,
) -> Response:
    """Import what was checked before."""
    request = _asked_before(page, tx, number)
    if not held.spool.renew(request.path):
        raise errors.NotFoundError("error.upload.gone")
    asked = replace(request, dry_run=False, on_error=on_error, language=page.t.language)
    return _begun(tx, asked)


@router.get("/imports/{number}/rejects")
def rejects(page: Page, held: Held, tx: Writing, number: Number) -> FileResponse:
    """Return the rows that were refused, as they were uploaded, and why: to nobody's cache."""
    request = _asked_before(page, tx, number)
    found = import_jobs.rejects(held.spool, request)
    if found is None:
        raise errors.NotFoundError("error.rejects.gone")
    audit.append(tx, "import_rejects", kind=request.kind.value, job=number)
    tx.commit()
    return FileResponse(
        found,
        media_type="text/csv; charset=utf-8",
        filename=f"{request.path.stem}-rejects.csv",
        headers={"Cache-Control": "private, no-store"},
    )


@router.post("/imports/{number}/discard")
def discard(page: Page, held: Held, tx: Reading, number: Number) -> RedirectResponse:
    """Delete an upload that was only checked, or what an import refused of it."""
    held.spool.discard(_asked_before(page, tx, number).path)
    return RedirectResponse(f"/jobs/{number}", HTTPStatus.SEE_OTHER)


def _asked_before(page: view.Page, tx: Transaction, number: int) -> ImportRequest:
    """Return what a job was asked to import, to whoever may import that."""
    outcome = jobs.find(tx, number).outcome or {}
    if "request" not in outcome:
        raise errors.NotFoundError("error.upload.gone")
    request = ImportRequest.from_json(outcome["request"])
    _check_kind(page, request.kind)
    return request


def _begun(tx: Transaction, request: ImportRequest) -> Response:
    number = import_jobs.submit(tx, request)
    tx.commit()
    return RedirectResponse(f"/jobs/{number}", HTTPStatus.SEE_OTHER)


def _form(page: view.Page, tx: Transaction, form: Asked, faults: dict[str, str]) -> HTMLResponse:
    return page.render(
        "imports.html",
        form=form,
        faults=faults,
        kinds=_kinds(page),
        runs=overview.import_runs(tx, _RUNS),
    )


def _is_crs(text: str) -> bool:
    if not text:
        return True
    try:
        crs_module.parse_crs(text)
    except ValueError:
        return False
    return True
