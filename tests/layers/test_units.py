"""Classes of shares: fixed breaks, colours in one order of lightness, whatever one sees."""

import itertools

import pytest

from layers import units


def _lightness(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_higher_shares_are_darker_and_classes_can_be_told_apart():
    lightness = [_lightness(colour) for colour in units.YLGNBU]

    steps = [(a + 0.05) / (b + 0.05) for a, b in itertools.pairwise(lightness)]
    assert min(steps) > 1.5


def test_the_legend_says_every_class(en, zh):
    for t in (en, zh):
        classes = units.share_classes(t)
        assert [o["label"] for o in classes.options()] == [
            "0%–25%",
            "25%–50%",
            "50%–75%",
            "75%–90%",
            "90%–100%",
        ]


def test_classes_that_do_not_belong_together_are_refused():
    with pytest.raises(ValueError, match="break, a colour and a label"):
        units.Classes((0.5, 1.0), ("#000000",), ("a", "b"))
    with pytest.raises(ValueError, match="ascend"):
        units.Classes((1.0, 0.5), ("#000000", "#111111"), ("a", "b"))
