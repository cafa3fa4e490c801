"""Can anybody make money, quantity or priority out of nothing at the local exchange?"""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.loopback.matching.floor import PERP, SPOT
from venues.loopback.matching.exchange import Exchange
from venues.loopback.matching.values import CROWD, FEES, Ask, Refused, Report, State, Tif, What
from venues.model.order import Side, Trigger, TriggerDirection

D = Decimal

SYMBOLS = (SPOT.symbol, PERP.symbol)
EVERYBODY = ("ann", "ben", CROWD, FEES)
prices = st.integers(90, 110).map(D)
quantities = st.integers(1, 40).map(lambda n: n * D("0.25"))
symbols = st.sampled_from(SYMBOLS)
sides = st.sampled_from(Side)
asks = st.builds(
    Ask,
    account=st.sampled_from(("ann", "ben")),
    symbol=symbols,
    side=sides,
    quantity=quantities,
    price=prices,
    tif=st.sampled_from(Tif),
    client_id=st.integers(0, 30).map(str),
    trigger=st.none()
    | st.builds(Trigger, price=prices, direction=st.sampled_from(TriggerDirection)),
    reduce_only=st.booleans(),
)
deeds = st.one_of(
    st.tuples(st.just("submit"), asks),
    st.tuples(st.just("list"), st.tuples(asks, asks)),
    st.tuples(st.just("cancel"), st.integers(1_000_001, 1_000_020)),
    st.tuples(st.just("amend"), st.integers(1_000_001, 1_000_020), quantities, prices),
    st.tuples(st.just("level"), symbols, sides, prices, quantities | st.just(D(0))),
    st.tuples(st.just("take"), symbols, sides, prices, quantities),
)


def do(floor: Exchange, deed: tuple[object, ...], now_ns: int) -> None:
    try:
        match deed:
            case ("submit", Ask() as ask):
                floor.submit(ask, now_ns)
            case ("list", (Ask() as one, Ask() as two)):
                floor.submit_list((one, two), now_ns)
            case ("cancel", int(number)):
                floor.cancel(number, now_ns)
            case ("amend", int(number), D() as quantity, D() as price):
                floor.amend(number, quantity, price, now_ns)
            case ("level", str(symbol), Side() as side, D() as price, D() as quantity):
                floor.set_level(symbol, side, price, quantity, now_ns)
            case ("take", str(symbol), Side() as side, D() as price, D() as quantity):
                floor.crowd_takes(symbol, side, price, quantity, now_ns)
            case _:
                raise AssertionError(deed)
    except Refused:
        pass


def wealth(floor: Exchange) -> dict[str, D]:
    """Return balances over everybody, what was paid for positions taken out."""
    sums = floor.accounts.sums()
    costs = sum((floor.accounts.position(who, PERP.symbol).cost for who in EVERYBODY), D(0))
    return {
        asset: (total - (costs if asset == "USDT" else 0)).quantize(D("1e-15"))
        for asset, total in sums.items()
    }


def made() -> Exchange:
    floor = Exchange([SPOT, PERP])
    for account in ("ann", "ben"):
        floor.accounts.deposit(account, "USDT", D(5_000))
        floor.accounts.deposit(account, "BTC", D(30))
    return floor


@given(st.lists(deeds, max_size=60))
def test_money_only_changes_hands(done: list[tuple[object, ...]]) -> None:
    floor = made()
    before = wealth(floor)
    for now_ns, deed in enumerate(done):
        do(floor, deed, now_ns)
        assert wealth(floor) == before
        longs = sum((floor.accounts.position(who, PERP.symbol).quantity for who in EVERYBODY), D(0))
        assert longs == 0
        assert floor.accounts.balance("ann", "BTC") >= 0


@given(st.lists(deeds, max_size=60))
def test_books_are_never_crossed_and_hold_exactly_what_works(
    done: list[tuple[object, ...]],
) -> None:
    floor = made()
    for now_ns, deed in enumerate(done):
        do(floor, deed, now_ns)
        for symbol in SYMBOLS:
            book = floor.books[symbol]
            bid, ask = book.bids.best(), book.asks.best()
            assert bid is None or ask is None or bid < ask
            resting = {
                number: leaves
                for half in (book.bids, book.asks)
                for price in half.prices()
                for number, leaves in half.at(price).items()
                if number > 0
            }
            working = {
                order.order_id: order.leaves
                for who in ("ann", "ben")
                for order in floor.live(who, symbol)
                if order.state is State.WORKING
            }
            assert resting == working


@given(st.lists(deeds, max_size=60))
def test_every_order_tells_one_story_that_sums_to_its_fills(
    done: list[tuple[object, ...]],
) -> None:
    floor = made()
    for now_ns, deed in enumerate(done):
        do(floor, deed, now_ns)
    stories: dict[int, list[Report]] = {}
    for report in floor.drain_reports():
        stories.setdefault(report.order.order_id, []).append(report)
    for number, told in stories.items():
        order = floor.order(number)
        assert order is not None
        assert told[0].what is What.NEW
        assert told[-1].order == order
        assert [r.order.is_live for r in told[:-1]] == [True] * (len(told) - 1)
        filled = sum((r.fill.trade.quantity for r in told if r.fill), D(0))
        assert filled == order.filled <= order.ask.quantity
        worst = order.ask.side.sign * order.ask.price
        amended = any(r.what is What.AMENDED for r in told)
        for report in told:
            if report.fill and not amended:
                assert order.ask.side.sign * report.fill.trade.price <= worst
                assert not (order.ask.tif is Tif.POST_ONLY and not report.fill.is_maker)


@given(st.lists(deeds, max_size=60))
def test_reduce_only_never_opens_or_turns_a_position(done: list[tuple[object, ...]]) -> None:
    floor = made()
    for now_ns, deed in enumerate(done):
        do(floor, deed, now_ns)
        for report in floor.drain_reports():
            fill = report.fill
            if fill and report.order.ask.reduce_only and fill.trade.symbol == PERP.symbol:
                after = fill.before + fill.side.sign * fill.trade.quantity
                assert fill.before * fill.side.sign < 0
                assert after * fill.before >= 0


@given(st.lists(deeds, max_size=40))
def test_what_is_told_of_a_book_rebuilds_it(done: list[tuple[object, ...]]) -> None:
    floor = made()
    seen: dict[tuple[Side, D], D] = {}
    book = floor.books[SPOT.symbol]
    for now_ns, deed in enumerate(done):
        before = book.sequence
        do(floor, deed, now_ns)
        changed = book.drain()
        assert book.sequence - before >= len(changed)
        seen.update({(side, price): total for side, price, total in changed})
    for side in Side:
        told = {price: total for (s, price), total in seen.items() if s is side and total}
        assert told == dict(book.depth(side, 1_000))
