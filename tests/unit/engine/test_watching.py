"""Do a strategy's conditions become the integer rows they mean, each in a slot of its own?"""

from decimal import Decimal

import msgspec
import pytest

from router.depth.scale import Scale, market_scale
from router.engine.watching import Watching, compile_row
from strategies.conditions import (
    BookChanged,
    DepthReached,
    Direction,
    PriceCrosses,
    PriceSource,
    TouchMoved,
    VolumeReached,
)
from tests.fakes.depth import SYMBOL, instrument, market
from venues.books.watch import (
    SLOTS,
    DepthRow,
    PriceRow,
    Reading,
    StateRow,
    TouchRow,
    VolumeRow,
    WatchRow,
)
from venues.model.ids import ParentId, Symbol, VenueId
from venues.model.instrument import Kind, Market, Member
from venues.model.market import ASK, BID
from venues.model.order import Side

ALPHA, BETA = VenueId("alpha"), VenueId("beta")
# In the book store beta comes first, in the market alpha does.
STORE = (instrument("beta", tick="0.25"), instrument("alpha", tick="0.1"))
SCALE = market_scale(market(STORE[1], STORE[0]), STORE)
P = ParentId("p")


class FakeWatches:
    """Remembers what is armed."""

    def __init__(self) -> None:
        self.rows: dict[int, WatchRow] = {}

    def set(self, slot: int, row: WatchRow, now_ns: int) -> None:
        self.rows[slot] = row

    def clear(self, slot: int) -> None:
        self.rows.pop(slot, None)

    def fired(self, i: int, now_ns: int) -> tuple[int, ...]:
        return ()

    def next_expiry_ns(self) -> int | None:
        return None

    def expired(self, now_ns: int) -> tuple[int, ...]:
        return ()


def crosses(level: str, *, venue: VenueId | None = None, up: bool = True) -> PriceCrosses:
    """Return that the mid reaches a level."""
    return PriceCrosses(
        source=PriceSource.MID,
        direction=Direction.ABOVE if up else Direction.BELOW,
        level=Decimal(level),
        venue=venue,
    )


def test_a_market_price_puts_every_tick_on_one_grid() -> None:
    # 0.25 and 0.1 are 5 and 2 twentieths
    assert compile_row(crosses("100.1"), SCALE) == PriceRow(
        reading=Reading.MID, members=(0, 1), scales=(5, 2), above=True, level=2002
    )


@pytest.mark.parametrize(("up", "level"), [(True, 1002), (False, 1001)])
def test_a_level_between_two_ticks_is_reached_at_the_far_one(up: bool, level: int) -> None:
    row = compile_row(crosses("100.14", venue=ALPHA, up=up), SCALE)
    assert row == PriceRow(reading=Reading.MID, members=(1,), scales=(1,), above=up, level=level)


def test_units_and_conversions_are_in_the_scale() -> None:
    thousand = Member(
        instrument=instrument("beta", tick="0.25"), unit=Decimal(1000), conversion=Decimal("0.5")
    )
    scale = market_scale(Market(symbol=SYMBOL, members=(thousand,)), (thousand.instrument,))
    row = compile_row(crosses("0.001"), scale)
    # one tick is 0.25 x 0.5 / 1000 = 1/8000
    assert row == PriceRow(reading=Reading.MID, members=(0,), scales=(1,), above=True, level=8)


def test_mark_and_index_are_read_in_millionths_of_a_millionth() -> None:
    condition = PriceCrosses(
        source=PriceSource.MARK, direction=Direction.ABOVE, level=Decimal("1.5"), venue=BETA
    )
    row = compile_row(condition, SCALE)
    assert row == PriceRow(
        reading=Reading.MARK, members=(0,), scales=(1,), above=True, level=15 * 10**11
    )


def test_a_touch_is_watched_on_the_own_side_of_its_venue() -> None:
    moved = TouchMoved(venue=ALPHA, side=Side.BUY, peg_tick=999, ticks=2)
    assert compile_row(moved, SCALE) == TouchRow(1, BID, 999, 2)
    sell = TouchMoved(venue=BETA, side=Side.SELL, peg_tick=400, ticks=1)
    assert compile_row(sell, SCALE) == TouchRow(0, ASK, 400, 1)


def test_of_two_instruments_at_one_venue_the_named_one_is_watched() -> None:
    spot = instrument("alpha")
    perp = msgspec.structs.replace(spot, symbol=Symbol("BTC/USDT:USDT"), kind=Kind.PERP)
    scale = market_scale(market(spot, perp), (spot, perp))
    moved = TouchMoved(venue=ALPHA, symbol=perp.symbol, side=Side.BUY, peg_tick=9, ticks=1)
    assert compile_row(moved, scale) == TouchRow(1, BID, 9, 1)
    unnamed = TouchMoved(venue=ALPHA, side=Side.BUY, peg_tick=9, ticks=1)
    assert compile_row(unnamed, scale) == TouchRow(0, BID, 9, 1)


