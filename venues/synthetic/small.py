"""What is the smallest market worth testing against: few levels, few messages, made in no time?"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from venues.model.ids import Symbol, VenueId
from venues.model.instrument import Instrument, Kind
from venues.model.market import Int64s
from venues.synthetic.draws import Draws, growth
from venues.synthetic.path import Prints, Touch, rising
from venues.synthetic.profile import BTC_USDT
from venues.tape.recording import Recording, Tape, make_tape, read_only, read_only_flags

_CELL_NS: Final = 1_000_000_000  # the common price moves once a second
_OWN_BPS: Final = 0.4  # how far a venue may stand from it
_TRADES_PER_MESSAGE: Final = 0.5
_CHANGE: Final = 0.1  # chance of a level to change its size, per message
_DELAY_NS: Final = 40_000_000


@dataclass(frozen=True, slots=True)
class SmallVenue:
    """Terms of one small venue and the usual size of its levels, in lots."""

    name: str
    tick_size: str
    lot_size: str
    min_notional: str
    maker_fee: str
    taker_fee: str
    level_lots: int

    def instrument(self, symbol: Symbol) -> Instrument:
        """Return the venue's terms for `symbol`, a spot pair."""
        return Instrument(
            venue=VenueId(self.name),
            symbol=symbol,
            kind=Kind.SPOT,
            tick_size=Decimal(self.tick_size),
            lot_size=Decimal(self.lot_size),
            min_quantity=Decimal(self.lot_size),
            min_notional=Decimal(self.min_notional),
            maker_fee=Decimal(self.maker_fee),
            taker_fee=Decimal(self.taker_fee),
        )


SMALL_VENUES: Final = (
    SmallVenue("fir", "0.1", "0.001", "5", "0.00005", "0.00020", 800),
    SmallVenue("gum", "0.2", "0.0005", "10", "-0.00005", "0.00030", 2_500),
    SmallVenue("holly", "0.5", "0.01", "50", "0", "0.00012", 120),
    SmallVenue("ivy", "0.25", "0.002", "20", "0.0001", "0.0004", 300),
)


