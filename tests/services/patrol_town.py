"""A block of four streets on the district of squares, a path away from it, an island, five homes."""

from services.database import Transaction
from tests.services import small_district
from tests.services.small_district import GRIDS

UNIT = GRIDS[0]
WITHOUT_ROADS = GRIDS[3]
LINES = [
    [(0.3, 0.3), (0.7, 0.3)],
    [(0.7, 0.3), (0.7, 0.7)],
    [(0.7, 0.7), (0.3, 0.7)],
    [(0.3, 0.7), (0.3, 0.3)],
    [(0.7, 0.5), (0.72, 0.5)],
    [(0.45, 0.5), (0.55, 0.5)],
]
"""Counted in squares from the south-west corner."""


def fill(tx: Transaction) -> None:
    """Make district, network and homes; nothing is committed."""
    small_district.fill(tx)
    small_district.store_network(tx, [[*line] for line in LINES])
    homes = ((0.3, 0.4), (0.5, 0.3), (0.7, 0.6), (0.5, 0.7), (0.5, 0.5))
    for number, (x, y) in enumerate(homes):
        tx.driver.execute(
            "INSERT INTO households (code, geom) SELECT %s, ST_SetSRID(ST_MakePoint(%s, %s), 4490)",
            (f"H{number}", *small_district.place(x, y).coords[0]),
        )
