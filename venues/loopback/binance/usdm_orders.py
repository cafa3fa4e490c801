"""What may be ordered at Binance USD-M: limit orders, and conditional ones at endpoints of their own?"""

from typing import Final

import msgspec

from venues.loopback.binance.asking import client_id_of, direction_of, find, side_of
from venues.loopback.binance.desk import Asked, Desk
from venues.loopback.binance.errors import USDM, ApiError, refused
from venues.loopback.binance.params import Params
from venues.loopback.binance.usdm_words import algo, in_book, is_conditional, told
from venues.loopback.binance.words import Json
from venues.loopback.matching.values import Ask, Order, Refusal, Refused, State, Tif
from venues.model.order import Trigger, TriggerSource

_TIFS: Final = {"GTC": Tif.GTC, "IOC": Tif.IOC, "FOK": Tif.FOK, "GTX": Tif.POST_ONLY}
_ORDER: Final = (
    *("symbol", "side", "positionSide", "type", "timeInForce", "quantity", "price"),
    *("reduceOnly", "newClientOrderId", "newOrderRespType", "selfTradePreventionMode"),
    *("closePosition", "priceProtect", "priceMatch", "goodTillDate"),
)
_ALGO: Final = (*_ORDER, "algoType", "clientAlgoId", "triggerPrice", "workingType")
_BATCH_MAX: Final = 5


