"""Is a double taken for a price exactly when it is the one nearest to a multiple of the tick?"""

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.tape.grid import MOST_STEPS, Step, doubles_of, step_of, steps_of

steps = st.builds(
    lambda units, places: step_of(Decimal(units).scaleb(-places)),
    st.sampled_from([1, 2, 5, 25, 10, 125, 3]),
    st.integers(0, 12),
)


@given(steps, st.lists(st.integers(0, 10**13), min_size=1))
def test_every_multiple_of_the_tick_comes_back_as_itself(step: Step, counts: list[int]) -> None:
    whole = np.array(counts, dtype=np.int64)
    doubles = doubles_of(whole, step)
    assert doubles.tolist() == [float(count * step.decimal) for count in counts]
    grid = steps_of(doubles, step)
    assert (grid.off_row, grid.large_row) == (None, None)
    assert grid.steps.tolist() == counts


@given(steps, st.integers(1, 10**13), st.booleans())
def test_the_very_next_double_is_off_the_grid(step: Step, count: int, upwards: bool) -> None:
    exact = float(count * step.decimal)
    beside = math.nextafter(exact, math.inf if upwards else 0.0)
    assert steps_of(np.array([exact, beside]), step).off_row == 1


@given(st.integers(2**50, 2**53 - 1))
def test_a_huge_price_is_still_counted_exactly(count: int) -> None:
    step = Step(1, 0)
    assert steps_of(doubles_of(np.array([count]), step), step).steps.tolist() == [count]


def test_a_price_of_two_to_the_53_ticks_is_refused_and_one_less_is_not() -> None:
    grid = steps_of(np.array([MOST_STEPS - 1.0, float(MOST_STEPS)]), Step(1, 0))
    assert (grid.off_row, grid.large_row) == (None, 1)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_off_the_grid(value: float) -> None:
    assert steps_of(np.array([1.0, value]), Step(1, 2)).off_row == 1


@pytest.mark.parametrize(
    ("text", "step"),
    [("0.01", Step(1, 2)), ("0.10", Step(1, 1)), ("25", Step(25, 0)), ("0.025", Step(25, 3))],
)
def test_a_step_is_a_whole_number_over_a_power_of_ten(text: str, step: Step) -> None:
    assert step_of(Decimal(text)) == step


def test_a_step_no_double_can_carry_is_none() -> None:
    assert step_of(Decimal("1e-23")) is None
    assert step_of(Decimal(2**53)) is None
