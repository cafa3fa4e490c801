"""What is choosing a venue by what was learned worth? The same instants, the same orders, other choices.

At every second and on each side: one small order to be bought or sold within a deadline, posted at the
touch of one venue, and taken at the best venue when the deadline is over. Costs are bps of the middle
of what taking costs both ways, and compared in pairs; a block of ten seconds is one draw of the
bootstrap, for instants within it see the same market.
"""

from collections import defaultdict
from collections.abc import Sequence
from random import Random
from statistics import fmean
from typing import Final

import msgspec

from benchmarks.resting_orders import Posted, Watched
from router.routing.worth import CROSS_BELOW
from venues.books.probes import HORIZONS, NS_PER_S
from venues.model.market import BID
from venues.tape.recording import Tape

DEADLINES_S: Final = (5, 15, 60)
_WARM_NS: Final = 120 * NS_PER_S
_BLOCK_NS: Final = 10 * NS_PER_S
_DRAWS: Final = 1000


class Choice(msgspec.Struct, frozen=True):
    """What one way to choose costs on average, and against the rule, with a 95 % interval."""

    name: str
    cost_bps: float
    against_rule_bps: float
    low_bps: float
    high_bps: float


class Choices(msgspec.Struct, frozen=True):
    """Every way to choose, for orders that may wait `deadline_s`."""

    deadline_s: int
    decisions: int
    ways: tuple[Choice, ...]


def choices(watched: Watched) -> tuple[Choices, ...]:
    """Return what each way to choose costs, once two minutes have been learned from."""
    return tuple(_choices(watched, deadline_s) for deadline_s in DEADLINES_S)


def _choices(watched: Watched, deadline_s: int) -> Choices:
    groups: dict[tuple[int, int], list[Posted]] = defaultdict(list)
    for o in watched.orders:
        if o.at_ns >= watched.tape.start_ns + _WARM_NS:
            groups[o.at_ns, o.side].append(o)
    costs: dict[str, list[float]] = defaultdict(list)
    blocks: list[int] = []
    for (at_ns, side), orders in sorted(groups.items()):
        if len({o.instrument for o in orders if o.place == 0}) < 2:
            continue
        now, then = watched.taking[at_ns], watched.taking.get(at_ns + deadline_s * NS_PER_S)
        if then is None or None in now or None in then:
            continue
        blocks.append(at_ns // _BLOCK_NS)
        for name, cost in _ways(watched.tape, orders, side, now, then, deadline_s).items():
            costs[name].append(cost)
    rule = costs.get("the rule", [])
    ways = tuple(_choice(name, of, rule, blocks) for name, of in costs.items())
    return Choices(deadline_s, len(blocks), ways)


_Prices = tuple[float | None, float | None]


def _ways(
    tape: Tape, orders: Sequence[Posted], side: int, now: _Prices, then: _Prices, deadline_s: int
) -> dict[str, float]:
    """Return what each way to choose among `orders` costs, bps."""
    assert now[0] is not None
    assert now[1] is not None
    sign, n = (1 if side == BID else -1), HORIZONS.index(deadline_s)
    middle = (now[0] + now[1]) / 2
    taking, later = (now[0], then[0]) if side == BID else (now[1], then[1])
    assert taking is not None
    assert later is not None

    def net(o: Posted) -> float:
        instrument = tape.instruments[o.instrument]
        return float(instrument.price_of(o.tick)) * (1 + sign * float(instrument.maker_fee))

    def cost(o: Posted) -> float:
        paid = net(o) if o.filled_by(deadline_s) else later
        return sign * (paid - middle) / middle * 10_000

    def worth(o: Posted) -> float:
        saves = sign * (taking - net(o)) / taking * 10**8
        return o.foretold.filled[n] / 10**8 * (saves - o.foretold.against[n])

    touch = [o for o in orders if o.place == 0]
    learned = max(touch, key=worth)
    now_cost = sign * (taking - middle) / middle * 10_000
    return {
        "the rule": cost(min(touch, key=lambda o: sign * net(o))),
        "learned": cost(learned) if worth(learned) >= CROSS_BELOW else now_cost,
        "learned, never early": cost(learned),
        "learned, any price": cost(max(orders, key=worth)),
        "taking at once": now_cost,
        "in hindsight": min([now_cost, *map(cost, touch)]),
    }


def _choice(name: str, cost: list[float], rule: list[float], blocks: list[int]) -> Choice:
    sums: dict[int, float] = defaultdict(float)
    counts: dict[int, int] = defaultdict(int)
    for of, other, block in zip(cost, rule, blocks, strict=True):
        sums[block] += of - other
        counts[block] += 1
    names, rng = sorted(sums), Random(1)
    drawn = []
    for _ in range(_DRAWS):
        picked = rng.choices(names, k=len(names))
        drawn.append(sum(sums[b] for b in picked) / sum(counts[b] for b in picked))
    drawn.sort()
    low, high = drawn[_DRAWS * 25 // 1000], drawn[_DRAWS * 975 // 1000]
    return Choice(name, fmean(cost), fmean(cost) - fmean(rule), low, high)
