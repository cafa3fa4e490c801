"""How long from the books to a plan, and how does the greedy sweep compare with `heapq.merge`?"""

import heapq
import statistics
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

import msgspec
import numpy as np

from router.depth.composite import observe
from router.depth.scale import Scale, market_scale
from router.routing.cost import Curve, curve
from router.routing.offers import Terms
from router.routing.plan import Plan
from router.routing.sweep import Merge, Sweep, twin
from router.routing.sweep_kernel import fastest, kernel
from router.routing.take import plan_take
from venues.books.make import make_books
from venues.books.port import Books
from venues.model.ids import Symbol, VenueId
from venues.model.instrument import Instrument, Kind, Market, Member
from venues.model.market import ASK, BID, BookMessage, level_key
from venues.model.order import Side

VENUES: Final = 10
LEVELS: Final = 50
PLANS: Final = 2000
ROUNDS: Final = 9
REPEATS: Final = 200
_SYMBOL: Final = Symbol("BTC/USDT")
_NOW_NS: Final = 1_000_000_000
_LOT: Final = Decimal("0.001")


class Swept(msgspec.Struct, frozen=True, kw_only=True):
    """Merging the levels for one quantity; `times` is heapq.merge over ours."""

    share: str  # of all depth
    kernel_us: float
    twin_us: float
    heapq_merge_us: float
    times: float


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """From ten books to a plan with legs, costs, alternatives and reasons."""

    share: str
    p50_us: float
    p99_us: float


class Routed(msgspec.Struct, frozen=True, tag="sweep", kw_only=True):
    """Routing at `venues` x `levels`."""

    venues: int
    levels: int
    sweeps: tuple[Swept, ...]
    plans: tuple[Planned, ...]


def measure() -> Routed:
    """Return the times of routing, measured in turns; AssertionError where two ways disagree."""
    books, scale, depth = _market()
    shares = (Decimal("0.01"), Decimal("0.05"), Decimal("0.5"))
    return Routed(
        venues=VENUES,
        levels=LEVELS,
        sweeps=tuple(_swept(books, scale, share, depth) for share in shares),
        plans=tuple(_planned(books, scale, share, depth) for share in shares),
    )


def _market() -> tuple[Books, Scale, Decimal]:
    """Return ten books of 50 levels a side, and the depth of all asks together."""
    bits = np.random.PCG64(10)

    def draw(below: int) -> int:
        return int(bits.random_raw() >> 16) % below

    instruments = tuple(
        Instrument(
            venue=VenueId(f"venue{n}"),
            symbol=_SYMBOL,
            kind=Kind.SPOT,
            tick_size=Decimal("0.1"),
            lot_size=_LOT,
            min_quantity=_LOT,
            min_notional=Decimal(5),
            maker_fee=Decimal(0),
            taker_fee=Decimal(n) / 100_000,
        )
        for n in range(VENUES)
    )
    books = make_books(instruments, kernels=True)
    total = 0
    for i, of in enumerate(instruments):
        keys, lots = [], []
        bid, ask = 600_000 - draw(20), 600_001 + draw(20)
        for _ in range(LEVELS):
            size = 1 + draw(3000)
            total += size
            keys += [level_key(bid, BID), level_key(ask, ASK)]
            lots += [1 + draw(3000), size]
            bid, ask = bid - 1 - draw(3), ask + 1 + draw(3)
        books.apply(
            i,
            BookMessage(
                venue=of.venue,
                symbol=of.symbol,
                ts_exchange_ns=_NOW_NS,
                ts_local_ns=_NOW_NS,
                is_snapshot=True,
                keys=np.array(keys, np.int64),
                lots=np.array(lots, np.int64),
            ),
        )
    market = Market(symbol=_SYMBOL, members=tuple(Member(instrument=i) for i in instruments))
    return books, market_scale(market, instruments), total * _LOT


