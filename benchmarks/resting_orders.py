"""What became of thousands of small orders that rested in a recorded market, and what was foretold?

Every second one order of one lot is posted at each place behind the touch of each venue, on both
sides, and left alone for the longest horizon. The paper venue says what either queue made of it; the
foretelling is what the product itself had learned by then, from what it was told.
"""

from dataclasses import dataclass, field
from typing import Final

import msgspec

from router.depth.fills import Counted, Fate, counted, fate
from venues.books.probes import HORIZONS, NS_PER_S, PLACES, behind_ticks, queue_of
from venues.model.market import ASK, BID, BookState, level_key
from venues.paper.market import RecordedMarket
from venues.paper.played import QueueModel
from venues.ports import RANK_SCREEN
from venues.tape.recording import Tape

_STALE_NS: Final = 2 * NS_PER_S


@dataclass(slots=True)
class Posted:
    """One small order.

    `filled_ns`, `left_ns`, `passed_ns`: its age when it was filled, when the touch had left it, when
    the other side stood at its price or beyond; None = not within the longest horizon.
    `optimistic`: whether the optimistic queue had filled it, by horizon. `moved`: of the mid away
    from it, by horizon, bps. `foretold`: what had been learned when it was posted.
    """

    instrument: int
    at_ns: int
    side: int
    tick: int
    touch: int
    place: int
    queue: int
    mid: int
    swing: int
    foretold: Fate
    number: int
    filled_ns: int | None = None
    left_ns: int | None = None
    passed_ns: int | None = None
    optimistic: list[bool] = field(default_factory=list)
    moved: list[float] = field(default_factory=list)

    def filled_by(self, horizon_s: int) -> bool:
        """Return whether the pessimistic queue had filled it."""
        return self.filled_ns is not None and self.filled_ns <= horizon_s * NS_PER_S


@dataclass(frozen=True, slots=True)
class Watched:
    """All orders of one tape, with what had been learned by half of it, per instrument.

    `taking`: what a unit costs a buyer and brings a seller at once at the best venue, fee in, by
    time; None where there was no book to be trusted.
    """

    tape: Tape
    orders: list[Posted]
    taking: dict[int, tuple[float | None, float | None]]
    half_ns: int
    learned: tuple[Counted, ...]


def watch(tape: Tape) -> Watched:
    """Return what became of every order posted on `tape`; kernels are needed."""
    market = RecordedMarket(
        tape, kernels=True, queue=QueueModel.PESSIMISTIC, stale_after_ns=_STALE_NS, learn=True
    )
    longest_ns = HORIZONS[-1] * NS_PER_S
    half_ns = (tape.start_ns + tape.end_ns) // 2
    posted: list[Posted] = []
    taking: dict[int, tuple[float | None, float | None]] = {}
    waiting: dict[int, Posted] = {}
    learned: tuple[Counted, ...] = ()
    now_ns = tape.start_ns // NS_PER_S * NS_PER_S
    while now_ns < tape.end_ns:
        now_ns += NS_PER_S
        while (stop := market.advance(now_ns, RANK_SCREEN)).fills:
            for fill in stop.fills:
                order = waiting[fill.order_no]
                order.filled_ns = stop.time_ns - order.at_ns
        _look(market, waiting, now_ns)
        taking[now_ns] = _taking(market, now_ns)
        if now_ns >= half_ns and not learned:
            learned = tuple(_kept(counted(market.probes, i)) for i in range(len(tape.instruments)))
        if now_ns + longest_ns <= tape.end_ns:
            for i in range(len(tape.instruments)):
                fresh = _post(market, i, now_ns, len(posted))
                posted.extend(fresh)
                waiting.update((order.number, order) for order in fresh)
        for i in range(len(tape.instruments)):
            market.view.set_own(i, _own(waiting, i))
    return Watched(tape, posted, taking, half_ns, learned)


def _taking(market: RecordedMarket, now_ns: int) -> tuple[float | None, float | None]:
    """Return the best price to buy and to sell at once, taker fee in."""
    asks: list[float] = []
    bids: list[float] = []
    for i, instrument in enumerate(market.instruments):
        state, bid, ask, _ = market.view.quote(i, now_ns, _STALE_NS)
        if state is BookState.LIVE and bid is not None and ask is not None:
            fee = float(instrument.taker_fee)
            asks.append(float(instrument.price_of(ask)) * (1 + fee))
            bids.append(float(instrument.price_of(bid)) * (1 - fee))
    return (min(asks), max(bids)) if asks else (None, None)


def _kept(known: Counted) -> Counted:
    return msgspec.structs.replace(known, table=known.table.copy())


def _own(waiting: dict[int, Posted], i: int) -> dict[int, int]:
    own: dict[int, int] = {}
    for order in waiting.values():
        if order.instrument == i and order.filled_ns is None:
            key = level_key(order.tick, order.side)
            own[key] = own.get(key, 0) + 1
    return own


def _look(market: RecordedMarket, waiting: dict[int, Posted], now_ns: int) -> None:
    """Note who was left, what the other queue made of each, and take out those that are done."""
    for number, order in list(waiting.items()):
        i = order.instrument
        bid, ask = market.view.best(i, BID), market.view.best(i, ASK)
        age_ns = now_ns - order.at_ns
        if bid is not None and ask is not None:
            away = bid > order.touch if order.side == BID else ask < order.touch
            if away and order.left_ns is None and order.filled_ns is None:
                order.left_ns = age_ns
            passed = ask <= order.tick if order.side == BID else bid >= order.tick
            if passed and order.passed_ns is None:
                order.passed_ns = age_ns
        if age_ns % NS_PER_S == 0 and age_ns // NS_PER_S in HORIZONS:
            order.optimistic.append(market.matcher.bounds(i, number).optimistic > 0)
            mid = order.mid if bid is None or ask is None else bid + ask
            move = (mid - order.mid) / order.mid * 10_000
            order.moved.append(move if order.side == BID else -move)
        if age_ns >= HORIZONS[-1] * NS_PER_S:
            market.matcher.remove(i, number, now_ns)
            del waiting[number]


def _post(market: RecordedMarket, i: int, now_ns: int, first: int) -> list[Posted]:
    """Return the orders posted now in one book, none where it cannot be trusted."""
    view = market.view
    state, bid, ask, _ = view.quote(i, now_ns, _STALE_NS)
    if state is not BookState.LIVE or bid is None or ask is None:
        return []
    known = counted(market.probes, i)
    fresh: list[Posted] = []
    for side, touch in ((BID, bid), (ASK, ask)):
        for place in range(PLACES):
            behind = behind_ticks(place, touch)
            tick = touch - behind if side == BID else touch + behind
            if tick <= 0 or market.matcher.would_cross(i, side, tick):
                continue
            queue = queue_of(view.net(i, level_key(tick, side)), known.flows[side])
            number = first + len(fresh)
            market.matcher.rest(i, number, side, tick, 1, now_ns)
            fresh.append(
                Posted(
                    instrument=i,
                    at_ns=now_ns,
                    side=side,
                    tick=tick,
                    touch=touch,
                    place=place,
                    queue=queue,
                    mid=bid + ask,
                    swing=known.swing,
                    foretold=fate(known, side, place, queue),
                    number=number,
                )
            )
    return fresh
