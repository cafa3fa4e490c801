"""What do other people do here: rest and trade as a recorded or synthetic market did."""

from decimal import Decimal

import numpy as np

from venues.loopback.matching.exchange import Exchange
from venues.loopback.matching.values import Listing
from venues.model.instrument import Instrument, Kind
from venues.model.market import ASK
from venues.model.numbers import ZERO
from venues.model.order import Side
from venues.tape.recording import Recording


def listing_of(instrument: Instrument, symbol: str) -> Listing:
    """Return a tape's instrument as an exchange lists it, under the exchange's `symbol`."""
    return Listing(
        symbol=symbol,
        base=instrument.base,
        quote=instrument.quote,
        tick=instrument.tick_size,
        lot=instrument.lot_size,
        min_quantity=instrument.min_quantity,
        min_notional=instrument.min_notional,
        maker_fee=instrument.maker_fee,
        taker_fee=instrument.taker_fee,
        is_perp=instrument.kind is Kind.PERP,
        reduce_only=instrument.reduce_only,
    )


class Crowd:
    """Plays one recording into an exchange from `start_ns` on, and starts it over when it ends.

    Its levels replace the crowd's level by level; its prints are orders of the crowd that take from
    whoever stands there, ours included. What ours have taken comes back when the level changes.
    """

    def __init__(
        self, exchange: Exchange, symbol: str, recording: Recording, *, start_ns: int
    ) -> None:
        self._exchange, self._symbol, self._recording = exchange, symbol, recording
        messages = np.maximum.accumulate(recording.msg_exchange_ns)
        prints = np.maximum.accumulate(recording.trade_exchange_ns)
        # Books before prints at equal times, each in its own order.
        times = np.concatenate((messages, prints))
        self._order = np.argsort(times, kind="stable")
        self._times = times[self._order]
        self._start_ns = start_ns
        self._next = 0
        self.rounds = 0  # how often it has been played to its end

    def next_ns(self) -> int:
        """Return when the next message or print is due."""
        return self._start_ns + int(self._times[self._next] - self._times[0])

    def advance(self, now_ns: int) -> None:
        """Do all that is due by `now_ns`."""
        while (due_ns := self.next_ns()) <= now_ns:
            number = int(self._order[self._next])
            if number < self._recording.message_count:
                self._message(number, due_ns)
            else:
                self._take(number - self._recording.message_count, due_ns)
            self._next += 1
            if self._next == len(self._order):
                self._next, self._start_ns = 0, due_ns + 1
                self.rounds += 1

    def _message(self, number: int, now_ns: int) -> None:
        message = self._recording.message(number)
        instrument = self._recording.instrument
        levels: dict[tuple[Side, Decimal], Decimal] = {}
        if message.is_snapshot:
            book = self._exchange.books[self._symbol]
            for side in Side:
                levels |= {(side, price): ZERO for price in book.half(side).prices()}
        for key, lots in zip(message.keys.tolist(), message.lots.tolist(), strict=True):
            side = Side.SELL if key % 2 == ASK else Side.BUY
            levels[side, instrument.price_of(key // 2)] = instrument.quantity_of(lots)
        # Gone before come: nobody trades with what has left in the same instant.
        for (side, price), quantity in sorted(levels.items(), key=lambda level: level[1] > ZERO):
            self._exchange.set_level(self._symbol, side, price, quantity, now_ns)

    def _take(self, number: int, now_ns: int) -> None:
        recording = self._recording
        self._exchange.crowd_takes(
            self._symbol,
            Side.BUY if recording.trade_is_buy[number] else Side.SELL,
            recording.instrument.price_of(int(recording.trade_tick[number])),
            recording.instrument.quantity_of(int(recording.trade_lots[number])),
            now_ns,
        )
