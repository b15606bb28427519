"""A database with a district, for imports of what lies in it."""

import pytest

from services.database import Database
from tests.services.imports import helpers


@pytest.fixture
def district(database: Database) -> Database:
    """A district of two squares, a township each: west and east."""
    helpers.make_district(database)
    return database
