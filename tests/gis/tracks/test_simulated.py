"""Made-up walks hold together and are recorded as asked."""

import numpy as np
import pytest

from gis.tracks import along, simulated
from tests.gis import walking
from tests.gis.tracks import ways

NET = ways.grid()
PLACE = along.lay_out(NET)


def test_a_walk_goes_on_where_it_was():
    for seed in range(10):
        walk = simulated.walk(NET, 2000.0, np.random.default_rng(seed))
        left = PLACE.points(walk.edge[:-1], walk.to_m[:-1])
        met = PLACE.points(walk.edge[1:], walk.from_m[1:])
        np.testing.assert_allclose(left, met, atol=1e-6)
        assert walk.length_m > 1700
        assert (np.abs(walk.to_m - walk.from_m) > 0).all()


def test_a_steady_walk_is_recorded_at_its_speed():
    rng = np.random.default_rng(1)
    walk = simulated.walk(NET, 2000.0, rng)
    time, xy = simulated.record(PLACE, walk, simulated.Receiver(5.0, 0.0), rng)
    step = np.hypot(*np.diff(xy, axis=0).T)
    assert step.max() <= 6.0 + 1e-6
    assert np.median(step) == pytest.approx(6.0)
    assert time[-1] == pytest.approx(walk.length_m / 1.2, abs=6)


def test_a_natural_walk_pauses_and_arrives():
    rng = np.random.default_rng(2)
    walk = simulated.walk(NET, 3000.0, rng)
    pace = simulated.Pace(spread=0.15, pause_every_s=200.0)
    _, xy = simulated.record(PLACE, walk, simulated.Receiver(1.0, 0.0), rng, pace)
    step = np.hypot(*np.diff(xy, axis=0).T)
    assert 0.02 < (step < 1e-9).mean() < 0.5
    end = PLACE.points(walk.edge[-1:], walk.to_m[-1:])[0]
    np.testing.assert_allclose(xy[-1], end, atol=1e-6)


@pytest.mark.parametrize("memory", [0.0, 20.0])
def test_errors_have_the_spread_and_memory_asked_for(memory):
    drawn = simulated.errors(
        40_000, simulated.Receiver(1.0, 10.0, memory), np.random.default_rng(3)
    )
    assert drawn.std() == pytest.approx(10.0, rel=0.05)
    apart = np.corrcoef(drawn[:-20, 0], drawn[20:, 0])[0, 1]
    assert apart == pytest.approx(np.exp(-1) if memory else 0.0, abs=0.05)


def test_what_cannot_be_is_refused():
    lonely = walking.network_of([[(0, 0), (10, 0)]])
    with pytest.raises(ValueError, match="positive"):
        simulated.Receiver(0.0, 5.0)
    with pytest.raises(ValueError, match="section"):
        simulated.Walk(np.zeros(0, np.int32), np.zeros(0), np.zeros(0))
    assert simulated.walk(lonely, 50.0, np.random.default_rng(0)).length_m > 20
