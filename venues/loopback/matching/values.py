"""What does an exchange speak of: listings, orders, trades, fills, and what became of each."""

import enum
from decimal import Decimal
from typing import Final

import msgspec

from venues.model.instrument import ReduceOnly
from venues.model.numbers import MONEY, ZERO
from venues.model.order import Side, Trigger

# Everybody else: resting and taking without limits of funds; and where fees go.
CROWD: Final = "crowd"
FEES: Final = "fees"
NO_LIST: Final = -1


class Tif(enum.Enum):
    """How long an order may wait, and whether it may take."""

    GTC = "gtc"
    IOC = "ioc"
    FOK = "fok"
    POST_ONLY = "post only"  # rests or is refused


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """One symbol of an exchange, in the exchange's own spelling; steps and minimums > 0.

    Fees are fractions of notional: of spot in what the trade brings in, of a perp in `quote`.
    `reduce_only` says how a perp's venue treats such orders; quantity is in base units.
    """

    symbol: str
    base: str
    quote: str
    tick: Decimal
    lot: Decimal
    min_quantity: Decimal
    min_notional: Decimal
    maker_fee: Decimal
    taker_fee: Decimal
    is_perp: bool = False
    reduce_only: ReduceOnly = ReduceOnly.UNSAID


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to trade: always with a price, dormant until its trigger if it has one."""

    account: str
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    tif: Tif
    client_id: str
    trigger: Trigger | None = None
    reduce_only: bool = False


class State(enum.Enum):
    """Where an order stands; the last four are for ever."""

    DORMANT = "dormant"  # waits for its trigger
    WORKING = "working"
    FILLED = "filled"
    CANCELED = "canceled"  # somebody asked for it
    EXPIRED = (
        "expired"  # the exchange's doing: IOC remainder, other leg of a list, nothing to reduce
    )
    SELF_TRADE = "self trade"  # would have traded with its own account


LIVE: Final = frozenset({State.DORMANT, State.WORKING})


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it stood at one instant; `cost` is price x quantity over its fills."""

    order_id: int
    ask: Ask
    list_id: int
    created_ns: int
    updated_ns: int
    state: State
    filled: Decimal = ZERO
    cost: Decimal = ZERO
    woken: bool = False  # its trigger has fired

    @property
    def leaves(self) -> Decimal:
        return MONEY.subtract(self.ask.quantity, self.filled)

    @property
    def is_live(self) -> bool:
        return self.state in LIVE


class Trade(msgspec.Struct, frozen=True, kw_only=True):
    """One execution as the public sees it."""

    trade_id: int
    symbol: str
    price: Decimal
    quantity: Decimal
    taker_is_buy: bool
    ts_ns: int


class Fill(msgspec.Struct, frozen=True, kw_only=True):
    """One account's side of a trade; `fee` > 0 is paid. `before` is the position it met."""

    trade: Trade
    order_id: int
    account: str
    side: Side
    is_maker: bool
    fee: Decimal
    fee_asset: str
    realized: Decimal = ZERO
    before: Decimal = ZERO


class What(enum.Enum):
    """What has happened to an order."""

    NEW = "new"
    WOKEN = "woken"
    TRADED = "traded"
    AMENDED = "amended"
    CANCELED = "canceled"
    EXPIRED = "expired"


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to an order, and the order after it; `fill` with TRADED only."""

    what: What
    order: Order
    ts_ns: int
    fill: Fill | None = None


class Refusal(enum.Enum):
    """Why nothing was done."""

    SYMBOL = "unknown symbol"
    TICK = "price is off the tick"
    LOT = "quantity is off the lot"
    QUANTITY = "quantity is below the minimum"
    NOTIONAL = "notional is below the minimum"
    DUPLICATE = "a live order has this client id"
    FUNDS = "not enough free"
    WOULD_TAKE = "post-only would trade at once"
    WOULD_TRIGGER = "the trigger is met already"
    REDUCE_ONLY = "nothing to reduce"
    UNKNOWN_ORDER = "no such live order"
    LIST_PRICES = "prices of a list do not enclose the market"
    AMEND = "an amendment to no more than has traded"


class Refused(Exception):
    """Nothing was done, for `reason`."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason
