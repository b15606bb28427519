"""What one process of the service holds: made at start, handed to every request."""

from collections.abc import Mapping
from dataclasses import dataclass

import jinja2
from fastapi import Request

from services.daily import Daily
from services.database import Database
from services.job_worker import JobWorker
from services.memo import Memo
from services.sealing import Sealer
from services.settings import Language, Settings
from services.spool import Spool
from services.themes.day_care import DayCare
from services.themes.held import Themes
from services.themes.patrol import Patrol
from services.themes.ramps import Ramps
from web.assets import Assets
from web.i18n import Translator
from web.metrics import Metrics


@dataclass(frozen=True)
class State:
    """What one process of the service holds.

    Attributes
    ----------
    themes
        Answers the themes' questions, kept while the data stands still.
    memo
        Other results that are kept so.
    spool
        Uploads that wait for their import.
    worker
        Works jobs off.
    sealer
        Seals and opens what is personal.
    daily
        Empties personal data that is due.
    """

    settings: Settings
    database: Database
    translators: Mapping[Language, Translator]
    templates: jinja2.Environment
    assets: Assets
    metrics: Metrics
    themes: Themes
    memo: Memo
    spool: Spool
    worker: JobWorker
    sealer: Sealer
    daily: Daily

    @property
    def day_care(self) -> DayCare:
        """Answers about day care."""
        return self.themes.day_care

    @property
    def ramps(self) -> Ramps:
        """Answers about ways without a step."""
        return self.themes.ramps

    @property
    def patrol(self) -> Patrol:
        """Answers about patrols."""
        return self.themes.patrol


def of(request: Request) -> State:
    """Return what the process that answers a request holds."""
    state = request.app.state.wangge
    if not isinstance(state, State):
        raise TypeError("the application was not started")
    return state
