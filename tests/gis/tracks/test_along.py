"""Places along edges against shapely's linear referencing."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.tracks import along
from tests.gis import walking


@given(walking.networks(), st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_places_are_those_of_linear_referencing(net, shares):
    edge = np.repeat(np.arange(net.n_edges), len(shares))
    offset = np.tile(shares, net.n_edges) * net.length_m[edge]
    expected = shapely.get_coordinates(shapely.line_interpolate_point(net.lines[edge], offset))
    np.testing.assert_allclose(along.lay_out(net).points(edge, offset), expected, atol=1e-6)
