"""When does a recorded market stop, in which order does it play, and what does it count?"""

import pytest

from tests.fakes.books import ask, bid
from tests.fakes.recordings import (
    STALE_AFTER_NS,
    Script,
    market_of,
    steps_until,
    stops_until,
    tape_of,
)
from venues.books.watch import (
    DepthRow,
    PriceRow,
    Reading,
    StateRow,
    TouchRow,
    VolumeRow,
)
from venues.model.market import ASK, BID, BookState
from venues.paper.market import RecordedMarket
from venues.paper.played import MakerFill, Stop
from venues.paper.schedule import TIME, VENUE_BOOK, VIEW_DERIV, VIEW_TRADE, WHAT, make_schedule
from venues.ports import RANK_ARRIVAL, RANK_TIMER, RANK_VENUE_BOOK, RANK_VIEW_BOOK

FOREVER = 10**9
OPENING = ((bid(100), 10), (bid(99), 20), (ask(102), 5), (ask(103), 7))

pytestmark = pytest.mark.parametrize("kernels", [False, True], ids=["twin", "kernels"])


def opening() -> Script:
    return Script().book(10, *OPENING, snapshot=True)


def fired(market: RecordedMarket, until_ns: int = FOREVER) -> list[tuple[int, tuple[int, ...]]]:
    return [(stop.time_ns, stop.fired) for stop in stops_until(market, until_ns) if stop.fired]


def test_the_view_lags_its_venue(kernels: bool) -> None:
    market = market_of(opening(), kernels=kernels)
    assert market.peek() == (10, RANK_VENUE_BOOK, 0)
    assert market.advance(15, RANK_VIEW_BOOK) == Stop(15)
    assert market.view.best(0, BID) is None
    assert market.matcher.would_cross(0, ASK, 100)
    assert market.peek() == (15, RANK_VIEW_BOOK, 0)
    assert market.play_one() == Stop(15)
    assert market.view.best(0, BID) == 100
    assert market.ended
    assert market.peek() is None
    with pytest.raises(ValueError, match="nothing is left"):
        market.play_one()


def test_a_clock_that_steps_back_does_not_reorder_a_book(kernels: bool) -> None:
    script = opening().book(8, (bid(100), 3), known_ns=16).book(20, (bid(100), 4))
    entries = make_schedule(tape_of(script)).in_order()
    assert entries[entries[:, WHAT] == VENUE_BOOK, TIME].tolist() == [10, 10, 20]
    market = market_of(script, kernels=kernels)
    stops_until(market, 12)
    assert market.matcher.sweep(0, ASK, 100, 99, 12) == [(100, 3)]


def test_derivative_values_follow_the_prints_of_their_moment(kernels: bool) -> None:
    script = opening().deriv(40, 0, 1).trade(35, True, 102, 1)
    entries = make_schedule(tape_of(script)).in_order()
    assert entries[-2:, WHAT].tolist() == [VIEW_TRADE, VIEW_DERIV]
    market = market_of(script, kernels=kernels)
    stops_until(market, FOREVER)
    assert market.view.mark(0) == 1


def test_book_rows_and_prints_are_what_counts(kernels: bool) -> None:
    script = opening().trade(20, True, 102, 1).deriv(30, 0, 1)
    market = market_of(script, kernels=kernels)
    assert market.market_events == 0
    stops_until(market, FOREVER)
    assert market.market_events == len(OPENING) + 1


def test_a_price_watch_fires_once_after_the_message_that_follows_it(kernels: bool) -> None:
    script = opening().trade(20, True, 103, 1).trade(30, True, 103, 1).trade(40, True, 104, 1)
    market = market_of(script, kernels=kernels)
    stops_until(market, 26)
    above = PriceRow(Reading.LAST, (0,), (1,), above=True, level=103)
    below = PriceRow(Reading.LAST, (0,), (1,), above=False, level=102)
    market.watches.set(7, above, 26)
    market.watches.set(4, below, 26)
    market.watches.set(9, PriceRow(Reading.LAST, (0,), (1,), above=True, level=104), 26)
    assert fired(market) == [(35, (7,)), (45, (9,))]


