"""What becomes of an order that only we imagine, second by second."""

from collections.abc import Sequence

import pytest

from tests.fakes.recordings import Script, tape_of
from venues.books.probes import (
    C_ADVERSE,
    C_FILLED,
    C_HELD,
    C_MARKS,
    C_MOVED,
    C_PEGGED,
    C_PEGGED_FILLED,
    CELL_WORDS,
    FLOW_ONE,
    NS_PER_S,
    ONE,
    STATES,
    behind_ticks,
    cell_at,
    moved_e8,
    place_of,
    queue_of,
    state_of,
)
from venues.model.market import ASK, BID, level_key
from venues.paper.market import RecordedMarket
from venues.paper.played import QueueModel
from venues.ports import RANK_SCREEN

TOUCH = 100_000
NEVER_NS = 1 << 61


def at_ns(seconds: float) -> int:
    return int(seconds * NS_PER_S)


def quiet(script: Script, first_s: int, last_s: int, bid: int = TOUCH, size: int = 10) -> Script:
    """Repeat a book of one level a side, three ticks apart, every second."""
    for second in range(first_s, last_s + 1):
        rows = (level_key(bid, BID), size), (level_key(bid + 3, ASK), size)
        script.book(at_ns(second), *rows, snapshot=True)
    return script


def counts(script: Script, *, kernels: bool, learn: bool = True) -> list[int]:
    """Return what is known of bids at the touch behind a long queue in a calm market, in orders."""
    market = RecordedMarket(
        tape_of(script),
        kernels=kernels,
        queue=QueueModel.PESSIMISTIC,
        stale_after_ns=NS_PER_S,
        learn=learn,
    )
    market.advance(NEVER_NS, RANK_SCREEN)
    table = market.probes.table(0)
    cells = [cell_at(BID, 0, state, queue) for state in range(STATES) for queue in range(5)]
    return [sum(int(table[cell + word]) for cell in cells) for word in range(CELL_WORDS)]


both = pytest.mark.parametrize("kernels", [True, False], ids=["kernels", "plain"])


@both
def test_an_order_at_the_touch_is_filled_once_prints_ate_what_stood_before_it(
    kernels: bool,
) -> None:
    eaten = quiet(Script(), 1, 3).trade(at_ns(1.5), False, TOUCH, 10)
    assert counts(eaten, kernels=kernels)[C_FILLED] == 0
    # The order of second 1 had ten lots before it: the eleventh is its own.
    more = quiet(Script(), 1, 3).trade(at_ns(1.5), False, TOUCH, 11)
    assert counts(more, kernels=kernels)[C_FILLED] == ONE
    assert counts(more, kernels=kernels)[C_PEGGED_FILLED] == ONE
    assert counts(more, kernels=kernels)[C_HELD] == 2 * ONE  # and the one of second 2, not filled


@both
def test_a_print_through_its_price_and_a_book_that_comes_to_it_fill_it(kernels: bool) -> None:
    through = quiet(Script(), 1, 3).trade(at_ns(1.5), False, TOUCH - 1, 1)
    assert counts(through, kernels=kernels)[C_FILLED] == ONE
    down = quiet(quiet(Script(), 1, 1), 2, 3, bid=TOUCH - 3)  # the ask comes to the old bid
    assert counts(down, kernels=kernels)[C_FILLED] == ONE


@both
def test_a_print_of_the_other_side_fills_nothing(kernels: bool) -> None:
    bought = quiet(Script(), 1, 3).trade(at_ns(1.5), True, TOUCH + 3, 50)
    assert counts(bought, kernels=kernels)[C_FILLED] == 0


@both
def test_the_queue_before_an_order_is_never_longer_than_what_is_shown(kernels: bool) -> None:
    shrunk = quiet(quiet(Script(), 1, 1), 2, 4, size=4).trade(at_ns(2.5), False, TOUCH, 5)
    # Both the order of second 1, behind ten lots then, and that of second 2 are filled in second 2.
    told = counts(shrunk, kernels=kernels)
    assert told[C_FILLED] + told[C_FILLED + 1] == ONE  # of the first interval: that of second 2
    longer = quiet(quiet(Script(), 1, 1), 2, 7, size=4).trade(at_ns(2.5), False, TOUCH, 5)
    told = counts(longer, kernels=kernels)
    assert told[C_FILLED : C_FILLED + 2] == [ONE, ONE]