class UsdmOrders:
    """Places, amends, cancels and finds orders on a desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._exchange = desk, desk.exchange

    def place(self, asked: Asked) -> object:
        """POST order."""
        asked.only(_ORDER)
        if asked.params.text("type") in {
            "STOP",
            "TAKE_PROFIT",
            "STOP_MARKET",
            "TAKE_PROFIT_MARKET",
        }:
            msg = "Order type not supported for this endpoint."
            raise ApiError(-4120, f"{msg} Please use the Algo Order API endpoints instead.")
        ask = self._ask(asked, "newClientOrderId")
        if ask.tif is Tif.POST_ONLY and self._desk.faults.rejects_post_only():
            raise Refused(Refusal.WOULD_TAKE)
        return told(self._exchange.submit(ask, asked.now_ns))

    def place_batch(self, asked: Asked) -> object:
        """POST batchOrders: up to five, each with its own answer."""
        try:
            batch = msgspec.json.decode(
                asked.params.text("batchOrders"), type=list[dict[str, str | int | float | bool]]
            )
        except msgspec.DecodeError:
            raise ApiError(-1130, "Data sent for parameter 'batchOrders' is not valid.") from None
        if len(batch) > _BATCH_MAX:
            raise ApiError(-4082, "Invalid number of batch orders.")
        said: list[object] = []
        for terms in batch:
            texts = {k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in terms.items()}
            one = Asked(asked.account, Params(texts), asked.now_ns, frozenset(texts))
            try:
                said.append(self.place(one))
            except Refused as no:
                said.append(msgspec.json.decode(refused(no.reason, USDM).body()))
            except ApiError as no:
                said.append(msgspec.json.decode(no.body()))
        return said

    def place_algo(self, asked: Asked) -> object:
        """POST algoOrder: a conditional order."""
        asked.only(_ALGO)
        if asked.params.text("algoType") != "CONDITIONAL":
            raise ApiError(-1130, "Data sent for parameter 'algoType' is not valid.")
        ask = self._ask(asked, "clientAlgoId")
        return algo(self._exchange.submit(ask, asked.now_ns))

    def _ask(self, asked: Asked, name: str) -> Ask:
        params = asked.params
        if params.optional("positionSide", "BOTH") != "BOTH":
            raise ApiError(-4061, "Order's position side does not match user's setting.")
        if params.flag("closePosition") or params.flag("priceProtect"):
            raise ApiError(-4136, "Target strategy invalid for orderType.")
        if params.optional("priceMatch", "NONE") != "NONE":
            raise ApiError(-4180, "Invalid price match")
        kind, side = params.text("type"), side_of(params.text("side"))
        trigger: Trigger | None = None
        match kind:
            case "LIMIT":
                word = params.text("timeInForce")
            case "STOP" | "TAKE_PROFIT":
                word = params.optional("timeInForce", "GTC")
                by_mark = params.optional("workingType", "CONTRACT_PRICE") == "MARK_PRICE"
                trigger = Trigger(
                    price=params.number("triggerPrice"),
                    direction=direction_of(side, is_stop=kind == "STOP"),
                    source=TriggerSource.MARK if by_mark else TriggerSource.LAST,
                )
            case _:
                raise ApiError(-1116, "Invalid orderType.")
        if word not in _TIFS:
            raise ApiError(-1115, "Invalid timeInForce.")
        return Ask(
            account=asked.account.name,
            symbol=params.text("symbol"),
            side=side,
            quantity=params.number("quantity"),
            price=params.number("price"),
            tif=_TIFS[word],
            client_id=client_id_of(self._desk, asked, name),
            trigger=trigger,
            reduce_only=params.flag("reduceOnly"),
        )

    # -- orders in the book

    def _found(self, asked: Asked) -> Order | None:
        order = find(self._desk, asked, "orderId", "origClientOrderId")
        return order if order is not None and in_book(order) else None

    def status(self, asked: Asked) -> object:
        """GET order."""
        order = self._found(asked)
        if order is None:
            raise ApiError(-2013, "Order does not exist.")
        return told(order)

    def open_order(self, asked: Asked) -> object:
        """GET openOrder: found only while it is live."""
        order = self._found(asked)
        if order is None or not order.is_live:
            raise ApiError(-2013, "Order does not exist.")
        return told(order)

    def cancel(self, asked: Asked) -> object:
        """DELETE order."""
        order = self._found(asked)
        if order is None or not order.is_live:
            raise Refused(Refusal.UNKNOWN_ORDER)
        return told(self._exchange.cancel(order.order_id, asked.now_ns)[0])

    def cancel_all(self, asked: Asked) -> object:
        """DELETE allOpenOrders: those in the book, not conditional ones."""
        for order in self._exchange.live(asked.account.name, asked.params.text("symbol")):
            if in_book(order):
                self._exchange.cancel(order.order_id, asked.now_ns)
        return {"code": 200, "msg": "The operation of cancel all open order is done."}

    def modify(self, asked: Asked) -> object:
        """PUT order: another price or quantity in place."""
        order = self._found(asked)
        if order is None or not order.is_live:
            raise ApiError(-2013, "Order does not exist.")
        params = asked.params
        if side_of(params.text("side")) is not order.ask.side:
            raise ApiError(-5028, "The side of a modification differs from that of its order.")
        quantity, price = params.number("quantity"), params.number("price")
        if (quantity, price) == (order.ask.quantity, order.ask.price):
            raise ApiError(-5027, "No need to modify the order.")
        return told(self._exchange.amend(order.order_id, quantity, price, asked.now_ns))

    def open_orders(self, asked: Asked) -> object:
        """GET openOrders."""
        symbol = asked.params.optional("symbol") or None
        return [told(o) for o in self._exchange.live(asked.account.name, symbol) if in_book(o)]

    def all_orders(self, asked: Asked) -> object:
        """GET allOrders."""
        symbol = asked.params.optional("symbol") or None
        first, most = asked.params.whole("orderId", 0), asked.params.whole("limit", 500)
        start, end = span(asked)
        found = [
            order
            for order in self._exchange.orders(asked.account.name, symbol)
            if in_book(order)
            and order.order_id >= first
            and start <= order.created_ns // 1_000_000 <= end
        ]
        return [told(o) for o in (found[:most] if first or start else found[-most:])]

    # -- conditional orders

    def _found_algo(self, asked: Asked) -> Order | None:
        params = asked.params
        if params.optional("algoId"):
            order = self._exchange.order(params.whole("algoId"))
        else:
            order = self._exchange.named(asked.account.name, params.text("clientAlgoId"))
        mine = order is not None and order.ask.account == asked.account.name
        return order if mine and order is not None and is_conditional(order) else None

    def algo_status(self, asked: Asked) -> object:
        """GET algoOrder."""
        order = self._found_algo(asked)
        if order is None:
            raise ApiError(-2013, "Order does not exist.")
        return algo(order)

    def cancel_algo(self, asked: Asked) -> object:
        """DELETE algoOrder: only before its trigger."""
        order = self._found_algo(asked)
        if order is None or order.state is not State.DORMANT:
            raise Refused(Refusal.UNKNOWN_ORDER)
        self._exchange.cancel(order.order_id, asked.now_ns)
        said: Json = {"algoId": order.order_id, "clientAlgoId": order.ask.client_id}
        return said | {"code": "200", "msg": "success"}

    def cancel_all_algos(self, asked: Asked) -> object:
        """DELETE algoOpenOrders."""
        for order in self._exchange.live(asked.account.name, asked.params.text("symbol")):
            if order.state is State.DORMANT:
                self._exchange.cancel(order.order_id, asked.now_ns)
        return {"code": 200, "msg": "The operation of cancel all open order is done."}

    def open_algos(self, asked: Asked) -> object:
        """GET openAlgoOrders."""
        symbol = asked.params.optional("symbol") or None
        live = self._exchange.live(asked.account.name, symbol)
        return [algo(order) for order in live if order.state is State.DORMANT]

    def all_algos(self, asked: Asked) -> object:
        """GET allAlgoOrders."""
        found = self._exchange.orders(asked.account.name, asked.params.text("symbol"))
        return [algo(order) for order in found if is_conditional(order)][
            -asked.params.whole("limit", 500) :
        ]


def span(asked: Asked) -> tuple[int, int]:
    """Return startTime and endTime in ms; 0 and for ever where they are not asked for."""
    return asked.params.whole("startTime", 0), asked.params.whole("endTime", 2**62)
