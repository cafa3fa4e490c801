"""What does an exchange look like before a test trades on it?"""

from decimal import Decimal

from venues.loopback.matching.exchange import Exchange
from venues.loopback.matching.values import Ask, Listing, Order, Report, Tif
from venues.model.instrument import ReduceOnly
from venues.model.order import Side, Trigger, TriggerDirection

D = Decimal

SPOT = Listing(
    symbol="BTCUSDT",
    base="BTC",
    quote="USDT",
    tick=D("0.01"),
    lot=D("0.001"),
    min_quantity=D("0.001"),
    min_notional=D(5),
    maker_fee=D("0.001"),
    taker_fee=D("0.002"),
)
PERP = Listing(
    symbol="BTCPERP",
    base="BTC",
    quote="USDT",
    tick=D("0.1"),
    lot=D("0.001"),
    min_quantity=D("0.001"),
    min_notional=D(5),
    maker_fee=D("0.0002"),
    taker_fee=D("0.0005"),
    is_perp=True,
    reduce_only=ReduceOnly.SUMMED,
)
SYMBOL = SPOT.symbol


def exchange(*listings: Listing, text: str = "5@99 5@99.5 | 5@100.5 5@101") -> Exchange:
    """Return an exchange whose crowd shows `text` (bids | asks) in every book."""
    made = Exchange(listings or (SPOT,))
    for symbol in made.listings:
        for side, half in zip(Side, text.split("|"), strict=True):
            for level in half.split():
                quantity, price = level.split("@")
                made.set_level(symbol, side, D(price), D(quantity), 1)
    for account in ("ann", "ben"):
        made.accounts.deposit(account, "USDT", D(1_000_000))
        made.accounts.deposit(account, "BTC", D(100))
    return made


def ask(
    side: str,
    quantity: str,
    price: str,
    *,
    tif: Tif = Tif.GTC,
    stop: str | None = None,
    up: bool = False,
    account: str = "ann",
    symbol: str = SYMBOL,
    client_id: str = "",
    reduce_only: bool = False,
) -> Ask:
    direction = TriggerDirection.UP if up else TriggerDirection.DOWN
    return Ask(
        account=account,
        symbol=symbol,
        side=Side(side),
        quantity=D(quantity),
        price=D(price),
        tif=tif,
        client_id=client_id or f"{account}-{side}-{quantity}-{price}-{stop}",
        trigger=Trigger(price=D(stop), direction=direction) if stop else None,
        reduce_only=reduce_only,
    )


def story(reports: list[Report]) -> list[str]:
    """Return what was reported, one line each: client id, what, filled so far."""
    return [f"{r.order.ask.client_id} {r.what.value} {r.order.filled}" for r in reports]


def now(made: Exchange, order: Order) -> Order:
    """Return an order as it stands now."""
    found = made.order(order.order_id)
    assert found is not None
    return found
