"""Which venues are spoken to, and how: one whole row each. Sources: ccxt 4.5.90 and its wire table."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from venues.errors import InputError
from venues.live.dialect import (
    ClientIds,
    Dialect,
    Family,
    History,
    IdForm,
    Lookup,
    Proof,
    Quota,
    StopOf,
    Stops,
    Weights,
)
from venues.model.instrument import Kind
from venues.model.order import TriggerSource

_DAY_S: Final = 86_400
_LAST: Final = frozenset({TriggerSource.LAST})

_SYNTHETIC: Final = Stops(
    way=StopOf.NONE,
    sources=frozenset(),
    post_only=False,
    ioc=False,
    source_field="",
    source_words={},
    reduce_only_always=False,
)


def _orders(limit: int, period_s: int, *, kept: int) -> Quota:
    return Quota(limit=limit, period_s=period_s, kept=kept, orders_only=True)


def _requests(limit: int, period_s: int, *, kept: int) -> Quota:
    return Quota(limit=limit, period_s=period_s, kept=kept, orders_only=False)


BINANCE: Final = Dialect(
    exchange="binance",
    family=Family.BINANCE_SPOT,
    proof=Proof.LOOPBACK,
    hosts=frozenset({"api.binance.com"}),
    stream_hosts=frozenset({"stream.binance.com", "ws-api.binance.com"}),
    kinds=frozenset({Kind.SPOT}),
    client_ids=ClientIds(
        form=IdForm.PLAIN,
        charset=r"[.A-Z:/a-z0-9_-]+",
        length_max=36,
        create_field="clientOrderId",
        cancel_field="clientOrderId",
        lookup=Lookup.FETCH_ORDER,
        lookup_field="clientOrderId",
    ),
    reduce_only=frozenset(),
    stops=Stops(
        way=StopOf.STOP_OR_PROFIT,
        sources=_LAST,
        post_only=False,  # ccxt drops the trigger: a LIMIT_MAKER that rests at once
        ioc=True,
        source_field="",
        source_words={},
        reduce_only_always=False,
    ),
    history=History(closed_orders_s=_DAY_S, trades_s=_DAY_S, page=500),
    quotas=(_orders(50, 10, kept=0), _requests(3000, 60, kept=900)),
    weights=Weights(lookup=4, trades=5, open_orders=6),
    native_oco=True,
    amends=False,
    gaps_detected=True,
    dead_mans_switch=False,
    validity_field="recvWindow",
    trades_by_order_field="orderId",
)

BINANCEUSDM: Final = Dialect(
    exchange="binanceusdm",
    family=Family.BINANCE_USDM,
    proof=Proof.LOOPBACK,
    hosts=frozenset({"fapi.binance.com"}),
    stream_hosts=frozenset({"fstream.binance.com", "ws-fapi.binance.com"}),
    kinds=frozenset({Kind.PERP}),
    client_ids=ClientIds(
        form=IdForm.PLAIN,
        charset=r"[.A-Z:/a-z0-9_-]+",
        length_max=36,
        create_field="clientOrderId",
        cancel_field="clientOrderId",
        lookup=Lookup.FETCH_ORDER,
        lookup_field="clientOrderId",
    ),
    reduce_only=frozenset({Kind.PERP}),
    # Its algo orders say all of it on the wire, but live under ids of their own until they wake.
    stops=Stops(
        way=StopOf.STOP_OR_PROFIT,
        sources=frozenset(TriggerSource),
        post_only=True,
        ioc=True,
        source_field="workingType",
        source_words={TriggerSource.LAST: "CONTRACT_PRICE", TriggerSource.MARK: "MARK_PRICE"},
        reduce_only_always=False,
    ),
    history=History(closed_orders_s=3 * _DAY_S, trades_s=7 * _DAY_S, page=500),
    quotas=(_orders(150, 10, kept=0), _orders(600, 60, kept=0), _requests(1200, 60, kept=360)),
    weights=Weights(lookup=1, trades=5, open_orders=1),
    native_oco=False,
    amends=True,
    gaps_detected=True,
    dead_mans_switch=False,
    validity_field="recvWindow",
    trades_by_order_field="orderId",
)

HYPERLIQUID: Final = Dialect(
    exchange="hyperliquid",
    family=Family.HYPERLIQUID,
    proof=Proof.LOOPBACK,
    hosts=frozenset({"api.hyperliquid.xyz"}),
    stream_hosts=frozenset({"api.hyperliquid.xyz"}),
    kinds=frozenset({Kind.PERP}),
    client_ids=ClientIds(
        form=IdForm.HEX128,
        charset=r"0x[0-9a-f]{32}",
        length_max=34,
        create_field="clientOrderId",
        cancel_field="clientOrderId",
        lookup=Lookup.FETCH_ORDER,
        lookup_field="clientOrderId",
    ),
    reduce_only=frozenset({Kind.PERP}),
    stops=Stops(
        way=StopOf.STOP_OR_PROFIT,
        sources=frozenset({TriggerSource.MARK}),
        post_only=False,  # a trigger has no time in force there: both words are dropped
        ioc=False,
        source_field="",
        source_words={},
        reduce_only_always=False,
    ),
    history=History(closed_orders_s=_DAY_S, trades_s=7 * _DAY_S, page=2000),
    quotas=(_requests(600, 60, kept=180),),
    weights=Weights(lookup=2, trades=20, open_orders=20),
    native_oco=False,
    amends=False,
    gaps_detected=True,
    dead_mans_switch=True,
    validity_field="",
    trades_by_order_field="",
)

OKX: Final = Dialect(
    exchange="okx",
    family=Family.OKX,
    proof=Proof.WIRE,
    hosts=frozenset({"www.okx.com"}),
    stream_hosts=frozenset({"ws.okx.com"}),
    kinds=frozenset({Kind.SPOT, Kind.PERP}),
    client_ids=ClientIds(
        form=IdForm.PLAIN,
        charset=r"[A-Za-z0-9]+",
        length_max=32,
        create_field="clientOrderId",
        cancel_field="clientOrderId",
        lookup=Lookup.FETCH_ORDER,
        lookup_field="clientOrderId",
    ),
    reduce_only=frozenset({Kind.PERP}),
    stops=_SYNTHETIC,  # its trigger order names no direction, and drops post-only
    history=History(closed_orders_s=7_200, trades_s=3 * _DAY_S, page=100),
    quotas=(_orders(30, 2, kept=0), _requests(30, 2, kept=9)),
    weights=Weights(lookup=1, trades=1, open_orders=1),
    native_oco=True,
    amends=True,
    gaps_detected=True,
    dead_mans_switch=True,
    validity_field="",
    trades_by_order_field="",
)

BYBIT: Final = Dialect(
    exchange="bybit",
    family=Family.BYBIT,
    proof=Proof.WIRE,
    hosts=frozenset({"api.bybit.com"}),
    stream_hosts=frozenset({"stream.bybit.com"}),
    kinds=frozenset({Kind.SPOT, Kind.PERP}),
    client_ids=ClientIds(
        form=IdForm.PLAIN,
        charset=r"[A-Za-z0-9_-]+",
        length_max=36,
        create_field="clientOrderId",
        cancel_field="orderLinkId",  # clientOrderId is passed on as a field the venue does not know
        lookup=Lookup.LISTS,
        lookup_field="orderLinkId",
    ),
    reduce_only=frozenset({Kind.PERP}),
    stops=Stops(
        way=StopOf.DIRECTED,  # spot refuses the direction: only perps can be told apart
        sources=frozenset(TriggerSource),
        post_only=True,
        ioc=True,
        source_field="triggerBy",
        source_words={TriggerSource.LAST: "LastPrice", TriggerSource.MARK: "MarkPrice"},
        reduce_only_always=False,
    ),
    history=History(closed_orders_s=_DAY_S, trades_s=7 * _DAY_S, page=100),
    quotas=(_orders(5, 1, kept=0), _requests(300, 5, kept=90)),
    weights=Weights(lookup=1, trades=1, open_orders=1),
    native_oco=False,
    amends=True,
    gaps_detected=False,
    dead_mans_switch=True,
    validity_field="",
    trades_by_order_field="",
)

KRAKEN: Final = Dialect(
    exchange="kraken",
    family=Family.KRAKEN,
    proof=Proof.WIRE,
    hosts=frozenset({"api.kraken.com"}),
    stream_hosts=frozenset({"ws.kraken.com", "ws-auth.kraken.com"}),
    kinds=frozenset({Kind.SPOT}),
    client_ids=ClientIds(
        form=IdForm.PLAIN,
        charset=r"[A-Za-z0-9_-]+",
        length_max=18,
        create_field="clientOrderId",
        cancel_field="clientOrderId",
        lookup=Lookup.LISTS,  # ccxt's fetch_order would send our id as an integer reference
        lookup_field="cl_ord_id",
    ),
    reduce_only=frozenset(),
    stops=Stops(
        way=StopOf.STOP_OR_PROFIT,
        sources=_LAST,
        post_only=True,
        ioc=True,
        source_field="",
        source_words={},
        reduce_only_always=False,
    ),
    history=History(closed_orders_s=_DAY_S, trades_s=7 * _DAY_S, page=50),
    quotas=(_requests(10, 10, kept=3),),
    weights=Weights(lookup=1, trades=2, open_orders=1),
    native_oco=False,
    amends=True,
    gaps_detected=False,
    dead_mans_switch=True,
    validity_field="",
    trades_by_order_field="",
)

DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType(
    {d.exchange: d for d in (BINANCE, BINANCEUSDM, HYPERLIQUID, OKX, BYBIT, KRAKEN)}
)


def dialect_of(exchange: str) -> Dialect:
    """Return the row of a ccxt exchange; InputError for one that has none."""
    found = DIALECTS.get(exchange)
    if found is None:
        known = ", ".join(DIALECTS)
        raise InputError(f"exchange = {exchange!r}: no dialect is proven for it; known are {known}")
    return found
