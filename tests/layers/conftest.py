"""A district small enough to know every figure of, and what its maps are made of."""

from collections.abc import Iterator

import pytest

from layers.themes import day_care_data
from services.database import Transaction
from services.settings import Language
from services.themes.day_care import DayCare, DayCareQuery
from tests.services import small_district
from web import i18n

# People of 10, 40 and 70 years by grid from the west: enough, few, none, very few, many ...
PEOPLE = (
    (5, 9, 40),
    (0, 2, 3),
    (4, 4, 0),
    (0, 1, 12),
    (0, 0, 60),
    (0, 9, 7),
    (3, 3, 25),
    (1, 1, 30),
)
QUERY = DayCareQuery(small_district.DAY, max_walk_m=900.0)


@pytest.fixture
def tx(database, caller) -> Iterator[Transaction]:
    with database.transaction(caller) as opened:
        small_district.fill(opened, PEOPLE, generated=True)
        yield opened


@pytest.fixture
def answer(tx) -> day_care_data.Answer:
    return day_care_data.ask(tx, DayCare(), QUERY)


@pytest.fixture
def material(tx) -> day_care_data.Material:
    return day_care_data.gather(tx, DayCare(), QUERY)


@pytest.fixture(scope="session")
def zh() -> i18n.Translator:
    return i18n.load(Language.ZH)


@pytest.fixture(scope="session")
def en() -> i18n.Translator:
    return i18n.load(Language.EN)
