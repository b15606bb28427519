"""What every page is made with: words, the as-of day, addresses that keep it, templates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from urllib.parse import urlencode

import jinja2
from fastapi import Request
from fastapi.responses import HTMLResponse

from services import rights, units
from services.rights import Right
from services.sessions import Session
from services.settings import Language
from web import access, days, i18n, state, themes
from web.i18n import Translator

TEMPLATES = Path(__file__).parent / "templates"
_COOKIE = "wangge_lang"
_YEAR_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True)
class Place:
    """An entry of the navigation.

    Attributes
    ----------
    path
        Where it leads; shown to whom `access.RIGHTS` lets in there.
    key
        Message key of its words.
    also
        How addresses of its other pages begin.
    """

    path: str
    key: str
    also: str | None = None

    def holds(self, path: str) -> bool:
        """Whether a page belongs to it."""
        begins = tuple(one for one in (self.path, self.also) if one and one != "/")
        return path == self.path or path.startswith(begins)


PLACES = (
    Place("/due", "nav.due"),
    Place("/households", "nav.households"),
    Place("/", "nav.overview"),
    *(Place(t.map_path, f"nav.{t.package}", f"/{t.package}/") for t in themes.ALL),
    Place("/units", "nav.units"),
    Place("/facilities", "nav.facilities"),
    Place("/visits", "nav.visits"),
    Place("/changes", "nav.changes"),
    Place("/assistance", "nav.assistance"),
    Place("/roster", "nav.roster"),
    Place("/imports", "nav.imports"),
    Place("/exports", "nav.exports"),
    Place("/jobs", "nav.jobs"),
    Place("/admin", "nav.admin"),
)
"""The navigation, by themes and things, in the order of design."""


def environment() -> jinja2.Environment:
    """Return the templates; what is not defined is an error, what is shown is escaped."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["local"] = days.moment
    return made


def translator(request: Request) -> Translator:
    """Return the words in the language of whoever asks."""
    held = state.of(request)
    language = i18n.choose(
        request.query_params.get("lang"),
        request.cookies.get(_COOKIE),
        request.headers.get("accept-language", ""),
        held.settings.lang,
    )
    return held.translators[language]


@dataclass(frozen=True)
class Page:
    """One page, or a part of one, on its way.

    Attributes
    ----------
    as_of
        The day asked for; today unless the address says another.
    root
        The district; None: there is none, or the page is not about it.
    generated
        Whether there are generated data, which every page then says.
    """

    request: Request
    state: state.State
    t: Translator
    as_of: date
    today: date
    root: units.Root | None = None
    generated: bool = False

    @classmethod
    def opened(cls, request: Request) -> "Page":
        """Return a page that needs no database, for telling errors."""
        today = days.today()
        return cls(request, state.of(request), translator(request), today, today)

    @property
    def session(self) -> Session | None:
        """Who has logged in; None: nobody."""
        return access.session(self.request)

    @property
    def csrf(self) -> str:
        """What a form of this page must carry."""
        return self.session.csrf if self.session else ""

    def may(self, right: str) -> bool:
        """Whether whoever asks has a right."""
        return self.session is not None and Right(right) in rights.OF_ROLE[self.session.caller.role]

    @property
    def places(self) -> tuple[Place, ...]:
        """Where the navigation leads whoever asks."""
        session = self.session
        if session is None:
            return ()
        return tuple(place for place in PLACES if access.may(session.caller, place.path))

    @cached_property
    def query(self) -> dict[str, str]:
        """What the address asks for, the language left out."""
        return {name: value for name, value in self.request.query_params.items() if name != "lang"}

    def link(self, path: str, **query: object) -> str:
        """Return the address of another page, for the same day."""
        kept = {"as_of": self.as_of.isoformat()} if self.as_of != self.today else {}
        return _address(path, {**kept, **query})

    def here(self, **changes: object) -> str:
        """Return the address of this page with other values; None takes one out."""
        return _address(self.request.url.path, {**self.query, **changes})

    def hidden(self, *others: str) -> Iterable[tuple[str, str]]:
        """Return what a form has to carry on, but for the fields it has itself."""
        return [(name, value) for name, value in self.query.items() if name not in others]

    def render(self, template: str, status_code: int = 200, **context: object) -> HTMLResponse:
        """Return the page as an answer; a language asked for is remembered."""
        html = self.state.templates.get_template(template).render(
            page=self,
            t=self.t,
            link=self.link,
            asset=self.state.assets.url,
            import_map=self.state.assets.import_map,
            nonce=self.request.state.nonce,
            languages=tuple(Language),
            **context,
        )
        response = HTMLResponse(html, status_code)
        # What shows people is kept nowhere, not even for the way back.
        keeping = "no-store" if self.may(Right.PEOPLE) else "no-cache"
        response.headers["Cache-Control"] = f"private, {keeping}"
        response.headers["Vary"] = "Accept-Language, Cookie, HX-Request"
        if self.request.query_params.get("lang") == self.t.language:
            response.set_cookie(
                _COOKIE, self.t.language, max_age=_YEAR_SECONDS, httponly=True, samesite="lax"
            )
        return response


def _address(path: str, query: dict[str, object]) -> str:
    present = [(name, str(value)) for name, value in query.items() if value not in (None, "")]
    return f"{path}?{urlencode(present)}" if present else path


def is_fragment(request: Request) -> bool:
    """Tell whether htmx asks for a part of a page, not a browser for the whole."""
    return request.headers.get("hx-request") == "true"
