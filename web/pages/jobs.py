"""``/jobs``: what runs in the background, how far it is, how it ended."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse, RedirectResponse

from services import errors, import_jobs, jobs
from services.import_jobs import ImportRequest
from services.imports.report import Problem
from services.jobs import Job
from web import import_words, view
from web.dependencies import Held, Page, Reading, Writing
from web.import_words import Told

router = APIRouter(include_in_schema=False)
Number = Annotated[int, Path(ge=1, le=2**62)]
_SHOWN = 100


@router.get("/jobs", response_class=HTMLResponse)
def listing(page: Page, tx: Reading) -> HTMLResponse:
    """Return the latest jobs; the same list alone when htmx asks."""
    found = jobs.latest(tx)
    under_way = any(not job.state.is_over for job in found)
    template = "parts/job_poll.html" if view.is_fragment(page.request) else "jobs.html"
    return page.render(template, jobs=found, under_way=under_way)


@router.get("/jobs/{number}", response_class=HTMLResponse)
def show(page: Page, held: Held, tx: Reading, number: Number) -> HTMLResponse:
    """Return one job; its state alone when htmx asks."""
    job = jobs.find(tx, number)
    is_open = _is_open(page, job)
    # Of an import of people, others than those who may import such learn how many rows it had.
    outcome = dict(job.outcome or {}) if is_open else {}
    report = (job.outcome or {}).get("report") or {}
    request = ImportRequest.from_json(outcome["request"]) if "request" in outcome else None
    template = "parts/job_outcome.html" if view.is_fragment(page.request) else "job.html"
    return page.render(
        template,
        job=job,
        error=outcome.get("error"),
        report=report,
        lists=_lists(page, report, outcome.get("error")) if is_open else [],
        is_open=is_open,
        upload=request,
        rejects=request is not None and import_jobs.rejects(held.spool, request) is not None,
        may_import=request is not None and request.dry_run and request.path.exists(),
        shown=_SHOWN,
    )


def _lists(
    page: view.Page, report: Mapping[str, Any], error: Mapping[str, Any] | None
) -> list[tuple[str, list[Told]]]:
    """Return what an import says of its file, in words, by how grave it is.

    What is wrong with the file as a whole is the error, and is not told again.
    """
    whole = error["key"] if error else None
    return [
        (f"import.{name}", told)
        for name in ("problems", "warnings", "notes")
        if (
            told := import_words.told(
                page.t, (Problem(**p) for p in report.get(name, ()) if p["key"] != whole)
            )
        )
    ]


def _is_open(page: view.Page, job: Job) -> bool:
    right = import_jobs.right_about(job)
    return right is None or page.may(right)


@router.post("/jobs/{number}/cancel")
def cancel(page: Page, tx: Writing, number: Number) -> RedirectResponse:
    """Ask a job to stop."""
    if not _is_open(page, jobs.find(tx, number)):
        raise errors.ForbiddenError("error.forbidden")
    jobs.cancel(tx, number)
    tx.commit()
    return RedirectResponse(f"/jobs/{number}", HTTPStatus.SEE_OTHER)
