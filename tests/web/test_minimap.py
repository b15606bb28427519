"""The small map that the server draws: letters and scale keep their size whatever the shape."""

import numpy as np
import pytest
import shapely

from gis import codes
from services.units import Unit
from tests.services import builders
from web import minimap


def unit(code: str) -> Unit:
    return Unit(1, code, "某社区居委会", codes.Level.COMMUNITY, "community", code[:9])


@pytest.mark.parametrize(("width", "height"), [(0.2, 0.05), (0.05, 0.2), (0.1, 0.1)])
def test_a_district_of_any_shape_fits(width: float, height: float) -> None:
    halves = [
        shapely.box(116.8, 32.6, 116.8 + width, 32.6 + height / 2),
        shapely.box(116.8, 32.6 + height / 2, 116.8 + width, 32.6 + height),
    ]
    found = [unit("340405001001"), unit("340405001002")]
    drawn = minimap.draw(
        found, np.array(halves), builders.METRIC, {}, np.array([[116.8 + width / 2, 32.61]])
    )
    assert drawn.height <= minimap.WIDTH
    ((x, y),) = drawn.points
    assert x == pytest.approx(minimap.WIDTH / 2, abs=1), "in the middle of the drawing"
    assert 0 < y < drawn.height
    assert all(area.label for area in drawn.areas)
    assert 45 < drawn.scale_length < 140