def test_depth_volume_and_state_name_their_books() -> None:
    depth = DepthReached(
        venue=ALPHA, side=Side.BUY, within_bps=Decimal(10), lots=7, direction=Direction.BELOW
    )
    assert compile_row(depth, SCALE) == DepthRow(1, BID, 100_000, False, 7)
    assert compile_row(VolumeReached(venue=BETA, lots=3), SCALE) == VolumeRow(0, 3)
    assert compile_row(BookChanged(), SCALE) == StateRow((0, 1))
    assert compile_row(BookChanged(venue=ALPHA), SCALE) == StateRow((1,))


def test_a_venue_outside_the_market_is_a_bug_of_the_strategy() -> None:
    with pytest.raises(ValueError, match="gamma is not in the market"):
        compile_row(VolumeReached(venue=VenueId("gamma"), lots=3), SCALE)


def watching() -> tuple[Watching, FakeWatches]:
    """Return an empty table of watches."""
    watches = FakeWatches()
    return Watching(watches, {SYMBOL: SCALE}), watches


def test_slots_are_used_lowest_first_and_again_when_free() -> None:
    table, watches = watching()
    for tag in ("a", "b", "c"):
        table.watch(P, tag, BookChanged(), SYMBOL, 0)
    table.forget(P, "a")
    assert sorted(watches.rows) == [1, 2]
    table.watch(P, "d", BookChanged(), SYMBOL, 0)
    assert table.by_slot[0] == (P, "d")


def test_the_same_wake_up_set_again_takes_the_place_of_the_first() -> None:
    table, watches = watching()
    table.watch(P, "a", BookChanged(), SYMBOL, 0)
    table.watch(P, "a", VolumeReached(venue=BETA, lots=3), SYMBOL, 0)
    assert watches.rows == {0: VolumeRow(0, 3)}


def test_a_fired_slot_is_free_and_names_its_owner_once() -> None:
    table, _ = watching()
    table.watch(P, "a", BookChanged(), SYMBOL, 0)
    assert table.fired(0) == (P, "a")
    assert table.fired(0) is None
    table.forget(P, "a")  # nothing left to forget
    assert table.by_name == {}


def test_there_is_a_bound_and_a_sentence_for_it() -> None:
    table, _ = watching()
    table.by_slot = {slot: (P, str(slot)) for slot in range(SLOTS)}
    with pytest.raises(ValueError, match=f"all {SLOTS} watch slots are in use"):
        table.watch(P, "one more", BookChanged(), SYMBOL, 0)


def test_a_book_is_found_by_venue_and_symbol() -> None:
    table, _ = watching()
    assert table.book_of(ALPHA, SYMBOL) == 1
    with pytest.raises(ValueError, match="no book for ETH/USDT at alpha"):
        table.book_of(ALPHA, Symbol("ETH/USDT"))


def converted() -> tuple[Scale, Symbol]:
    """A market of alpha and of beta in USDC, which gamma converts; books 0, 1 and 2."""
    usdc, stable = Symbol("BTC/USDC"), Symbol("USDC/USDT")
    other = msgspec.structs.replace(instrument("beta"), symbol=usdc)
    by = msgspec.structs.replace(instrument("gamma"), symbol=stable)
    members = (
        Member(instrument=instrument("alpha")),
        Member(instrument=other, conversion_book=(by.venue, stable)),
    )
    scale = market_scale(Market(symbol=SYMBOL, members=members), [members[0].instrument, other, by])
    return scale, stable


def test_a_book_that_is_converted_changes_when_its_conversion_does() -> None:
    scale, stable = converted()
    assert compile_row(BookChanged(), scale) == StateRow((0, 1, 2))
    assert compile_row(BookChanged(venue=BETA), scale) == StateRow((1, 2))
    assert compile_row(BookChanged(venue=ALPHA), scale) == StateRow((0,))
    moved = TouchMoved(venue=VenueId("gamma"), symbol=stable, side=Side.SELL, peg_tick=10, ticks=1)
    assert compile_row(moved, scale) == TouchRow(2, ASK, 10, 1)


def test_a_price_is_that_of_the_books_nobody_has_to_convert() -> None:
    scale, _ = converted()
    level = Decimal(100)
    crosses = PriceCrosses(source=PriceSource.MID, direction=Direction.ABOVE, level=level)
    row = compile_row(crosses, scale)
    assert isinstance(row, PriceRow)
    assert row.members == (0,)
