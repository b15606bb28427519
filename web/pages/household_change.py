"""``/households/{code}/change/{kind}``: forms for what is to be changed in the register."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse, Response

from services import errors
from services.households import changes, persons
from services.households.card import Card, Resident
from services.households.changes import Proposal
from services.households.contents import ChangeKind
from services.households.masking import SealedField
from services.imports import residents as register
from web import days, forms, view
from web.dependencies import Held, Meeting, Page
from web.forms import Filled, Typed
from web.pages.household import Asked, Code, looked, status, to_card

router = APIRouter(include_in_schema=False)
Kind = Annotated[ChangeKind, Path()]
_PATH = "/households/{code:path}/change/{kind}"
_SEALED = tuple(field.value for field in SealedField)
_DISABILITIES = tuple(dict.fromkeys(register.DISABILITY.values()))


@router.get(_PATH, response_class=HTMLResponse)
def show(
    page: Page, held: Held, tx: Meeting, code: Code, kind: Kind, resident: Asked = ""
) -> HTMLResponse:
    """Return the form for a kind of change, filled in with what stands there now."""
    found = looked(held, tx, code)
    one = _resident(found, kind, resident)
    given: dict[str, str | tuple[str, ...]] = {
        "id": forms.new_id(),
        "base_version": str(one.version if one else found.version),
        "on": page.today.isoformat(),
        "lon": f"{found.dwelling.lon:.7f}",
        "lat": f"{found.dwelling.lat:.7f}",
    }
    if one is not None and kind is ChangeKind.CORRECTION:
        now = _present(one)
        given |= now | {f"was.{name}": value for name, value in now.items()}
    return _form(page, found, kind, one, Typed.of(given), {})


@router.post(_PATH, response_class=HTMLResponse)
def propose(page: Page, held: Held, tx: Meeting, code: Code, kind: Kind, form: Filled) -> Response:
    """Propose a change."""
    try:
        done = changes.propose(tx, held.sealer, _proposal(code, kind, form), days.today())
        tx.commit()
    except (errors.RefusedError, errors.ConflictError) as error:
        found = looked(held, tx, code)
        one = _resident(found, kind, form.text("resident"))
        return _form(page, found, kind, one, form, forms.faults(page.t, error))
    return to_card(code, "change" if done.is_new else "known")


def _resident(found: Card, kind: ChangeKind, code: str) -> Resident | None:
    """Return whom a change is about, if it is about somebody."""
    if not kind.is_of_resident:
        return None
    for one in found.residents:
        if one.code == code:
            return one
    raise errors.NotFoundError("error.residents.unknown", code=code)


def _proposal(code: str, kind: ChangeKind, form: Typed) -> Proposal:
    return Proposal(
        id=forms.client_id(form),
        household=code,
        kind=kind,
        base_version=forms.number(form, "base_version"),
        made_at=datetime.now(UTC),
        values=_values(kind, form),
        resident=form.text("resident") or None if kind.is_of_resident else None,
        note=form.text("note"),
        leaves="leaves" in form,
    )


def _values(kind: ChangeKind, form: Typed) -> dict[str, object]:
    if kind is ChangeKind.POSITION:
        return {name: form.text(name) for name in ("lon", "lat", "crs") if form.text(name)}
    if kind is ChangeKind.MOVED:
        return {"on": form.text("on"), "to": form.text("to")}
    if kind is ChangeKind.DIED:
        return {"on": form.text("on")}
    told = _person(form)
    if kind is ChangeKind.NEW_RESIDENT:
        return told
    # Only what was altered in the form: what others altered meanwhile stays as they left it.
    return {name: value for name, value in told.items() if _is_altered(form, name)}


def _person(form: Typed) -> dict[str, object]:
    told: dict[str, object] = {name: form.text(name).strip() for name in persons.FIELDS}
    told["lives_alone"] = "lives_alone" in form
    others = form.text("other_tags").replace("；", ";").split(";")
    told["tags"] = [tag.strip() for tag in (*form.every("tags"), *others) if tag.strip()]
    return told


def _is_altered(form: Typed, name: str) -> bool:
    if name in _SEALED:
        return bool(form.text(name).strip()) or f"remove.{name}" in form
    if name == "tags":
        now = {*form.every("tags"), form.text("other_tags").strip()} - {""}
        was = {*form.every("was.tags"), form.text("was.other_tags").strip()} - {""}
        return now != was
    if name == "lives_alone":
        return ("lives_alone" in form) != ("was.lives_alone" in form)
    return form.text(name).strip() != form.text(f"was.{name}").strip()


def _present(one: Resident) -> dict[str, str | tuple[str, ...]]:
    """Return what stands in the fields; sealed ones stay empty."""
    known = set(register.TAGS.values())
    fields: dict[str, str | tuple[str, ...]] = {
        "name": one.name,
        "sex": one.sex or "",
        "birth_date": one.birth_date.isoformat(),
        "disability_type": one.disability_type or "",
        "disability_grade": str(one.disability_grade or ""),
        "tags": tuple(tag for tag in one.tags if tag in known),
        "other_tags": ";".join(tag for tag in one.tags if tag not in known),
    }
    return {**fields, **({"lives_alone": "1"} if one.lives_alone else {})}


def _form(
    page: view.Page,
    found: Card,
    kind: ChangeKind,
    one: Resident | None,
    form: Typed,
    faults: dict[str, str],
) -> HTMLResponse:
    return page.render(
        "household_change.html",
        status(faults),
        card=found,
        kind=kind,
        resident=one,
        form=form,
        faults=faults,
        tags=tuple(dict.fromkeys(register.TAGS.values())),
        disabilities=_DISABILITIES,
        longest=changes.LONGEST_NOTE,
    )
