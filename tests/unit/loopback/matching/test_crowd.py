"""Do other people at a local exchange do what a recorded market did?"""

from dataclasses import replace
from decimal import Decimal

from venues.loopback.matching.crowd import Crowd, listing_of
from venues.loopback.matching.exchange import Exchange
from venues.loopback.matching.values import Ask, State, Tif
from venues.model.order import Side
from venues.synthetic.small import small_tape
from venues.tape.recording import Recording

SECOND = 1_000_000_000
START = 50 * SECOND


def recording(seed: int = 3) -> Recording:
    tape = small_tape(seed=seed, duration_ns=30 * SECOND, start_ns=SECOND, venues=1, levels=5)
    return tape.recordings[0]


def last_book(tape: Recording) -> dict[tuple[Side, Decimal], Decimal]:
    book: dict[tuple[Side, Decimal], Decimal] = {}
    for number in range(tape.message_count):
        message = tape.message(number)
        for key, lots in zip(message.keys.tolist(), message.lots.tolist(), strict=True):
            side = Side.SELL if key % 2 else Side.BUY
            book[side, tape.instrument.price_of(key // 2)] = tape.instrument.quantity_of(lots)
    return {level: quantity for level, quantity in book.items() if quantity}


def shown(exchange: Exchange) -> dict[tuple[Side, Decimal], Decimal]:
    book = exchange.books["X"]
    return {(side, price): q for side in Side for price, q in book.depth(side, 1_000)}


def floor(tape: Recording) -> tuple[Exchange, Crowd]:
    exchange = Exchange([listing_of(tape.instrument, "X")])
    exchange.accounts.deposit("ann", tape.instrument.quote, Decimal(1_000_000))
    return exchange, Crowd(exchange, "X", tape, start_ns=START)


def test_without_prints_the_book_ends_as_the_tape_does() -> None:
    whole = recording()
    none = whole.trade_local_ns[:0]
    quiet = replace(
        whole,
        trade_exchange_ns=none,
        trade_local_ns=none,
        trade_is_buy=whole.trade_is_buy[:0],
        trade_tick=none,
        trade_lots=none,
    )
    exchange, crowd = floor(quiet)
    last_ns = START + int(quiet.msg_exchange_ns[-1] - quiet.msg_exchange_ns[0])
    crowd.advance(last_ns)
    assert shown(exchange) == last_book(quiet)


def test_a_market_that_ends_starts_over_from_its_snapshot() -> None:
    tape = recording()
    exchange, crowd = floor(tape)
    crowd.advance(START)
    first = shown(exchange)
    while crowd.rounds < 2:
        crowd.advance(crowd.next_ns())
    crowd.advance(crowd.next_ns())
    assert shown(exchange) == first


def test_an_order_of_ours_at_the_touch_is_traded_with_by_prints() -> None:
    tape = recording()
    exchange, crowd = floor(tape)
    crowd.advance(START)
    bid = exchange.books["X"].bids.best()
    assert bid is not None
    ask = Ask(
        account="ann",
        symbol="X",
        side=Side.BUY,
        quantity=tape.instrument.lot_size * 10,
        price=bid,
        tif=Tif.POST_ONLY,
        client_id="ours",
    )
    order = exchange.submit(ask, START)
    crowd.advance(START + 29 * SECOND)
    found = exchange.order(order.order_id)
    assert found is not None
    assert found.filled > 0
    assert found.state in {State.FILLED, State.WORKING}


def test_the_same_tape_makes_the_same_market() -> None:
    books = []
    for _ in range(2):
        exchange, crowd = floor(recording(seed=9))
        crowd.advance(START + 20 * SECOND)
        books.append((shown(exchange), exchange.books["X"].sequence))
    assert books[0] == books[1]
