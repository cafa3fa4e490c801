"""What trades against a resting order of ours at a recorded venue, and what does a sweep get?"""

import pytest

from tests.fakes.books import ask, bid
from tests.fakes.recordings import Script, market_of, stops_until
from venues.model.market import ASK, BID
from venues.paper.market import RecordedMarket
from venues.paper.played import Bounds, MakerFill, QueueModel

FOREVER = 10**9
OPENING = ((bid(100), 10), (bid(99), 20), (ask(102), 5), (ask(103), 7))

pytestmark = pytest.mark.parametrize("kernels", [False, True], ids=["twin", "kernels"])


def opened(
    script: Script, *, kernels: bool, queue: QueueModel = QueueModel.PESSIMISTIC
) -> RecordedMarket:
    """Return a market that stands at 50, after the opening snapshot at 10."""
    whole = Script().book(10, *OPENING, snapshot=True)
    whole.books += script.books
    whole.prints += script.prints
    market = market_of(whole, kernels=kernels, queue=queue)
    assert stops_until(market, 50) == []
    return market


def fills(market: RecordedMarket, until_ns: int = FOREVER) -> list[tuple[int, MakerFill]]:
    return [(stop.time_ns, fill) for stop in stops_until(market, until_ns) for fill in stop.fills]


def test_a_sweep_walks_the_levels_best_first_and_stops_at_its_limit(kernels: bool) -> None:
    market = opened(Script(), kernels=kernels)
    assert market.matcher.sweep(0, BID, 103, 8, 50) == [(102, 5), (103, 3)]
    assert market.matcher.sweep(0, BID, 103, 8, 50) == [(103, 4)]
    assert market.matcher.sweep(0, BID, 103, 8, 50) == []
    assert market.matcher.sweep(0, ASK, 100, 50, 50) == [(100, 10)]


def test_an_order_that_only_touches_the_spread_would_not_cross(kernels: bool) -> None:
    matcher = opened(Script(), kernels=kernels).matcher
    assert not matcher.would_cross(0, BID, 101)
    assert matcher.would_cross(0, BID, 102)
    assert not matcher.would_cross(0, ASK, 101)
    assert matcher.would_cross(0, ASK, 100)


def test_after_taking_the_touch_an_order_may_rest_where_it_stood(kernels: bool) -> None:
    matcher = opened(Script(), kernels=kernels).matcher
    matcher.sweep(0, BID, 102, 5, 50)
    assert not matcher.would_cross(0, BID, 102)
    matcher.rest(0, 1, BID, 102, 3, 50)


def test_an_order_that_would_trade_at_once_cannot_rest(kernels: bool) -> None:
    matcher = opened(Script(), kernels=kernels).matcher
    with pytest.raises(ValueError, match="cannot rest"):
        matcher.rest(0, 1, BID, 102, 3, 50)


def test_a_number_is_used_once(kernels: bool) -> None:
    matcher = opened(Script(), kernels=kernels).matcher
    matcher.rest(0, 1, BID, 100, 3, 50)
    with pytest.raises(ValueError, match="cannot rest"):
        matcher.rest(0, 1, BID, 99, 3, 50)
    matcher.remove(0, 1, 50)
    with pytest.raises(ValueError, match="cannot rest"):
        matcher.rest(0, 1, BID, 99, 3, 50)
    matcher.remove(0, 1, 50)
    with pytest.raises(ValueError, match="never rested"):
        matcher.remove(0, 2, 50)


def test_the_queue_ahead_is_served_before_us(kernels: bool) -> None:
    script = Script().trade(60, False, 100, 8).trade(70, False, 100, 5)
    market = opened(script, kernels=kernels)
    market.matcher.rest(0, 1, BID, 100, 4, 50)
    assert fills(market) == [(70, MakerFill(0, 1, 3, 3))]
    assert market.matcher.bounds(0, 1) == Bounds(3, 3)


def test_nobody_stands_before_an_order_that_improves_the_touch(kernels: bool) -> None:
    market = opened(Script().trade(60, False, 101, 3), kernels=kernels)
    market.matcher.rest(0, 1, BID, 101, 4, 50)
    assert fills(market) == [(60, MakerFill(0, 1, 3, 3))]


def test_a_print_through_our_price_fills_us_with_no_queue(kernels: bool) -> None:
    market = opened(Script().trade(60, True, 103, 6), kernels=kernels)
    market.matcher.rest(0, 1, ASK, 102, 4, 50)
    assert fills(market) == [(60, MakerFill(0, 1, 4, 4))]


