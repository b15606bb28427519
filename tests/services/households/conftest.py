"""The known household of the small district, and its staff."""

import pytest

from services.database import Database
from tests.services import staff
from tests.services.households import caring
from tests.services.households.caring import Caring


@pytest.fixture
def care(database: Database) -> Caring:
    return caring.settle(staff.hire(database, caring.PEOPLE))
