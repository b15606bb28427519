"""The application, made from settings; nothing is opened before it starts."""

import functools
import gc
import logging
import sys
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from datetime import date
from http import HTTPStatus
from typing import Final

import anyio.to_thread
from fastapi import Depends, FastAPI
from starlette.middleware.gzip import GZipMiddleware

from services import import_jobs, retention
from services.daily import Daily
from services.job_worker import JobWorker
from services.memo import Memo
from services.patrol import plan_jobs
from services.sealing import Sealer
from services.settings import Settings
from services.spool import Spool
from services.themes.held import Themes
from web import (
    access,
    assets,
    databases,
    days,
    i18n,
    import_words,
    log,
    metrics,
    problems,
    routers,
    security,
    view,
)
from web.api import taking
from web.body_limit import BodyLimit
from web.requests import RequestLog
from web.state import State

_LONGEST_FORM_BYTES = 1_000_000
_COMPRESSED_FROM_BYTES = 1024
# Of everybody who works a few kilobytes are kept, of those who manage a community the names of its
# people, a megabyte or two; of networks, hundreds of megabytes, the last two.
_KEPT: Final = 64
_KEPT_OF: Final[dict[Hashable, int]] = {
    "holdings": 2_000,
    "own forms": 2_000,
    "own names": 40,
    taking.MEMO: 2_000,
    "network": 2,
}
_COMPRESSION = 4  # of JSON 5 % longer than by 6, in less than half the time


def create_app(settings: Settings) -> FastAPI:
    """Return the application.

    Parameters
    ----------
    settings
        What the environment says.
    """
    figures = metrics.make()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        held = await anyio.to_thread.run_sync(_opened, settings, figures)
        app.state.wangge = held
        try:
            yield
        finally:
            await anyio.to_thread.run_sync(_closed, held)

    app = FastAPI(
        title="Wangge",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        dependencies=[Depends(access.admit)],
        responses={
            HTTPStatus.UNAUTHORIZED.value: problems.DOCUMENTED,
            HTTPStatus.FORBIDDEN.value: problems.DOCUMENTED,
            HTTPStatus.UNPROCESSABLE_ENTITY.value: problems.DOCUMENTED,
            HTTPStatus.NOT_FOUND.value: problems.DOCUMENTED,
        },
    )
    problems.install(app)
    for router in routers.every():
        app.include_router(router)
    # The last one added is the first to be asked.
    app.add_middleware(GZipMiddleware, _COMPRESSED_FROM_BYTES, _COMPRESSION)
    app.add_middleware(BodyLimit, _LONGEST_FORM_BYTES)
    app.add_middleware(security.Guard, security.names_of(settings.host))
    app.add_middleware(RequestLog, figures)
    return app


def from_environment() -> FastAPI:
    """Return the application as the environment describes it, in a process of its own."""
    log.watch_over()
    log.set_up(sys.stderr, logging.INFO)
    return for_good(Settings())


def for_good(settings: Settings) -> FastAPI:
    """Return the application for a process that does nothing else."""
    app = create_app(settings)
    # What is loaded by now stays as long as the process. Each search of it for garbage would hold
    # up all answers for a tenth of a second and more.
    gc.collect()
    gc.freeze()
    return app


def _opened(settings: Settings, figures: metrics.Metrics) -> State:
    database = databases.opened(settings)
    spool = Spool(settings.home.absolute() / "spool")
    sealer = Sealer.from_home(settings.home)
    translators = i18n.load_all()
    words = import_words.in_language(translators, settings.lang)
    run_import = functools.partial(import_jobs.run, database, spool, sealer, words)
    answers = Themes()
    run_plan = functools.partial(plan_jobs.run, database, answers.patrol)
    worker = JobWorker(database, {import_jobs.TASK: run_import, plan_jobs.TASK: run_plan})
    worker.start()

    def keep_to_rules(day: date) -> None:
        spool.sweep()
        retention.keep_to(database, sealer, settings.home, day)

    daily = Daily("retention", keep_to_rules, days.today)
    daily.start()
    return State(
        settings=settings,
        database=database,
        translators=translators,
        templates=view.environment(),
        assets=assets.load(),
        metrics=figures,
        themes=answers,
        memo=Memo(_KEPT, _KEPT_OF),
        spool=spool,
        worker=worker,
        sealer=sealer,
        daily=daily,
    )


def _closed(held: State) -> None:
    held.daily.stop()
    held.worker.stop()
    held.database.close()