def test_a_print_on_the_other_side_or_behind_us_does_nothing(kernels: bool) -> None:
    script = Script().trade(60, True, 100, 50).trade(70, False, 101, 50)
    market = opened(script, kernels=kernels)
    market.matcher.rest(0, 1, BID, 100, 4, 50)
    assert fills(market) == []


def test_own_orders_share_one_print_best_price_first_then_time(kernels: bool) -> None:
    market = opened(Script().trade(60, False, 99, 9), kernels=kernels)
    market.matcher.rest(0, 1, BID, 100, 4, 50)
    market.matcher.rest(0, 2, BID, 101, 3, 50)
    market.matcher.rest(0, 3, BID, 100, 4, 50)
    assert [fill for _, fill in fills(market)] == [
        MakerFill(0, 2, 3, 3),
        MakerFill(0, 1, 4, 4),
        MakerFill(0, 3, 2, 2),
    ]


def test_a_level_that_shrinks_without_a_print_helps_only_the_optimist(kernels: bool) -> None:
    script = Script().book(60, (bid(100), 4)).book(65, (bid(100), 12)).trade(70, False, 100, 4)
    pessimist = opened(script, kernels=kernels)
    pessimist.matcher.rest(0, 1, BID, 100, 5, 50)
    assert fills(pessimist) == []
    # Six left: four stood there at most, whoever left; the optimist thinks all six were ahead.
    assert pessimist.matcher.bounds(0, 1) == Bounds(0, 0)
    later = Script().book(60, (bid(100), 4)).trade(70, False, 100, 6)
    pessimist = opened(later, kernels=kernels)
    pessimist.matcher.rest(0, 1, BID, 100, 5, 50)
    assert fills(pessimist) == [(70, MakerFill(0, 1, 2, 2))]


def test_a_cancel_in_the_queue_moves_the_optimist_up(kernels: bool) -> None:
    script = (
        Script()
        .book(55, (bid(100), 16))  # six join behind us
        .book(60, (bid(100), 10))  # six leave: ahead of us or behind?
        .trade(70, False, 100, 7)
    )
    optimist = opened(script, kernels=kernels, queue=QueueModel.OPTIMISTIC)
    optimist.matcher.rest(0, 1, BID, 100, 5, 50)
    assert fills(optimist) == [(70, MakerFill(0, 1, 3, 3))]
    assert optimist.matcher.bounds(0, 1) == Bounds(0, 3)


def test_a_decrease_that_a_print_explains_is_not_counted_twice(kernels: bool) -> None:
    script = (
        Script()
        .book(55, (bid(100), 20))
        .trade(60, False, 100, 4)
        .book(65, (bid(100), 16))  # the print, nothing else
        .trade(70, False, 100, 8)
    )
    optimist = opened(script, kernels=kernels, queue=QueueModel.OPTIMISTIC)
    optimist.matcher.rest(0, 1, BID, 100, 5, 50)
    assert fills(optimist) == [(70, MakerFill(0, 1, 2, 2))]
    assert optimist.matcher.bounds(0, 1) == Bounds(2, 2)


def test_a_print_explains_the_next_change_only(kernels: bool) -> None:
    script = (
        Script()
        .book(55, (bid(100), 20))
        .trade(60, False, 100, 4)
        .book(65, (bid(100), 18))  # the print, and two that joined: all of it explained
        .book(66, (bid(100), 14))  # four that left: no print explains them
        .trade(70, False, 100, 4)
    )
    optimist = opened(script, kernels=kernels, queue=QueueModel.OPTIMISTIC)
    optimist.matcher.rest(0, 1, BID, 100, 5, 50)
    # Ten ahead, four printed, four left: two before us.
    assert fills(optimist) == [(70, MakerFill(0, 1, 2, 2))]


def test_nobody_is_ahead_of_the_optimist_once_a_print_went_through_him(kernels: bool) -> None:
    script = Script().trade(60, False, 99, 2).trade(70, False, 100, 2)
    for queue, after in ((QueueModel.OPTIMISTIC, 4), (QueueModel.PESSIMISTIC, 2)):
        market = opened(script, kernels=kernels, queue=queue)
        market.matcher.rest(0, 1, BID, 100, 9, 50)
        assert sum(fill.lots for _, fill in fills(market)) == after


def test_a_book_that_comes_through_us_trades_at_our_price(kernels: bool) -> None:
    script = Script().book(60, (bid(100), 0), (bid(99), 0), (ask(99), 2), (ask(100), 2))
    market = opened(script, kernels=kernels)
    market.matcher.rest(0, 1, BID, 100, 3, 50)
    market.matcher.rest(0, 2, BID, 101, 2, 50)
    assert [fill for _, fill in fills(market)] == [MakerFill(0, 2, 2, 2), MakerFill(0, 1, 2, 2)]
    # What came through us has been consumed: nobody else can take it.
    assert market.matcher.sweep(0, BID, 101, 9, 70) == []


