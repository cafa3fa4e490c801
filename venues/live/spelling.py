"""How is an order spelled for ccxt, so that the request says all of it? Or why can it not be?"""

from typing import Final

import msgspec

from venues.live.client_ids import written
from venues.live.dialect import Dialect, StopOf, direction_word
from venues.model.commands import Cancel, Submit
from venues.model.instrument import Kind
from venues.model.numbers import plain
from venues.model.order import MarginMode, Side, TimeInForce, Trigger, TriggerDirection

Params = dict[str, str | bool]
_LONGEST_VALID_MS: Final = 5_000


class OrderCall(msgspec.Struct, frozen=True, kw_only=True):
    """The arguments of `create_order`: numbers as plain decimal text, never a float."""

    symbol: str
    side: str
    amount: str
    price: str
    params: Params


class IdCall(msgspec.Struct, frozen=True, kw_only=True):
    """The arguments of a call about one order that goes by our own id."""

    symbol: str
    params: Params


def inexpressible(submit: Submit, dialect: Dialect, kind: Kind) -> str:
    """Return why this order cannot be said to the venue; "" when it can."""
    venue = dialect.exchange
    if kind not in dialect.kinds:
        return f"{venue} is not spoken to about {kind.value}"
    if submit.post_only and submit.time_in_force is TimeInForce.IOC:
        return "post-only and immediate-or-cancel exclude each other"
    if submit.reduce_only and kind not in dialect.reduce_only:
        return f"{venue} knows no reduce-only on {kind.value}"
    if submit.margin_mode is MarginMode.ISOLATED:
        return f"{venue}: isolated margin is not spelled in an order"
    return _inexpressible_trigger(submit, dialect, kind)


def _inexpressible_trigger(submit: Submit, dialect: Dialect, kind: Kind) -> str:
    if submit.trigger is None:
        return ""
    venue, stops = dialect.exchange, dialect.stops
    if stops.way is StopOf.NONE:
        return f"{venue} is not told a trigger with its direction: held here instead"
    if stops.way is StopOf.DIRECTED and kind is Kind.SPOT:
        return f"{venue} takes no direction for a trigger on spot: held here instead"
    if submit.trigger.source not in stops.sources:
        return (
            f"{venue} has no trigger on the {submit.trigger.source.value} price: held here instead"
        )
    if submit.post_only and not stops.post_only:
        return f"{venue} loses post-only or the trigger of a post-only stop: held here instead"
    if submit.time_in_force is TimeInForce.IOC and not stops.ioc:
        return f"{venue} has no immediate-or-cancel behind a trigger: held here instead"
    return ""


def order_call(submit: Submit, dialect: Dialect) -> OrderCall:
    """Return the call for an expressible order; ValueError for an id the venue cannot carry."""
    ids = dialect.client_ids
    params: Params = {ids.create_field: written(submit.client_order_id, ids)}
    if submit.post_only:
        params["postOnly"] = True
    else:
        params["timeInForce"] = submit.time_in_force.name
    if submit.reduce_only:
        params["reduceOnly"] = True
    if submit.trigger is not None:
        params |= _trigger_params(submit.trigger, submit.side, dialect)
    return OrderCall(
        symbol=submit.symbol,
        side=submit.side.value,
        amount=plain(submit.quantity),
        price=plain(submit.price),
        params=params,
    )


def _trigger_params(trigger: Trigger, side: Side, dialect: Dialect) -> Params:
    stops = dialect.stops
    params: Params = {}
    if stops.source_field:
        params[stops.source_field] = stops.source_words[trigger.source]
    if stops.way is StopOf.DIRECTED:
        params["triggerPrice"] = plain(trigger.price)
        params["triggerDirection"] = direction_word(trigger.direction)
    else:
        # A stop is what the market moves against: down for who sells, up for who buys.
        stops_loss = (side is Side.SELL) == (trigger.direction is TriggerDirection.DOWN)
        params["stopLossPrice" if stops_loss else "takeProfitPrice"] = plain(trigger.price)
    return params


def cancel_call(cancel: Cancel, dialect: Dialect) -> IdCall:
    """Return the call that cancels by our own id; ValueError for an id it cannot carry."""
    ids = dialect.client_ids
    return IdCall(
        symbol=cancel.symbol, params={ids.cancel_field: written(cancel.client_order_id, ids)}
    )


def validity(dialect: Dialect, left_ns: int) -> Params:
    """Return how late an order may still arrive, so that a lost one dies at the venue by itself.

    `left_ns` (> 0): until its deadline. At most 5 s; the venue compares with our wall clock.
    """
    if not dialect.validity_field:
        return {}
    left_ms = min(max(left_ns // 1_000_000, 1), _LONGEST_VALID_MS)
    return {dialect.validity_field: str(left_ms)}
