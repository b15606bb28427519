"""Citizen identification numbers, by the examples of the standard."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.imports import id_numbers

# GB 11643-1999, 4.2 and annex.
EXAMPLES = ["11010519491231002X", "440524188001010014"]


def test_the_examples_of_the_standard_check_out():
    assert id_numbers.checks_out(pa.array(EXAMPLES)).tolist() == [True, True]
    assert id_numbers.birth_dates(pa.array(EXAMPLES)).to_pylist() == ["19491231", "18800101"]


@given(st.integers(0, 17), st.integers(1, 9))
def test_any_single_wrong_digit_is_found(place: int, step: int):
    number = EXAMPLES[1]
    digit = str((int(number[place]) + step) % 10)
    wrong = number[:place] + digit + number[place + 1 :]
    assert not id_numbers.checks_out(pa.array([wrong]))[0]


@pytest.mark.parametrize("text", ["", "1101051949123100", "11010519491231002x1", "A" * 18, None])
def test_other_shapes(text: str | None):
    assert id_numbers.well_formed(pa.array([text], pa.string())).tolist() == [False]


def test_full_width_digits_and_small_x_are_put_right():
    tidy = id_numbers.tidy(pa.array(["１１０１０５19491231002x"]))
    assert tidy.to_pylist() == EXAMPLES[:1]


def test_one_number_is_right_or_not() -> None:
    assert all(id_numbers.is_valid(number) for number in EXAMPLES)
    no_such_day = "110105194902300012"
    assert id_numbers.checks_out(pa.array([no_such_day]))[0]
    wide = "１１０１０５１９４９１２３１００２Ｘ"
    for number in (EXAMPLES[0][:-1] + "0", EXAMPLES[0][:-1], no_such_day, wide, "", "\x00" * 18):
        assert not id_numbers.is_valid(number)