def small_tape(
    *,
    seed: int,
    duration_ns: int,
    start_ns: int,
    venues: int = 2,
    messages_per_s: float = 1.5,
    levels: int = 10,
    price: int = 2_000,
    step_bps: float = 0.5,
    symbol: Symbol = BTC_USDT,
) -> Tape:
    """Return a tape of 1 to 4 venues with `levels` neighbouring ticks a side, around `price`.

    `step_bps`: standard deviation of the common price's move each second.
    Ten minutes take a few milliseconds. The same on every machine for the same arguments. Each
    first message is a snapshot; books are never crossed, prints are at the touch.
    """
    if not 1 <= venues <= len(SMALL_VENUES) or levels < 1 or duration_ns * messages_per_s < 2e9:
        raise ValueError(f"{venues} venues, {levels} levels, {duration_ns} ns: out of range")
    end_ns = start_ns + duration_ns
    cells = duration_ns // _CELL_NS + 1
    common_bps = np.cumsum(Draws(seed, 0).bell(cells) * step_bps)
    recordings: list[Recording] = []
    for number in range(venues):
        draws, terms = Draws(seed, number + 1), SMALL_VENUES[number]
        count = int(duration_ns * messages_per_s * 1e-9)
        exchange_ns = _times(draws, count, start_ns, end_ns - 2 * _DELAY_NS)
        move_bps = common_bps[(exchange_ns - start_ns) // _CELL_NS]
        move_bps = move_bps + (draws.uniform(count) * 2.0 - 1.0) * _OWN_BPS
        middle = price * (1.0 + move_bps * 1e-4) / float(terms.tick_size)
        bid = np.maximum(np.floor(middle).astype(np.int64), levels)
        ask = bid + 1 + draws.whole(2, count)
        touch = Touch(exchange_ns, rising(exchange_ns + _delays(draws, count)), bid, ask)
        recordings.append(_recording(draws, terms, symbol, touch, levels))
    return make_tape(f"small-{seed}", recordings, start_ns=start_ns, end_ns=end_ns)


def _times(draws: Draws, count: int, start_ns: int, end_ns: int) -> Int64s:
    """Return `count` rising times: the first is the start, the others anywhere in their turn."""
    turn_ns = (end_ns - start_ns) // count
    wobble_ns = draws.whole(turn_ns, count)
    wobble_ns[0] = 0
    return start_ns + np.arange(count, dtype=np.int64) * turn_ns + wobble_ns


def _delays(draws: Draws, count: int) -> Int64s:
    return 1_000_000 + draws.whole(_DELAY_NS, count)


def _recording(
    draws: Draws, terms: SmallVenue, symbol: Symbol, touch: Touch, levels: int
) -> Recording:
    shown, low_tick = _shown(draws, terms, touch, levels)
    news = shown.copy()
    news[1:] -= shown[:-1]
    where = news != 0
    silent = np.flatnonzero(~where.any(axis=1))
    where[silent, touch.bid[silent] - low_tick] = True  # says at least its best bid again
    message, column = np.nonzero(where)
    width = shown.shape[1] // 2
    prints = _prints(draws, terms, touch)
    none = read_only(np.zeros(0, dtype=np.int64))
    return Recording(
        instrument=terms.instrument(symbol),
        msg_exchange_ns=read_only(touch.exchange_ns),
        msg_local_ns=read_only(touch.local_ns),
        msg_snapshot=read_only_flags(np.arange(len(touch.bid)) == 0),
        msg_start=read_only(np.searchsorted(message, np.arange(len(touch.bid) + 1))),
        row_key=read_only((low_tick + column % width) * 2 + column // width),
        row_lots=read_only(shown[where]),
        trade_exchange_ns=read_only(prints.exchange_ns),
        trade_local_ns=read_only(prints.local_ns),
        trade_is_buy=read_only_flags(prints.is_buy),
        trade_tick=read_only(prints.tick),
        trade_lots=read_only(prints.lots),
        deriv_exchange_ns=none,
        deriv_local_ns=none,
        deriv_kind=none,
        deriv_value_e12=none,
        deriv_next_ns=none,
    )


def _shown(draws: Draws, terms: SmallVenue, touch: Touch, levels: int) -> tuple[Int64s, int]:
    """Return messages x (bid ticks, then ask ticks) of lots shown, and the tick of column 0.

    A level keeps its size until it is redrawn or leaves the view.
    """
    messages = len(touch.bid)
    low_tick = int(touch.bid.min()) - levels + 1
    width = int(touch.ask.max()) + levels - low_tick
    deep = np.arange(levels, dtype=np.int64)
    bids = touch.bid[:, None] - deep - low_tick
    asks = touch.ask[:, None] + deep - low_tick + width
    columns = np.concatenate((bids, asks), axis=1)
    rows = np.arange(messages, dtype=np.int64)[:, None]
    size = terms.level_lots * growth(0.8 * draws.bell(messages, 2 * levels))
    sizes = np.zeros((messages, 2 * width), dtype=np.int64)
    sizes[rows, columns] = np.maximum(np.rint(size), 1.0).astype(np.int64)
    redrawn = np.zeros(sizes.shape, dtype=np.bool_)
    redrawn[rows, columns] = draws.uniform(messages, 2 * levels) < _CHANGE
    in_view = sizes > 0
    redrawn[0] = True
    redrawn[1:] |= in_view[1:] & ~in_view[:-1]
    since = np.maximum.accumulate(np.where(redrawn, rows, 0), axis=0)
    kept = np.take_along_axis(sizes, since, axis=0)
    return np.where(in_view, kept, 0), low_tick


def _prints(draws: Draws, terms: SmallVenue, touch: Touch) -> Prints:
    """Return trades at the touch of the last message before, by local time."""
    count = int(len(touch.bid) * _TRADES_PER_MESSAGE)
    first_ns, last_ns = int(touch.exchange_ns[0]), int(touch.exchange_ns[-1])
    exchange_ns = np.sort(first_ns + 1 + draws.whole(last_ns - first_ns, count))
    seen = np.searchsorted(touch.exchange_ns, exchange_ns, side="right") - 1
    is_buy = draws.uniform(count) < 0.5
    tick = np.where(is_buy, touch.ask[seen], touch.bid[seen])
    size = 0.3 * terms.level_lots * growth(draws.bell(count))
    lots = np.maximum(np.rint(size), 1.0).astype(np.int64)
    local_ns = rising(exchange_ns + _delays(draws, count))
    return Prints(exchange_ns, local_ns, is_buy, tick, lots)
