"""What a field is called on a page, for telling that what was sent in it cannot be read."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from web.i18n import Translator

_FINDING: Final = ("/households", "/due")
"""Pages where all fields are those of finding."""
_EVERYWHERE: Final[Mapping[str, str]] = MappingProxyType(
    {"as_of": "nav.as_of", "crs": "find.crs", "unit": "find.unit"}
)
_OF_PAGES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "/login": {"name": "login.name", "password": "login.password"},
        "/account/password": {"old": "account.old", "new": "account.new"},
        "/admin/accounts": {
            "name": "login.name",
            "display_name": "roster.worker",
            "role": "account.role",
            "units": "account.scopes",
            "begins": "admin.begins",
            "ends": "admin.ends",
        },
        "/admin/keys": {"name": "keys.name", "collections": "keys.collections"},
        "/roster/employments": {
            "name": "roster.worker",
            "hired_on": "roster.hired",
            "birth_date": "roster.born",
            "left_on": "roster.left",
            "certified_on": "roster.certified",
            "certificate_number": "roster.certificate",
            "head": "roster.head",
        },
        "/roster/trainings": {
            "name": "roster.worker",
            "held_on": "roster.held",
            "hours": "roster.hours",
            "title": "roster.subject",
        },
    }
)
"""Labels of the forms of other pages, by how their addresses begin."""


def called(t: Translator, path: str, name: str) -> str:
    """Return what the field of a page is called; its own name where it has no words."""
    of_page = next((_OF_PAGES[begins] for begins in _OF_PAGES if path.startswith(begins)), {})
    key = of_page.get(name) or _EVERYWHERE.get(name) or name
    if path.startswith(_FINDING) and t.has(f"find.{name}"):
        key = f"find.{name}"
    return t(key)