def test_our_view_shows_what_we_did_in_the_next_message(kernels: bool) -> None:
    script = Script().book(60, (bid(98), 1)).book(80, (ask(102), 4))
    market = opened(script, kernels=kernels)
    market.matcher.sweep(0, BID, 102, 3, 50)
    market.matcher.rest(0, 1, BID, 100, 6, 50)
    stops_until(market, 62)
    assert market.view.size(0, ask(102)) == 5
    assert market.view.size(0, bid(100)) == 10
    stops_until(market, 70)
    assert market.view.size(0, ask(102)) == 2
    assert market.view.size(0, bid(100)) == 16
    market.matcher.remove(0, 1, 70)
    stops_until(market, 90)
    assert market.view.size(0, ask(102)) == 2, "a smaller recorded size releases what we took"
    assert market.view.size(0, bid(100)) == 10


def test_a_snapshot_never_restores_what_we_took(kernels: bool) -> None:
    market = opened(Script().book(60, *OPENING, snapshot=True), kernels=kernels)
    market.matcher.sweep(0, BID, 102, 3, 50)
    stops_until(market, FOREVER)
    assert market.view.size(0, ask(102)) == 2
    assert market.matcher.sweep(0, BID, 102, 9, 70) == [(102, 2)]


def test_a_book_that_stops_at_our_price_leaves_no_crossed_view(kernels: bool) -> None:
    script = Script().book(60, (bid(100), 0), (ask(100), 2))
    market = opened(script, kernels=kernels)
    market.matcher.rest(0, 1, BID, 100, 6, 50)
    assert [fill.lots for _, fill in fills(market)] == [2]
    assert not market.view.crossed(0)
    assert market.view.size(0, bid(100)) == 4
    assert market.view.size(0, ask(100)) == 0


def test_an_own_order_ahead_of_which_we_took_ourselves_moves_up(kernels: bool) -> None:
    market = opened(Script().trade(60, False, 100, 3), kernels=kernels)
    market.matcher.rest(0, 1, BID, 100, 5, 50)
    assert market.matcher.sweep(0, ASK, 100, 9, 50) == [(100, 9)]
    assert fills(market) == [(60, MakerFill(0, 1, 2, 2))]


def test_many_orders_may_rest_at_one_price(kernels: bool) -> None:
    market = opened(Script().trade(60, False, 99, 1000), kernels=kernels)
    for order_no in range(40):
        market.matcher.rest(0, order_no, BID, 100, 2, 50)
    assert [fill.order_no for _, fill in fills(market)] == list(range(40))
    assert all(market.matcher.bounds(0, n) == Bounds(2, 2) for n in range(40))


def test_the_recording_ends_with_its_last_word_at_the_venue(kernels: bool) -> None:
    market = market_of(
        Script().book(10, *OPENING, snapshot=True).trade(90, True, 102, 1), kernels=kernels
    )
    assert market.matcher.last_exchange_ns(0) == 90


def test_a_book_far_through_us_trades_over_five_hundred_levels_a_message(kernels: bool) -> None:
    through = tuple((ask(tick), 1) for tick in range(1000, 1600))
    script = (
        Script()
        .book(10, (bid(1600), 5), (ask(1601), 5), snapshot=True)
        .book(60, (bid(1600), 0), *through)
        .book(70, (ask(1700), 1))
    )
    market = market_of(script, kernels=kernels)
    stops_until(market, 50)
    market.matcher.rest(0, 1, BID, 1600, 550, 50)
    assert fills(market) == [(60, MakerFill(0, 1, 512, 512)), (70, MakerFill(0, 1, 38, 550))]
    assert market.matcher.sweep(0, BID, 1550, 9, 80) == [(1550, 1)]


def test_a_feed_that_has_gone_silent_still_remembers_what_we_did(kernels: bool) -> None:
    market = opened(Script().book(900, (ask(102), 5)), kernels=kernels)
    for order_no in range(3_000):
        market.matcher.rest(0, order_no, BID, 100 - order_no % 7, 1, 50)
        market.matcher.remove(0, order_no, 50)
    market.matcher.rest(0, 3_000, BID, 99, 4, 50)
    stops_until(market, FOREVER)
    assert market.view.size(0, bid(100)) == 10
    assert market.view.size(0, bid(99)) == 24