def test_watches_that_hold_together_fire_in_one_stop(kernels: bool) -> None:
    market = market_of(opening(), kernels=kernels)
    for slot in (9, 3, 4095):
        market.watches.set(slot, TouchRow(0, BID, 99, 1), 0)
    market.watches.clear(9)
    assert fired(market) == [(15, (3, 4095))]


def test_a_mid_between_two_ticks_is_exact(kernels: bool) -> None:
    script = opening().book(20, (ask(101), 1))  # mid 100.5
    mid = PriceRow(Reading.MID, (0,), (2,), above=False, level=201)
    just_under = PriceRow(Reading.MID, (0,), (2,), above=False, level=200)
    market = market_of(script, kernels=kernels)
    market.watches.set(1, mid, 0)
    market.watches.set(2, just_under, 0)
    assert fired(market) == [(25, (1,))]


def test_the_market_mid_is_the_median_of_the_live_mids_on_one_grid(kernels: bool) -> None:
    half = ((bid(200), 10), (ask(204), 10))  # half the tick: the same prices as 100, 102
    away = ((bid(300), 10), (ask(304), 10))
    crossed = ((bid(900), 10), (ask(800), 10))
    scripts = (
        opening(),  # mid 101
        Script().book(20, *half, snapshot=True),  # mid 101
        Script().book(30, *away, snapshot=True),  # mid 151
        Script().book(40, *crossed, snapshot=True),  # not a LIVE book
    )
    market = market_of(*scripts, kernels=kernels)
    members, scales = (0, 1, 2, 3), (2, 1, 1, 1)
    for slot, level in ((0, 202), (1, 203), (2, 204)):
        row = PriceRow(Reading.MID, members, scales, above=True, level=level)
        market.watches.set(slot, row, 0)
    assert fired(market) == [(15, (0,))]
    market = market_of(scripts[0], scripts[2], kernels=kernels)
    market.watches.set(0, PriceRow(Reading.MID, (0, 1), (2, 1), above=True, level=252), 0)
    market.watches.set(1, PriceRow(Reading.MID, (0, 1), (2, 1), above=True, level=253), 0)
    assert fired(market) == [(35, (0,))], "the middle of 202 and 302 is 252"


def test_mark_and_index_are_watched_when_they_come(kernels: bool) -> None:
    script = opening().deriv(20, 1, 50).deriv(30, 0, 50).deriv(40, 1, 60)
    market = market_of(script, kernels=kernels)
    market.watches.set(0, PriceRow(Reading.MARK, (0,), (1,), above=True, level=50), 0)
    market.watches.set(1, PriceRow(Reading.INDEX, (0,), (1,), above=True, level=51), 0)
    assert fired(market) == [(30, (0,)), (40, (1,))]


def test_the_touch_is_watched_without_our_own_orders(kernels: bool) -> None:
    market = market_of(opening().book(30, (bid(98), 5)), kernels=kernels)
    stops_until(market, 20)
    market.matcher.rest(0, 1, BID, 101, 4, 20)
    market.view.set_own(0, {bid(101): 4})
    market.watches.set(0, TouchRow(0, BID, 100, 1), 20)
    assert fired(market) == []
    assert market.view.size(0, bid(101)) == 4


def test_a_side_that_empties_has_moved(kernels: bool) -> None:
    script = opening().book(20, (bid(98), 1)).book(30, (bid(100), 0), (bid(99), 0), (bid(98), 0))
    market = market_of(script, kernels=kernels)
    stops_until(market, 20)
    market.watches.set(0, TouchRow(0, BID, 100, 50), 20)
    assert fired(market) == [(35, (0,))]


def test_depth_is_counted_inside_its_band_only(kernels: bool) -> None:
    script = opening().book(20, (bid(98), 1)).book(30, (bid(98), 71))
    # Mid 101; 2 % under it is 98.98, 3 % is 97.97.
    market = market_of(script, kernels=kernels)
    market.watches.set(0, DepthRow(0, BID, 2_000_000, above=True, lots=31), 0)
    market.watches.set(1, DepthRow(0, BID, 3_000_000, above=True, lots=101), 0)
    market.watches.set(2, DepthRow(0, BID, 2_000_000, above=False, lots=29), 0)
    market.watches.set(3, DepthRow(0, ASK, 2_000_000, above=False, lots=12), 0)
    assert fired(market) == [(15, (3,)), (35, (1,))]


