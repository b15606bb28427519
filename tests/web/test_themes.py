"""Each theme has its doors, its words and its rights."""

import pytest
import typer

from services import exports
from services.settings import Language
from services.themes.held import Themes
from tests.web import own_routes
from web import access, i18n, themes, view
from web.themes import verb
from web.themes.theme import Theme


@pytest.mark.parametrize("theme", themes.ALL, ids=lambda theme: theme.name)
def test_a_theme_has_a_page_an_interface_and_an_export(theme: Theme) -> None:
    routes = {route.path for route in own_routes.EVERY}
    assert set(theme.all_rights) <= routes
    assert set(theme.all_granted) <= set(theme.all_rights)
    assert set(theme.all_granted.values()) <= set(exports.COLLECTIONS)
    assert hasattr(Themes(), theme.package)


@pytest.mark.parametrize("language", Language)
def test_a_theme_is_named_in_the_navigation(language: Language) -> None:
    t = i18n.load(language)
    named = {place.path: place.key for place in view.PLACES}
    for theme in themes.ALL:
        assert t.has(named[theme.map_path])
        assert access.RIGHTS[theme.map_path]


def test_a_theme_has_a_verb() -> None:
    application = typer.Typer()
    verb.register(application)
    group = typer.main.get_command(application)
    verbs = (
        group.commands if "coverage" not in group.commands else group.commands["coverage"].commands
    )
    assert set(verbs) == {theme.name for theme in themes.ALL}
