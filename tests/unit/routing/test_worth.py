"""Where a passive child waits once it is known what becomes of orders like it."""

from collections.abc import Mapping
from decimal import Decimal

import numpy as np
import pytest

from router.depth.fills import ENOUGH_ORDERS, Counted
from router.routing.offers import Terms
from router.routing.rest import Resting, place_rest
from router.routing.worth import Weighing, worth_of
from strategies.intents import Peg
from tests.fakes.depth import FakeBook, book, instrument, scale_of, seen
from venues.books.probes import C_FILLED, C_HELD, C_MOVED, CELL_WORDS, ONE, TABLE_WORDS
from venues.model.ids import VenueId
from venues.model.instrument import Instrument
from venues.model.market import ASK, BID
from venues.model.order import Side

CHEAP = instrument("cheap", maker="-0.00005", taker="0.0005")
QUICK = instrument("quick", maker="0", taker="0.0005")
MANY = 10_000


def quoted(of: Instrument, bid: str = "1000", ask: str = "1000.1") -> FakeBook:
    return book(of, bids=[(bid, "2")], asks=[(ask, "2")])


def known(*chances: str, moved_bps: str = "0", orders: int = MANY) -> Counted:
    """Return a venue at which so large a part of those that wait is filled in each interval."""
    table = np.zeros(TABLE_WORDS, np.int64)
    left = Decimal(orders)
    for n, chance in enumerate(chances):
        for cell in range(0, TABLE_WORDS, CELL_WORDS):
            table[cell + C_HELD + n] = int(left * ONE)
            table[cell + C_FILLED + n] = int(left * Decimal(chance) * ONE)
            waits = left * (1 - Decimal(chance))
            table[cell + C_MOVED + n] = int(waits * Decimal(moved_bps) * 10_000 * ONE)
        left *= 1 - Decimal(chance)
    return Counted(table, (0, 0), 0)


def rest(
    learned: Mapping[int, Counted] | None,
    *,
    side: Side = Side.BUY,
    until_s: int | None = 5,
    instead: str | None = None,
    barred: str = "",
) -> Resting:
    pairs = (CHEAP, quoted(CHEAP)), (QUICK, quoted(QUICK))
    depth, composite = seen(scale_of(*(m for m, _ in pairs)), [b for _, b in pairs])
    weighing = None
    if learned is not None:
        price = None if instead is None else Decimal(instead)
        taking = None if price is None else (lambda: price)
        weighing = Weighing(known=learned.__getitem__, until_s=until_s, instead=taking)
    return place_rest(
        depth,
        composite,
        side=side,
        quantity=Decimal(1),
        limit=Decimal(2000 if side is Side.BUY else 1),
        peg=Peg.PRIMARY,
        offset_ticks=0,
        terms=Terms(barred={VenueId(barred): "denied"} if barred else {}),
        weighing=weighing,
    )


def venue(answer: Resting) -> str:
    assert answer.post is not None
    return answer.post.venue


SLOW, FAST = known("0.1", "0.1", "0.2", "0.3"), known("0.5", "0.5", "0.1", "0.1")


@pytest.mark.parametrize("side", list(Side))
def test_a_child_waits_where_it_is_filled_in_time_though_another_is_cheaper(side: Side) -> None:
    assert venue(rest(None, side=side)) == "cheap"
    answer = rest({0: SLOW, 1: FAST}, side=side)
    assert venue(answer) == "quick"
    assert answer.weighed is not None
    assert answer.weighed.judged
    assert answer.weighed.venue == "quick"


def test_where_both_are_filled_alike_the_cheaper_one_has_it() -> None:
    assert venue(rest({0: FAST, 1: FAST})) == "cheap"


def test_a_venue_of_which_too_little_is_known_leaves_all_to_the_rule() -> None:
    few = known("0.1", "0.1", orders=ENOUGH_ORDERS // (TABLE_WORDS // CELL_WORDS) - 1)
    answer = rest({0: few, 1: FAST})
    assert venue(answer) == "cheap"
    assert answer.weighed is not None
    assert not answer.weighed.judged


def test_a_venue_that_is_barred_is_neither_weighed_nor_chosen() -> None:
    answer = rest({0: SLOW, 1: FAST}, barred="quick")
    assert venue(answer) == "cheap"
    assert answer.weighed is not None
    assert [p.venue for p in answer.weighed.prospects] == ["cheap"]
    assert answer.weighed.skipped == (("quick", "denied"),)


def test_the_plan_says_chance_queue_and_worth_of_each_candidate() -> None:
    weighed = rest({0: SLOW, 1: FAST}).weighed
    assert weighed is not None
    quick, cheap = weighed.prospects  # the best first
    assert (cheap.within_s, cheap.queue_lots) == (5, 2000)
    assert cheap.chance == pytest.approx(Decimal("0.19"), abs=Decimal("0.001"))
    assert quick.chance == pytest.approx(Decimal("0.75"), abs=Decimal("0.001"))
    # Taking costs 1000.1 and 5 bps, a bid at 1000 gets half a bps back: 6.5 bps less.
    assert cheap.saves_bps == pytest.approx(Decimal("6.49"), abs=Decimal("0.01"))
    assert cheap.worth_bps == pytest.approx(cheap.chance * cheap.saves_bps, abs=Decimal("0.001"))


def test_a_child_with_time_to_wait_is_judged_by_the_longer_chance() -> None:
    late = known("0.05", "0.05", "0.05", "0.95")
    assert venue(rest({0: late, 1: FAST}, until_s=5)) == "quick"
    assert venue(rest({0: late, 1: FAST}, until_s=60)) == "cheap"
    assert venue(rest({0: late, 1: FAST}, until_s=None)) == "cheap"


RUNS = known("0.1", "0.1", "0.1", "0.1", moved_bps="9")


def test_where_the_price_runs_from_those_who_wait_taking_is_said_to_cost_less() -> None:
    weighed = rest({0: RUNS, 1: RUNS}, instead="1000.6").weighed
    assert weighed is not None
    assert weighed.takes
    assert weighed.venue is None
    assert all(p.worth_bps < 0 for p in weighed.prospects)


def test_who_may_not_take_waits_whatever_the_price_does() -> None:
    weighed = rest({0: RUNS, 1: RUNS}).weighed
    assert weighed is not None
    assert not weighed.takes


def test_what_depth_costs_a_large_order_is_saved_by_one_that_waits() -> None:
    weighed = rest({0: RUNS, 1: RUNS}, instead="1100").weighed
    assert weighed is not None
    assert not weighed.takes


def test_an_order_that_improves_the_touch_waits_behind_nobody() -> None:
    for side, near, tick in ((BID, 100, 101), (ASK, 101, 100)):
        worth = worth_of(FAST, side=side, near=near, tick=tick, ahead=0, saves=10_000, until_s=1)
        assert worth.chance > 40_000_000
