"""Errors told from tracks whose errors are known."""

import numpy as np
import pytest

from gis.tracks import noise, simulated
from tests.gis.tracks import ways


def _recorded(receiver: simulated.Receiver, seed: int):
    rng = np.random.default_rng(seed)
    straight = ways.track([(0, 0), (1200, 0), (1200, 900), (300, 900)], every_s=receiver.every_s)
    xy = straight.xy + simulated.errors(len(straight), receiver, rng)
    return straight.time_s, xy, np.array([0, len(straight)])


@pytest.mark.parametrize("every", [1.0, 10.0, 30.0])
@pytest.mark.parametrize("sigma", [5.0, 15.0, 30.0])
def test_independent_errors_are_scatter(sigma, every):
    found = [
        noise.estimate(*_recorded(simulated.Receiver(every, sigma), seed)) for seed in range(9)
    ]
    told = np.median([errors.scatter_m for errors in found]) / sigma
    # few corners here: half a minute apart, more is taken off for them than they added
    assert (0.7 if every == 30.0 else 0.85) <= told <= 1.15
    assert np.median([errors.wander_m for errors in found]) == 0


def test_corners_every_few_steps_are_no_errors():
    sides = [(70.0 * (k // 2 + k % 2), 70.0 * (k // 2)) for k in range(40)]
    found = []
    for seed in range(9):
        track = ways.track(sides, every_s=30.0)
        xy = track.xy + np.random.default_rng(seed).normal(0.0, 5.0, track.xy.shape)
        start = np.array([0, len(track)])
        told = noise.estimate(track.time_s, xy, start).scatter_m
        found.append((told, noise.scatter_m(track.time_s, xy, start)))
    told_m, bends_m = np.median(found, axis=0)
    assert told_m < bends_m - 1.0
    assert told_m >= 4.0


@pytest.mark.parametrize("sigma", [15.0, 30.0])
def test_errors_that_fade_slowly_are_wander(sigma):
    found = [
        noise.estimate(*_recorded(simulated.Receiver(1.0, sigma, 30.0), seed)) for seed in range(9)
    ]
    assert np.median([errors.scatter_m for errors in found]) < sigma / 4
    assert np.median([errors.wander_m for errors in found]) == pytest.approx(sigma, rel=0.5)


def test_too_few_points_tell_the_least():
    two = noise.estimate(np.array([0.0, 5.0]), np.array([[0.0, 0.0], [6.0, 0.0]]), np.array([0, 2]))
    assert two == noise.Errors(noise.LEAST_M)
    none = noise.estimate(np.zeros(0), np.zeros((0, 2)), np.array([0]))
    assert none == noise.Errors(noise.LEAST_M)


def test_a_new_piece_is_no_bend():
    time, xy = np.arange(40.0) * 5, np.zeros((40, 2))
    xy[:20, 0], xy[20:, 1] = np.arange(20) * 6, 9000 + np.arange(20) * 6
    assert noise.scatter_m(time, xy, np.array([0, 20, 40])) == noise.LEAST_M


def test_negative_errors_are_refused():
    with pytest.raises(ValueError, match="zero or more"):
        noise.Errors(-1.0)