@both
def test_an_order_the_touch_has_left_counts_half_and_no_more_for_one_that_is_pegged(
    kernels: bool,
) -> None:
    up = quiet(quiet(Script(), 1, 1), 2, 2, bid=TOUCH + 1)
    told = counts(up, kernels=kernels)
    assert (told[C_HELD], told[C_PEGGED]) == (ONE, ONE // 2)
    assert told[C_MOVED] == moved_e8(2 * TOUCH + 3, 2 * TOUCH + 5) * ONE  # away from a bid
    later = quiet(up, 3, 6, bid=TOUCH + 1)
    assert counts(later, kernels=kernels)[C_PEGGED + 1] < counts(later, kernels=kernels)[C_HELD + 1]


@both
def test_where_the_mid_has_gone_some_seconds_after_a_fill_is_known(kernels: bool) -> None:
    falls = quiet(Script(), 1, 1).trade(at_ns(1.5), False, TOUCH, 11)
    quiet(falls, 2, 2)
    quiet(falls, 3, 8, bid=TOUCH - 2)
    told = counts(falls, kernels=kernels)
    assert told[C_MARKS] == ONE
    assert told[C_ADVERSE] == -moved_e8(2 * TOUCH + 3, 2 * TOUCH - 1) * ONE


@both
def test_after_a_silence_nothing_is_claimed_of_the_orders_that_stood(kernels: bool) -> None:
    silent = quiet(quiet(Script(), 1, 1), 5, 5)
    assert counts(silent, kernels=kernels)[C_HELD] == 0


@both
def test_who_does_not_learn_counts_nothing(kernels: bool) -> None:
    assert sum(counts(quiet(Script(), 1, 70), kernels=kernels, learn=False)) == 0


@both
def test_a_restart_goes_on_from_what_was_counted_before(kernels: bool) -> None:
    markets = [
        RecordedMarket(
            tape_of(quiet(Script(), 1, 9)),
            kernels=kernels,
            queue=QueueModel.PESSIMISTIC,
            stale_after_ns=NS_PER_S,
            learn=True,
        )
        for _ in range(2)
    ]
    markets[0].advance(NEVER_NS, RANK_SCREEN)
    table = markets[0].probes.table(0)
    markets[1].probes.teach(0, table, (7, 8), 9)
    assert markets[1].probes.table(0).tolist() == table.tolist()
    told = [markets[1].probes.flow(0, BID), markets[1].probes.flow(0, ASK)]
    assert (told, markets[1].probes.swing(0)) == ([7, 8], 9)


@pytest.mark.parametrize(
    ("ahead", "seconds", "queue"),
    [(0, 0, 0), (1, 0, 4), (5, 10, 0), (6, 10, 1), (20, 10, 1), (21, 10, 2), (320, 10, 3)],
)
def test_a_queue_is_as_long_as_prints_take_to_eat_it(ahead: int, seconds: int, queue: int) -> None:
    assert queue_of(ahead, seconds * FLOW_ONE) == queue


def test_places_are_ticks_on_coarse_grids_and_parts_of_the_price_on_fine_ones() -> None:
    assert [behind_ticks(place, 1_000) for place in range(4)] == [0, 1, 2, 4]
    assert [behind_ticks(place, 6_000_000) for place in range(4)] == [0, 60, 300, 900]
    told: Sequence[int] = [place_of(1_000 - away, 1_000) for away in (0, 1, 2, 3, 4, 99)]
    assert told == [0, 1, 2, 2, 3, 3]


def test_states_are_told_apart_by_how_far_the_mid_goes_in_a_second() -> None:
    assert [state_of(bps_e8 * 256) for bps_e8 in (0, 1_249, 1_250, 2_500, 5_000)] == [0, 0, 1, 2, 3]
