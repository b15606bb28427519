"""``/assistance/rules``: who is entitled to what, changed by an administrator."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Path
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from services import assistance, assistance_rules, errors
from services.assistance_rules import Terms
from services.database import Transaction
from services.households.question import GRADES
from web import view
from web.dependencies import Administering, Optional, Page, Reading

router = APIRouter(include_in_schema=False)
_Kind = Annotated[str, Path(max_length=60)]
_Age = Annotated[int | None, Optional, Field(ge=-1_000_000, le=1_000_000)]


class Sent(BaseModel):
    """A rule as the form says it."""

    min_age: _Age = None
    below_age: _Age = None
    grades: Annotated[list[int], Field(max_length=10)] = []
    source: Annotated[str, Field(max_length=5000)] = ""
    active: Annotated[str, Field(max_length=3)] = ""

    def terms(self) -> Terms:
        """Return the rule as the services know it."""
        grades, active = tuple(self.grades), self.active == "on"
        return Terms(self.min_age, self.below_age, grades, self.source, active)


@router.get("/assistance/rules", response_class=HTMLResponse)
def show(page: Page, tx: Reading) -> HTMLResponse:
    """Return the rules."""
    return _shown(page, tx)


@router.post("/assistance/rules/{kind}", response_class=HTMLResponse)
def change(page: Page, tx: Administering, kind: _Kind, sent: Annotated[Sent, Form()]) -> Response:
    """Change a rule."""
    try:
        assistance_rules.change(tx, kind, sent.terms())
    except errors.RefusedError as error:
        return _shown(page, tx, error)
    tx.commit()
    return RedirectResponse(f"/assistance/rules?saved={kind}", HTTPStatus.SEE_OTHER)


def _shown(
    page: view.Page, tx: Transaction, fault: errors.RefusedError | None = None
) -> HTMLResponse:
    return page.render(
        "assistance_rules.html",
        HTTPStatus.OK if fault is None else HTTPStatus.UNPROCESSABLE_ENTITY,
        rules=assistance.rules(tx),
        grades=sorted(GRADES),
        oldest=assistance_rules.OLDEST,
        longest=assistance_rules.LONGEST_SOURCE,
        fault=page.t.error(fault) if fault else None,
        saved=page.request.query_params.get("saved", ""),
    )
