"""Which markets does a router meet? Seeded instances of every regime that makes a split hard.

Prices about 60,000 with a tick of 0.1, sizes log-normal, fees of 1.5 to 10 bps, gas as on chains.
A grain is 0.00001; fees are in units of 1/100,000, so that fixed costs are whole grains of money.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Final

from router.routing.cost import Curve
from router.routing.exact import Problem

MID: Final = 600_000  # ticks
FEE_UNIT: Final = 100_000
GRAINS_A_COIN: Final = 100_000
# tick x net x grains in one dollar
DOLLAR: Final = 10 * FEE_UNIT * GRAINS_A_COIN


@dataclass(frozen=True)
class Instance:
    """One problem and the regime and seed that made it."""

    regime: str
    seed: int
    problem: Problem


@dataclass(frozen=True)
class Size:
    """How large instances may be: venues and levels at most."""

    venues: int
    levels: int


QUICK: Final = Size(venues=7, levels=10)
FULL: Final = Size(venues=20, levels=24)


@dataclass
class Draft:
    """A problem in the making, a row per venue."""

    sign: int
    levels: list[list[tuple[int, int]]]
    fees: list[int]
    lots: list[int]
    leasts: list[int]
    caps: list[int | None]
    fixed: list[int]
    need: int
    venues_most: int | None = None


def curve_of(levels: Sequence[tuple[int, int]]) -> Curve:
    """A curve of (tick, grains) levels."""
    return Curve(
        [tick for tick, _ in levels],
        list(accumulate(size for _, size in levels)),
        list(accumulate(tick * size for tick, size in levels)),
    )


def instance(seed: int, size: Size) -> Instance:
    """The instance of `seed`: the regimes take turns."""
    rng = Random(f"routing {seed}")
    regime, change = REGIMES[seed % len(REGIMES)]
    draft = _draft(rng, size)
    change(rng, draft)
    depths = [sum(grains for _, grains in levels) for levels in draft.levels]
    mosts = [
        min(depth, depth if cap is None else cap) // lot * lot
        for depth, cap, lot in zip(depths, draft.caps, draft.lots, strict=True)
    ]
    problem = Problem(
        curves=[curve_of(levels) for levels in draft.levels],
        nets=[(FEE_UNIT + draft.sign * fee) * draft.sign for fee in draft.fees],
        steps=draft.lots,
        leasts=[
            max(math.ceil(least / lot), 1) * lot
            for least, lot in zip(draft.leasts, draft.lots, strict=True)
        ],
        mosts=mosts,
        fixed=draft.fixed,
        need=draft.need,
        venues_most=draft.venues_most,
    )
    return Instance(regime, seed, problem)


def _draft(rng: Random, size: Size) -> Draft:
    """A plain market: one lot of 0.001, slack minimums, no fixed costs."""
    sign = rng.choice((1, -1))
    count = rng.randint(2, size.venues)
    levels = []
    for _ in range(count):
        tick = MID + sign * (20 + round(rng.gauss(0, 120)))
        side = []
        for _ in range(rng.randint(1, size.levels)):
            side.append((tick, 100 * max(1, round(rng.lognormvariate(4.5, 1.5)))))
            tick += sign * rng.randint(1, 60)
        levels.append(side)
    depth = sum(grains for side in levels for _, grains in side)
    dollars = rng.choice((500, 5_000, 50_000, 1_000_000))
    return Draft(
        sign=sign,
        levels=levels,
        fees=[rng.randint(15, 100) for _ in range(count)],
        lots=[100] * count,
        leasts=[0] * count,
        caps=[None] * count,
        fixed=[0] * count,
        need=min(dollars * GRAINS_A_COIN * 10 // MID, round(depth * rng.uniform(0.2, 0.9))),
    )


def _slack(rng: Random, draft: Draft) -> None:
    """Leave everything slack but, sometimes, a cap."""
    draft.caps = [rng.choice((None, None, 100 * rng.randint(0, 400))) for _ in draft.lots]


def _gas(low: float, high: float) -> Callable[[Random, Draft], None]:
    def change(rng: Random, draft: Draft) -> None:
        draft.fixed = [
            round(rng.uniform(low, high) * 100) * DOLLAR // 100 if rng.random() < 0.5 else 0
            for _ in draft.lots
        ]
        draft.leasts = [rng.choice((0, 10, 160)) for _ in draft.lots]

    return change


def _minimums(rng: Random, draft: Draft) -> None:
    """Make minimums bind: the quantity is about as small as they are."""
    draft.need = rng.randint(1, 60) * 100 + rng.choice((0, 37))
    draft.leasts = [rng.choice((0, rng.randint(1, 5_000))) for _ in draft.lots]


def _mixed_lots(rng: Random, draft: Draft) -> None:
    """Give venues nested lots from 0.00001 to 0.01, minimums and gas on some."""
    draft.lots = [rng.choice((1, 10, 100, 1_000)) for _ in draft.lots]
    draft.levels = [
        [(tick, max(1, grains + rng.randint(-99, 99))) for tick, grains in side]
        for side in draft.levels
    ]
    draft.need += rng.randint(0, 99)
    if rng.random() < 0.5:
        draft.leasts = [rng.choice((0, 10, 160, 1_500)) for _ in draft.lots]
        draft.fixed = [rng.choice((0, 0, rng.randint(2, 800))) * DOLLAR // 100 for _ in draft.lots]


def _infeasible(rng: Random, draft: Draft) -> None:
    """Ask for less than every minimum, or for more than all books show."""
    if rng.random() < 0.5:
        draft.need = rng.randint(1, 900)
        draft.leasts = [rng.randint(901, 3_000) for _ in draft.lots]
    else:
        draft.need = 10 * sum(grains for side in draft.levels for _, grains in side)
        draft.leasts = [rng.choice((0, 10**9)) for _ in draft.lots]


def _no_depth(rng: Random, draft: Draft) -> None:
    """Empty some books, now and then all."""
    share = rng.choice((0.3, 0.7, 1.0))
    draft.levels = [[] if rng.random() < share else side for side in draft.levels]


def _single(rng: Random, draft: Draft) -> None:
    """Leave one venue."""
    for row in (draft.levels, draft.fees, draft.lots, draft.leasts, draft.caps, draft.fixed):
        del row[1:]
    draft.fixed = [rng.choice((0, 3 * DOLLAR))]


def _equal_prices(rng: Random, draft: Draft) -> None:
    """Give every venue the same prices, fee and gas, and different sizes."""
    ticks = [MID + draft.sign * 10 * n for n in range(6)]
    draft.levels = [
        [(tick, 100 * rng.randint(1, 30)) for tick in ticks[: rng.randint(1, 6)]]
        for _ in draft.levels
    ]
    draft.fees = [rng.choice((0, 20))] * len(draft.lots)
    draft.fixed = [rng.choice((0, DOLLAR // 100, DOLLAR))] * len(draft.lots)
    depth = sum(grains for side in draft.levels for _, grains in side)
    draft.need = round(depth * rng.uniform(0.05, 0.7))


def _few_venues(rng: Random, draft: Draft) -> None:
    """Bound the number of venues."""
    _gas(0.02, 5)(rng, draft)
    draft.venues_most = rng.randint(1, max(1, len(draft.lots) - 1))


def _tiny(rng: Random, draft: Draft) -> None:
    """Make a market of a few lots, small enough to try every split."""
    count = min(len(draft.lots), 4)
    for row in (draft.fees, draft.lots, draft.leasts, draft.caps, draft.fixed):
        del row[count:]
    draft.lots = [rng.choice((1, 1, 2, 4)) for _ in draft.lots]
    draft.levels = [
        [(MID + draft.sign * (n + k % 2), rng.randint(1, 5)) for n in range(rng.randint(1, 4))]
        for k in range(count)
    ]
    draft.leasts = [rng.randint(0, 6) for _ in draft.lots]
    draft.fixed = [rng.choice((0, rng.randint(0, 3 * FEE_UNIT))) for _ in draft.lots]
    draft.fees = [rng.choice((0, 1)) for _ in draft.lots]
    draft.need = rng.randint(0, 30)
    draft.venues_most = rng.choice((None, None, 1, 2))


REGIMES: Final[tuple[tuple[str, Callable[[Random, Draft], None]], ...]] = (
    ("slack", _slack),
    ("mixed gas", _gas(0.02, 20)),
    ("gas-heavy", _gas(5, 50)),
    ("binding minimums", _minimums),
    ("mixed nested lots", _mixed_lots),
    ("infeasible", _infeasible),
    ("zero depth", _no_depth),
    ("single venue", _single),
    ("equal prices", _equal_prices),
    ("few venues", _few_venues),
    ("tiny", _tiny),
)
