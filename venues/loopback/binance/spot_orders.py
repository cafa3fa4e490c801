"""What may be ordered at Binance spot, and in which words it is asked for?"""

from http import HTTPStatus
from typing import Final

import msgspec

from venues.loopback.binance.asking import client_id_of, direction_of, find, side_of
from venues.loopback.binance.desk import Asked, Desk
from venues.loopback.binance.errors import SPOT, ApiError, missing, refused
from venues.loopback.binance.spot_words import cancelled, list_words, placed, queried
from venues.loopback.binance.words import Json
from venues.loopback.matching.values import Ask, Order, Refusal, Refused, State, Tif
from venues.model.order import Side, Trigger

_ORDER: Final = (
    *("symbol", "side", "type", "timeInForce", "quantity", "price", "stopPrice"),
    *("newClientOrderId", "newOrderRespType", "selfTradePreventionMode"),
)
_TIFS: Final = {"GTC": Tif.GTC, "IOC": Tif.IOC, "FOK": Tif.FOK}


class SpotOrders:
    """Places, cancels and finds orders on a desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._exchange = desk, desk.exchange
        self.cancelled_as: dict[int, str] = {}  # client ids of cancels, by order
        self._list_names: dict[int, tuple[str, str]] = {}

    def place(self, asked: Asked) -> object:
        """POST order."""
        asked.only(_ORDER)
        return self._place(asked)

    def test(self, asked: Asked) -> object:
        """POST order/test: the words are checked, nothing is ordered."""
        asked.only((*_ORDER, "computeCommissionRates"))
        self._ask(asked)
        return {}

    def _place(self, asked: Asked) -> Json:
        ask = self._ask(asked)
        spoiled = ask.tif is Tif.POST_ONLY and self._desk.faults.rejects_post_only()
        if spoiled:
            raise Refused(Refusal.WOULD_TAKE)
        order = self._exchange.submit(ask, asked.now_ns)
        default = "FULL" if ask.trigger is None and ask.tif is not Tif.POST_ONLY else "ACK"
        detail = asked.params.optional("newOrderRespType", default)
        fills = [f for f in self._exchange.fills(ask.account) if f.order_id == order.order_id]
        return placed(order, fills, detail)

    def _ask(self, asked: Asked) -> Ask:
        params = asked.params
        kind = params.text("type")
        if params.optional("selfTradePreventionMode", "EXPIRE_MAKER") != "EXPIRE_MAKER":
            msg = "Data sent for parameter 'selfTradePreventionMode' is not valid."
            raise ApiError(-1130, msg)
        side = side_of(params.text("side"))
        trigger: Trigger | None = None
        match kind:
            case "LIMIT":
                tif = _tif(params.text("timeInForce"))
            case "LIMIT_MAKER":
                tif = Tif.POST_ONLY
                if params.optional("timeInForce"):
                    raise ApiError(-1106, "Parameter 'timeInForce' sent when not required.")
            case "STOP_LOSS_LIMIT" | "TAKE_PROFIT_LIMIT":
                tif = _tif(params.text("timeInForce"))
                trigger = Trigger(
                    price=params.number("stopPrice"),
                    direction=direction_of(side, is_stop=kind == "STOP_LOSS_LIMIT"),
                )
            case _:
                raise ApiError(-1116, "Invalid orderType.")
        if trigger is None and params.optional("stopPrice"):
            raise ApiError(-1106, "Parameter 'stopPrice' sent when not required.")
        return Ask(
            account=asked.account.name,
            symbol=params.text("symbol"),
            side=side,
            quantity=params.number("quantity"),
            price=params.number("price"),
            tif=tif,
            client_id=client_id_of(self._desk, asked, "newClientOrderId"),
            trigger=trigger,
        )

    # -- finding

    def status(self, asked: Asked) -> object:
        """GET order."""
        order = find(self._desk, asked, "orderId", "origClientOrderId")
        if order is None:
            raise ApiError(-2013, "Order does not exist.")
        return queried(order)

    # -- cancelling

    def cancel(self, asked: Asked) -> object:
        """DELETE order; a leg takes its list with it."""
        order = find(self._desk, asked, "orderId", "origClientOrderId")
        return self._cancel(asked, order, "newClientOrderId")

    def _cancel(self, asked: Asked, order: Order | None, name: str) -> Json:
        if order is None or not order.is_live:
            raise Refused(Refusal.UNKNOWN_ORDER)
        cancel_id = client_id_of(self._desk, asked, name)
        for leg in self._exchange.legs(order.list_id) or (order,):
            self.cancelled_as[leg.order_id] = cancel_id
        ended = self._exchange.cancel(order.order_id, asked.now_ns)
        if order.list_id > 0:
            return self._list(order.list_id, asked.now_ms, ended, cancel_id)
        return cancelled(ended[0], cancel_id)

    def cancel_all(self, asked: Asked) -> object:
        """DELETE openOrders."""
        live = self._exchange.live(asked.account.name, asked.params.text("symbol"))
        if not live:
            raise Refused(Refusal.UNKNOWN_ORDER)
        said: list[Json] = []
        for order in live:
            now = self._exchange.order(order.order_id)
            if now is not None and now.is_live:
                said.append(self._cancel(asked, now, "newClientOrderId"))
        return said

    def cancel_replace(self, asked: Asked) -> object:
        """POST order/cancelReplace: two orders, of which either half may fail."""
        order = find(self._desk, asked, "cancelOrderId", "cancelOrigClientOrderId")
        mode = asked.params.text("cancelReplaceMode")
        cancel: object = None
        wrong: ApiError | None = None
        try:
            cancel = self._cancel(asked, order, "cancelNewClientOrderId")
        except Refused as no:
            wrong = refused(no.reason, SPOT)
            cancel = msgspec.json.decode(wrong.body())
            if mode == "STOP_ON_FAILURE":
                data = _both("FAILURE", "NOT_ATTEMPTED", cancel, None)
                raise ApiError(-2022, "Order cancel-replace failed.", data=data) from no
        cancel_word = "FAILURE" if wrong else "SUCCESS"
        try:
            new = self._place(asked)
        except (Refused, ApiError) as no:
            error = refused(no.reason, SPOT) if isinstance(no, Refused) else no
            new = msgspec.json.decode(error.body())
            data = _both(cancel_word, "FAILURE", cancel, new)
            if wrong:
                raise ApiError(-2022, "Order cancel-replace failed.", data=data) from no
            msg = "Order cancel-replace partially failed."
            raise ApiError(-2021, msg, HTTPStatus.CONFLICT, data=data) from no
        data = _both(cancel_word, "SUCCESS", cancel, new)
        if wrong:
            msg = "Order cancel-replace partially failed."
            raise ApiError(-2021, msg, HTTPStatus.CONFLICT, data=data)
        return data

    def keep_priority(self, asked: Asked) -> object:
        """PUT order/amend/keepPriority: less of the same, in the same place."""
        order = find(self._desk, asked, "orderId", "origClientOrderId")
        if order is None or order.state is not State.WORKING:
            raise Refused(Refusal.UNKNOWN_ORDER)
        quantity = asked.params.number("newQty")
        if not order.filled < quantity < order.ask.quantity:
            raise Refused(Refusal.AMEND)
        after = self._exchange.amend(order.order_id, quantity, order.ask.price, asked.now_ns)
        return {"transactTime": asked.now_ms, "amendedOrder": queried(after)}

    # -- lists

    def oco(self, asked: Asked) -> object:
        """POST orderList/oco."""
        side = side_of(asked.params.text("side"))
        asks = (self._leg(asked, side, "above"), self._leg(asked, side, "below"))
        client_id = client_id_of(self._desk, asked, "listClientOrderId")
        if any(name == (asked.account.name, client_id) for name in self._list_names.values()):
            raise Refused(Refusal.DUPLICATE)
        list_id = self._exchange.submit_list(asks, asked.now_ns)
        self._list_names[list_id] = (asked.account.name, client_id)
        return self._list(list_id, asked.now_ms, self._exchange.legs(list_id))

    def _leg(self, asked: Asked, side: Side, which: str) -> Ask:
        params, kind = asked.params, asked.params.text(f"{which}Type")
        trigger: Trigger | None = None
        tif = Tif.POST_ONLY
        match kind:
            case "LIMIT_MAKER":
                pass
            case "STOP_LOSS_LIMIT" | "TAKE_PROFIT_LIMIT":
                tif = _tif(params.text(f"{which}TimeInForce"))
                trigger = Trigger(
                    price=params.number(f"{which}StopPrice"),
                    direction=direction_of(side, is_stop=kind == "STOP_LOSS_LIMIT"),
                )
            case _:
                raise missing(f"{which}Type")
        return Ask(
            account=asked.account.name,
            symbol=params.text("symbol"),
            side=side,
            quantity=params.number("quantity"),
            price=params.number(f"{which}Price"),
            tif=tif,
            client_id=client_id_of(self._desk, asked, f"{which}ClientOrderId"),
            trigger=trigger,
        )

    def _list(
        self, list_id: int, now_ms: int, reported: tuple[Order, ...], cancel_id: str = ""
    ) -> Json:
        said = list_words(self._exchange.legs(list_id), self.list_name(list_id), now_ms)
        reports = [
            cancelled(leg, cancel_id) if cancel_id else placed(leg, (), "RESULT")
            for leg in reported
        ]
        return said | {"orderReports": reports}

    def list_name(self, list_id: int) -> str:
        """Return the client id of a list."""
        return self._list_names.get(list_id, ("", ""))[1]

    def list_status(self, asked: Asked) -> object:
        """GET orderList."""
        list_id = self._find_list(asked, "origClientOrderId")
        legs = self._exchange.legs(list_id)
        if not legs:
            raise ApiError(-2018, "Order list does not exist.")
        return list_words(legs, self.list_name(list_id), asked.now_ms)

    def cancel_list(self, asked: Asked) -> object:
        """DELETE orderList."""
        legs = self._exchange.legs(self._find_list(asked, "listClientOrderId"))
        live = next((leg for leg in legs if leg.is_live), None)
        return self._cancel(asked, live, "newClientOrderId")

    def open_lists(self, asked: Asked) -> object:
        """GET openOrderList."""
        said: list[Json] = []
        for list_id, (owner, name) in self._list_names.items():
            legs = self._exchange.legs(list_id)
            if owner == asked.account.name and any(leg.is_live for leg in legs):
                said.append(list_words(legs, name, asked.now_ms))
        return said

    def _find_list(self, asked: Asked, name: str) -> int:
        owner = asked.account.name
        list_id = asked.params.whole("orderListId", 0)
        if not list_id:
            wanted = (owner, asked.params.text(name))
            list_id = next((n for n, known in self._list_names.items() if known == wanted), 0)
        return list_id if self._list_names.get(list_id, ("", ""))[0] == owner else 0


def _tif(word: str) -> Tif:
    if word not in _TIFS:
        raise ApiError(-1115, "Invalid timeInForce.")
    return _TIFS[word]


def _both(cancel_word: str, new_word: str, cancel: object, new: object) -> Json:
    return {
        "cancelResult": cancel_word,
        "newOrderResult": new_word,
        "cancelResponse": cancel,
        "newOrderResponse": new,
    }
