"""What does Binance publish: diffs of books, trades and prices, to whoever has subscribed.

A websocket subscribes by its address (/ws/<stream>, /stream?streams=a/b) or by SUBSCRIBE frames.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Final

import msgspec

from venues.loopback.binance.params import parsed
from venues.loopback.binance.words import Json, fixed, num
from venues.loopback.faults import Channel
from venues.loopback.front import Line
from venues.loopback.matching.book import Book
from venues.loopback.matching.values import Trade
from venues.model.numbers import ZERO
from venues.model.order import Side

_FLUSH_MS: Final = 100


class _Frame(msgspec.Struct):
    """SUBSCRIBE and its kin; ccxt numbers requests, other clients name them."""

    method: str
    id: int | str | None = None
    params: list[str] = []


class Streams:
    """Who has subscribed to what, and what has been said of each book.

    `places`: decimals of price and quantity by symbol for USD-M, whose diffs also name the one
    before them; None for spot, which writes eight.
    """

    def __init__(
        self, books: Mapping[str, Book], places: Mapping[str, tuple[int, int]] | None
    ) -> None:
        self._books, self._places = books, places
        self._subscribed: dict[Line, dict[str, None]] = {}
        self._said = {symbol: book.sequence for symbol, book in books.items()}
        self._flushed_ms = 0

    def opened(self, line: Line) -> None:
        names = parsed(line.query).get("streams", "").split("/") if line.query else []
        last = line.path.rsplit("/", 1)[-1]
        if "@" in last:
            names.append(last)
        self._subscribed[line] = {name: None for name in names if name}

    def closed(self, line: Line) -> None:
        self._subscribed.pop(line, None)

    def heard(self, line: Line, text: str) -> None:
        """Take a frame; what makes no sense is answered with Binance's code 2 or 3."""
        try:
            frame = msgspec.json.decode(text, type=_Frame)
        except msgspec.DecodeError:
            error = {"code": 3, "msg": "Invalid JSON: expected value at line 1 column 1"}
            line.say(Channel.ORDER_ENTRY, encoded({"error": error}))
            return
        mine = self._subscribed.setdefault(line, {})
        result: list[str] | None = None
        match frame.method:
            case "SUBSCRIBE":
                mine.update(dict.fromkeys(frame.params))
            case "UNSUBSCRIBE":
                for name in frame.params:
                    mine.pop(name, None)
            case "LIST_SUBSCRIPTIONS":
                result = list(mine)
            case _:
                error = {"code": 2, "msg": f"Invalid request: unknown variant {frame.method}"}
                line.say(Channel.ORDER_ENTRY, encoded({"error": error, "id": frame.id}))
                return
        line.say(Channel.ORDER_ENTRY, encoded({"result": result, "id": frame.id}))

    def wanted(self, name: str) -> int:
        """Return on how many connections a stream goes out."""
        return sum(1 for names in self._subscribed.values() if name in names)

    def publish(self, channel: Channel, name: str, event: Callable[[], Json]) -> None:
        """Say an event to those who have subscribed to `name`; it is made only if there are any."""
        made: Json | None = None
        for line, names in list(self._subscribed.items()):
            if name not in names:
                continue
            made = made or event()
            combined = line.path.endswith("/stream")
            line.say(channel, encoded({"stream": name, "data": made} if combined else made))

    def trades(self, trades: list[Trade], now_ms: int, words: Callable[[Trade, int], Json]) -> None:
        """Say every trade, singly and as aggregates of one."""
        for trade in trades:
            low = trade.symbol.lower()
            self.publish(Channel.TRADES, f"{low}@trade", partial(words, trade, now_ms))
            self.publish(
                Channel.TRADES,
                f"{low}@aggTrade",
                partial(_agg, trade, now_ms, self._places_of(trade.symbol)),
            )

    def books(self, now_ms: int) -> None:
        """Say what changed in every book since the last time, ten times a second."""
        if now_ms - self._flushed_ms < _FLUSH_MS and now_ms >= self._flushed_ms:
            return
        self._flushed_ms = now_ms
        for symbol, book in self._books.items():
            changed = book.drain()
            if not changed:
                continue
            event = self._diff(symbol, book, changed, now_ms)
            low = symbol.lower()
            for name in (f"{low}@depth@100ms", f"{low}@depth", f"{low}@depth@0ms"):
                self.publish(Channel.BOOK, name, partial(dict, event))
            self.publish(
                Channel.BOOK, f"{low}@bookTicker", partial(self._touch, symbol, book, now_ms)
            )

    def _diff(
        self,
        symbol: str,
        book: Book,
        changed: list[tuple[Side, Decimal, Decimal]],
        now_ms: int,
    ) -> Json:
        before, self._said[symbol] = self._said[symbol], book.sequence
        sides: dict[Side, list[list[str]]] = {Side.BUY: [], Side.SELL: []}
        for side, price, quantity in changed:
            sides[side].append(level(price, quantity, self._places_of(symbol)))
        said: Json = {"e": "depthUpdate", "E": now_ms}
        ids: Json = {"U": before + 1, "u": book.sequence}
        if self._places is None:
            said |= {"s": symbol} | ids
        else:
            said |= {"T": now_ms, "s": symbol} | ids | {"pu": before}
        return said | {"b": sides[Side.BUY], "a": sides[Side.SELL]}

    def _places_of(self, symbol: str) -> tuple[int, int] | None:
        return None if self._places is None else self._places[symbol]

    def _touch(self, symbol: str, book: Book, now_ms: int) -> Json:
        if self._places is None:
            return ticker(symbol, book)
        said = ticker(symbol, book, self._places[symbol])
        return {"e": "bookTicker"} | said | {"T": now_ms, "E": now_ms}


def level(price: Decimal, quantity: Decimal, places: tuple[int, int] | None) -> list[str]:
    """Return a price and a quantity, with the decimals of their symbol."""
    if places is None:
        return [num(price), num(quantity)]
    return [fixed(price, places[0]), fixed(quantity, places[1])]


def ticker(symbol: str, book: Book, places: tuple[int, int] | None = None) -> Json:
    """Return the best of both sides as Binance spells it; zeros where nobody stands."""
    words: Json = {"u": book.sequence, "s": symbol}
    for side, price, quantity in ((Side.BUY, "b", "B"), (Side.SELL, "a", "A")):
        best = book.depth(side, 1)
        words[price], words[quantity] = level(*(best[0] if best else (ZERO, ZERO)), places)
    return words


def _agg(trade: Trade, now_ms: int, places: tuple[int, int] | None) -> Json:
    price, quantity = level(trade.price, trade.quantity, places)
    said: Json = {
        "e": "aggTrade",
        "E": now_ms,
        "s": trade.symbol,
        "a": trade.trade_id,
        "p": price,
        "q": quantity,
        "f": trade.trade_id,
        "l": trade.trade_id,
        "T": trade.ts_ns // 1_000_000,
        "m": not trade.taker_is_buy,
    }
    return said if places else said | {"M": True}


def encoded(words: Json) -> str:
    """Return JSON text."""
    return msgspec.json.encode(words).decode()
