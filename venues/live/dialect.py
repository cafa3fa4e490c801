"""What must be known of a venue before an order may go there? A whole row, or the venue is refused."""

import enum
from collections.abc import Mapping

import msgspec

from venues.model.instrument import Kind
from venues.model.order import TriggerDirection, TriggerSource


class Family(enum.Enum):
    """Whose requests and answers are to be read: one decoder and one table of verdicts each."""

    BINANCE_SPOT = "binance_spot"
    BINANCE_USDM = "binance_usdm"
    HYPERLIQUID = "hyperliquid"
    OKX = "okx"
    BYBIT = "bybit"
    KRAKEN = "kraken"


class Proof(enum.Enum):
    """How far a row is proven without a network."""

    WIRE = "wire"  # its signed requests say what was meant; its answers were never seen
    LOOPBACK = "loopback"  # the gateway was examined against a server that speaks its protocol


class IdForm(enum.Enum):
    """How our ids are written there."""

    PLAIN = "plain"
    HEX128 = "hex128"  # 0x and 32 hexadecimal digits


class Lookup(enum.Enum):
    """How one order is asked for by our own id."""

    FETCH_ORDER = "fetch_order"
    LISTS = "lists"  # no call for one order: open orders, then closed ones, filtered by it


class StopOf(enum.Enum):
    """How a limit order that a venue holds until its trigger is spelled for ccxt."""

    NONE = "none"  # not expressible, or not with a direction: the engine holds it itself
    STOP_OR_PROFIT = "stop_or_profit"  # stopLossPrice or takeProfitPrice, by side and direction
    DIRECTED = "directed"  # triggerPrice and triggerDirection


class ClientIds(msgspec.Struct, frozen=True, kw_only=True):
    """What a venue takes for a client order id. `charset` is a regular expression for all of it."""

    form: IdForm
    charset: str
    length_max: int
    create_field: str  # ccxt parameter when placing
    cancel_field: str  # ccxt parameter when cancelling
    lookup: Lookup
    lookup_field: str  # ccxt parameter of that lookup


class Stops(msgspec.Struct, frozen=True, kw_only=True):
    """What orders with a trigger can be there. Nothing of it when `way` is NONE."""

    way: StopOf
    sources: frozenset[TriggerSource]
    post_only: bool  # whether post-only survives
    ioc: bool  # whether immediate-or-cancel survives
    source_field: str  # ccxt parameter that names the price source, "" where there is no choice
    source_words: Mapping[TriggerSource, str]
    reduce_only_always: bool  # whether ccxt makes every such order reduce-only


class History(msgspec.Struct, frozen=True, kw_only=True):
    """How long a venue still knows an order that is closed: beyond it, absence proves nothing."""

    closed_orders_s: int
    trades_s: int
    page: int  # most trades in one answer


class Quota(msgspec.Struct, frozen=True, kw_only=True):
    """At most `limit` units in any `period_s`; `kept` of them only cancels may use.

    `orders_only`: orders count, each as one; else every request counts by its weight.
    """

    limit: int
    period_s: int
    kept: int
    orders_only: bool


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """What each request costs where requests are counted."""

    order: int = 1
    cancel: int = 1
    lookup: int
    trades: int
    open_orders: int


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """One venue's row. Every field is demanded: what is not known of a venue is not traded.

    `exchange`: its name in ccxt. `hosts`: where its requests may go, nowhere else;
    `stream_hosts`: where its websockets may.
    `reduce_only`: the kinds whose orders may carry it. `native_oco`: whether one order list can
    do it natively (opt-in; synthetic by default). `gaps_detected`: whether its book stream proves
    that nothing was missed. `dead_mans_switch`: whether it can cancel all when we fall silent.
    `amends`: whether it changes an order in place, keeping its id. `quotas`: how often it may be
    asked, half of what it documents; `weights`: what asking costs. `validity_field`: the ccxt
    parameter that bounds in ms how late an order may still arrive, "" where there is none.
    `trades_by_order_field`: the ccxt parameter that asks for the trades of one order alone, "" where
    only time can be asked for.
    """

    exchange: str
    family: Family
    proof: Proof
    hosts: frozenset[str]
    stream_hosts: frozenset[str]
    kinds: frozenset[Kind]
    client_ids: ClientIds
    reduce_only: frozenset[Kind]
    stops: Stops
    history: History
    quotas: tuple[Quota, ...]
    weights: Weights
    native_oco: bool
    amends: bool
    gaps_detected: bool
    dead_mans_switch: bool
    validity_field: str
    trades_by_order_field: str


def direction_word(direction: TriggerDirection) -> str:
    """Return ccxt's word for the way a price comes to a trigger."""
    return "ascending" if direction is TriggerDirection.UP else "descending"
