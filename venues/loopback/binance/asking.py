"""In which words do both markets of Binance ask for an order: sides, triggers, ids, which one is meant?"""

import re
from typing import Final

from venues.loopback.binance.desk import Asked, Desk
from venues.loopback.binance.errors import ApiError
from venues.loopback.matching.values import Order, Refusal, Refused
from venues.model.order import Side, TriggerDirection

_CLIENT_ID: Final = re.compile(r"[.A-Z:/a-z0-9_-]{1,36}")


def side_of(word: str) -> Side:
    """Return the side; raises -1117."""
    if word not in {"BUY", "SELL"}:
        raise ApiError(-1117, "Invalid side.")
    return Side(word.lower())


def direction_of(side: Side, *, is_stop: bool) -> TriggerDirection:
    """Return which way the price must go: a stop sells below and buys above the market."""
    falls = (side is Side.SELL) == is_stop
    return TriggerDirection.DOWN if falls else TriggerDirection.UP


def client_id_of(desk: Desk, asked: Asked, name: str) -> str:
    """Return the client id in parameter `name`, or a fresh one; raises -1100 for strange letters."""
    given = asked.params.optional(name)
    if given and not _CLIENT_ID.fullmatch(given):
        msg = f"Illegal characters found in parameter '{name}'; legal range is "
        raise ApiError(-1100, msg + r"'^[\.A-Z\:/a-z0-9_-]{1,36}$'.")
    return given or desk.fresh_id()


def find(desk: Desk, asked: Asked, number: str, name: str) -> Order | None:
    """Return the order a request names by id or client id, of this account and symbol."""
    symbol = asked.params.text("symbol")
    if symbol not in desk.exchange.listings:
        raise Refused(Refusal.SYMBOL)
    if asked.params.optional(number):
        order = desk.exchange.order(asked.params.whole(number))
    elif asked.params.optional(name):
        order = desk.exchange.named(asked.account.name, asked.params.text(name))
    else:
        msg = f"Param '{name}' or '{number}' must be sent, but both were empty/null!"
        raise ApiError(-1128, msg)
    if order is None or order.ask.account != asked.account.name or order.ask.symbol != symbol:
        return None
    return order
