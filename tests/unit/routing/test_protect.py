"""Where a stop stands that venues hold, and at which prices of theirs."""

from decimal import Decimal

import pytest

from router.routing.offers import Terms
from router.routing.protect import Guards, place_stops
from strategies.conditions import PriceSource
from strategies.intents import Protect
from tests.fakes.depth import FakeBook, book, instrument, scale_of, seen
from venues.model.ids import VenueId
from venues.model.instrument import Instrument, Kind
from venues.model.market import BookState
from venues.model.order import Side

HOLDS = instrument("holds", stop_orders=True)
DEEP = instrument("deep", stop_orders=True, tick="0.5", lot="0.01")
NONE = instrument("none")
FIRST, SECOND = VenueId("holds"), VenueId("deep")


def quoted(of: Instrument, size: str, state: BookState = BookState.LIVE) -> FakeBook:
    return book(of, bids=[("100", size)], asks=[("101", size)], state=state)


def stops(
    *pairs: tuple[Instrument, FakeBook],
    quantity: str = "4",
    at: str = "90",
    limit: str = "89",
    side: Side = Side.SELL,
    source: PriceSource = PriceSource.LAST,
    terms: Terms | None = None,
) -> Guards:
    depth, composite = seen(scale_of(*(m for m, _ in pairs)), [b for _, b in pairs])
    wanted = Protect(
        quantity=Decimal(quantity), trigger_price=Decimal(at), limit=Decimal(limit), source=source
    )
    return place_stops(depth, composite, wanted, side=side, terms=terms or Terms())


def where(found: Guards) -> list[tuple[int, str]]:
    return [(guard.book, str(guard.quantity.normalize())) for guard in found.guards]


PAIR = (HOLDS, quoted(HOLDS, "3")), (DEEP, quoted(DEEP, "9"))


def test_a_parent_bound_to_no_venue_has_it_whole_where_the_most_depth_is() -> None:
    assert where(stops(*PAIR)) == [(1, "4")]


def test_an_exit_has_it_where_it_holds_something_and_no_more_than_that() -> None:
    terms = Terms(room={FIRST: Decimal("1.5"), SECOND: Decimal(1)})
    found = stops(*PAIR, terms=terms)
    assert where(found) == [(1, "1"), (0, "1.5")]
    assert found.quantity == Decimal("2.5")


def test_beyond_a_cap_it_stands_at_the_next_venue() -> None:
    assert where(stops(*PAIR, terms=Terms(room={SECOND: Decimal(3)}))) == [(1, "3"), (0, "1")]


def test_every_venue_that_cannot_hold_it_is_named_with_the_reason() -> None:
    stale = instrument("stale", stop_orders=True)
    found = stops(
        (NONE, quoted(NONE, "9")),
        (stale, quoted(stale, "9", BookState.STALE)),
        *PAIR,
        terms=Terms(barred={SECOND: "denied"}, room={FIRST: Decimal(0)}),
    )
    assert found.guards == ()
    told = dict(found.skipped)
    assert told[VenueId("none")] == "holds no stop orders"
    assert told[SECOND] == "denied"
    assert told[FIRST] == "nothing held there"
    assert "stale" in told[VenueId("stale")]


def test_a_mark_wakes_a_stop_only_where_there_is_one() -> None:
    perp = instrument("perp", stop_orders=True, kind=Kind.PERP)
    found = stops((HOLDS, quoted(HOLDS, "9")), (perp, quoted(perp, "1")), source=PriceSource.MARK)
    assert where(found) == [(1, "4")]
    assert dict(found.skipped)[FIRST] == "has no mark price"


@pytest.mark.parametrize(
    ("side", "at", "limit", "trigger", "worst"),
    [(Side.SELL, "90.2", "89.1", "90.5", "89.5"), (Side.BUY, "110.7", "111.9", "110.5", "111.5")],
)
def test_prices_are_rounded_towards_the_market_never_away_from_it(
    side: Side, at: str, limit: str, trigger: str, worst: str
) -> None:
    (guard,) = stops((DEEP, quoted(DEEP, "9")), side=side, at=at, limit=limit).guards
    assert (guard.trigger_price, guard.limit_price) == (Decimal(trigger), Decimal(worst))


def test_a_limit_short_of_the_trigger_could_never_trade_so_nothing_stands() -> None:
    assert stops((HOLDS, quoted(HOLDS, "9")), at="90", limit="91").guards == ()


def test_less_than_a_venue_takes_at_the_stops_own_limit_does_not_stand() -> None:
    least = instrument("least", stop_orders=True, min_notional="90")
    assert where(stops((least, quoted(least, "9")), quantity="1", limit="89")) == []
    assert where(stops((least, quoted(least, "9")), quantity="1.02", limit="89")) == [(0, "1.02")]


def test_a_list_whose_profit_would_be_too_small_an_order_stands_nowhere() -> None:
    least = instrument("least", stop_orders=True, order_lists=True, min_notional="390")
    depth, composite = seen(scale_of(least), [quoted(least, "9")])
    wanted = Protect(quantity=Decimal(4), trigger_price=Decimal(105), limit=Decimal(106))
    terms = Terms()
    near = place_stops(depth, composite, wanted, side=Side.BUY, terms=terms, profit=Decimal("97.5"))
    assert [guard.profit_price for guard in near.guards] == [Decimal("97.5")]
    far = place_stops(depth, composite, wanted, side=Side.BUY, terms=terms, profit=Decimal(97))
    assert far.guards == ()
