"""What a theme works out is kept for every caller: it is asked only where all is seen."""

from collections.abc import Callable
from datetime import date

import pytest

from services.database import Database, Transaction
from services.rights import Door
from services.themes.day_care import DayCareQuery
from services.themes.held import Themes
from services.themes.patrol import PatrolQuery
from services.themes.ramps import RampsQuery

DAY = date(2026, 11, 23)
ASKED: list[Callable[[Themes, Transaction], object]] = [
    lambda themes, tx: themes.day_care.coverage(tx, DayCareQuery(DAY)),
    lambda themes, tx: themes.day_care.unserved(tx, DayCareQuery(DAY)),
    lambda themes, tx: themes.day_care.service_areas(tx, DayCareQuery(DAY)),
    lambda themes, tx: themes.ramps.coverage(tx, RampsQuery(DAY)),
    lambda themes, tx: themes.ramps.areas(tx, RampsQuery(DAY)),
    lambda themes, tx: themes.patrol.ground(tx, PatrolQuery(DAY)),
    lambda themes, tx: themes.patrol.roads(tx, DAY),
]


def test_no_theme_is_asked_where_one_sees_less(database: Database, caller) -> None:
    for door in (Door.PEOPLE, Door.ADMIN, Door.GATE):
        themes = Themes()
        with database.transaction(caller, door) as tx:
            for ask in ASKED:
                with pytest.raises(ValueError, match="counts all"):
                    ask(themes, tx)