def test_traded_volume_is_reached(kernels: bool) -> None:
    script = opening().trade(20, True, 102, 3).trade(30, False, 100, 3)
    market = market_of(script, kernels=kernels)
    market.watches.set(0, VolumeRow(0, 6), 0)
    assert fired(market) == [(35, (0,))]


def test_a_book_turns_stale_by_time_alone(kernels: bool) -> None:
    late = 15 + STALE_AFTER_NS + 1
    market = market_of(opening(), Script().book(600, *OPENING, snapshot=True), kernels=kernels)
    stops_until(market, 20)
    assert market.view.state(0, 20, STALE_AFTER_NS) is BookState.LIVE
    market.watches.set(5, StateRow((0,)), 20)
    assert market.peek() == (late, RANK_TIMER, -1)
    assert market.advance(late, RANK_TIMER) == Stop(late)
    assert market.advance(late + 1, RANK_ARRIVAL) == Stop(late, fired=(5,))
    assert market.view.state(0, late, STALE_AFTER_NS) is BookState.STALE
    assert market.peek() == (600, RANK_VENUE_BOOK, 1)


def test_a_message_in_time_keeps_a_book_live(kernels: bool) -> None:
    script = opening().book(15 + STALE_AFTER_NS - 4, (bid(98), 1))
    market = market_of(script, kernels=kernels)
    stops_until(market, 20)
    market.watches.set(5, StateRow((0,)), 20)
    again = 15 + STALE_AFTER_NS + 1 + STALE_AFTER_NS + 1
    assert steps_until(market, FOREVER) == [Stop(again, fired=(5,))]


def test_any_book_of_a_market_may_change_its_state(kernels: bool) -> None:
    script = Script().book(30, (bid(100), 1)).book(40, *OPENING, snapshot=True)
    market = market_of(opening(), script, kernels=kernels)
    stops_until(market, 20)
    market.watches.set(5, StateRow((0, 1)), 20)
    assert fired(market) == [(45, (5,))]


def test_bulk_and_single_steps_stop_alike(kernels: bool) -> None:
    script = opening().trade(20, False, 100, 30).book(30, (bid(100), 1))
    stops = []
    for play in (stops_until, steps_until):
        market = market_of(script, kernels=kernels)
        play(market, 16)
        market.matcher.rest(0, 1, BID, 100, 2, 16)
        market.watches.set(1, TouchRow(0, ASK, 50, 1), 16)
        stops.append(play(market, FOREVER))
    assert stops[0] == stops[1]
    assert stops[0] == [Stop(20, fills=(MakerFill(0, 1, 2, 2),)), Stop(25, fired=(1,))]


@pytest.mark.parametrize(
    "row",
    [
        PriceRow(Reading.MID, (), (), above=True, level=1),
        PriceRow(Reading.MID, (1, 0), (1, 1), above=True, level=1),
        PriceRow(Reading.MID, (0,), (0,), above=True, level=1),
        PriceRow(Reading.MID, (0, 1), (1,), above=True, level=1),
        PriceRow(Reading.MID, (0,), (1,), above=True, level=1 << 60),
        TouchRow(2, BID, 100, 1),
        TouchRow(0, BID, 100, 0),
        DepthRow(0, BID, 0, above=True, lots=1),
        StateRow((0, 0)),
    ],
)
def test_a_watch_that_makes_no_sense_is_refused(
    kernels: bool, row: PriceRow | TouchRow | DepthRow | StateRow
) -> None:
    market = market_of(opening(), opening(), kernels=kernels)
    with pytest.raises(ValueError, match=r"watched|scales|level|depth|touch"):
        market.watches.set(0, row, 0)
    with pytest.raises(ValueError, match="slot"):
        market.watches.set(4096, TouchRow(0, BID, 100, 1), 0)