def _swept(books: Books, scale: Scale, share: Decimal, depth: Decimal) -> Swept:
    """Return how long the bare merge takes: curves and lists are made beforehand for everyone."""
    need = scale.floor_grains(depth * share)
    curves = []
    for n in range(VENUES):
        ticks, lots = books.levels(n, ASK, limit_tick=None, enough=1 << 60)
        curves.append(curve(ticks, lots, lot_grains=scale.grains[n], enough=need + 1))
    nets = scale.taker(Side.BUY)
    ways = {
        "kernel": _merged_by(kernel, curves, nets, need),
        "twin": _merged_by(twin, curves, nets, need),
        "heapq": _heap_merged(curves, nets, need),
    }
    answers = {name: way() for name, way in ways.items()}
    assert answers["kernel"] == answers["twin"] == answers["heapq"], answers
    times = _in_turns(list(ways.values()))
    middle = dict(zip(ways, times, strict=True))
    return Swept(
        share=str(share),
        kernel_us=round(middle["kernel"], 2),
        twin_us=round(middle["twin"], 2),
        heapq_merge_us=round(middle["heapq"], 2),
        times=round(middle["heapq"] / middle["kernel"], 2),
    )


def _merged_by(
    sweep: Sweep, curves: Sequence[Curve], nets: Sequence[int], need: int
) -> Callable[[], list[int]]:
    merge: Merge = sweep(curves)
    steps, zeros = [1] * len(curves), [0] * len(curves)
    most = [c.depth for c in curves]
    return lambda: merge(nets, steps, zeros, most, need)


def _heap_merged(
    curves: Sequence[Curve], nets: Sequence[int], need: int
) -> Callable[[], list[int]]:
    """Return the usual way: levels of every venue as (net price, venue, size), merged by price."""
    levels = []
    for n, (held, net) in enumerate(zip(curves, nets, strict=True)):
        sizes = [b - a for a, b in zip([0, *held.upto[:-1]], held.upto, strict=True)]
        levels.append([(t * net, n, size) for t, size in zip(held.ticks, sizes, strict=True)])

    def merge() -> list[int]:
        taken, left = [0] * len(levels), need
        for _, n, size in heapq.merge(*levels):
            part = min(size, left)
            taken[n] += part
            left -= part
            if not left:
                break
        return taken

    return merge


def _in_turns(ways: Sequence[Callable[[], object]]) -> list[float]:
    """Return the median microseconds of each way, run one after the other in every round."""
    rounds: list[list[float]] = [[] for _ in ways]
    for _ in range(ROUNDS):
        for way, spent in zip(ways, rounds, strict=True):
            began = time.perf_counter_ns()
            for _ in range(REPEATS):
                way()
            spent.append((time.perf_counter_ns() - began) / REPEATS / 1000)
    return [statistics.median(spent) for spent in rounds]


def _planned(books: Books, scale: Scale, share: Decimal, depth: Decimal) -> Planned:
    quantity = scale.quantity(scale.floor_grains(depth * share))

    def plan() -> Plan:
        return plan_take(
            books,
            observe(books, scale, now_ns=_NOW_NS, stale_after_ns=_NOW_NS),
            side=Side.BUY,
            quantity=quantity,
            limit=Decimal(70_000),
            terms=Terms(),
            sweep=fastest,
        )

    assert not plan().unrouted
    spent = []
    for _ in range(PLANS):
        began = time.perf_counter_ns()
        plan()
        spent.append((time.perf_counter_ns() - began) / 1000)
    cuts = statistics.quantiles(spent, n=100)
    return Planned(share=str(share), p50_us=round(cuts[49], 1), p99_us=round(cuts[98], 1))


def told(result: Routed) -> str:
    """Return the result for a reader."""
    size = f"{result.venues} venues x {result.levels} levels"
    return "\n".join(
        [
            *(
                f"sweep of {100 * float(s.share):g} % of all depth, {size}: kernel {s.kernel_us} us,"
                f" twin {s.twin_us} us, heapq.merge {s.heapq_merge_us} us: {s.times} x"
                for s in result.sweeps
            ),
            *(
                f"books to plan for {100 * float(p.share):g} %: p50 {p.p50_us} us, p99 {p.p99_us} us"
                for p in result.plans
            ),
        ]
    )
