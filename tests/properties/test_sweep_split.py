"""Whatever the books, a split keeps lots, minimums, caps and limits, and is as cheap as it can be."""

from collections.abc import Sequence
from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from router.routing.cost import Curve, curve
from router.routing.split import Offer, cost_of
from router.routing.split import split as split_with
from router.routing.sweep import Sweep, twin
from router.routing.sweep_kernel import kernel

ENOUGH = 2**40


def split(of: Sequence[Offer], need: int, sweep: Sweep) -> list[int]:
    return split_with(of, need, sweep([o.curve for o in of])).taken


def swept(of: Sequence[Offer], first: Sequence[int], need: int, sweep: Sweep) -> list[int]:
    merge = sweep([o.curve for o in of])
    return merge([o.net for o in of], [o.step for o in of], first, [o.most for o in of], need)


def ladder(
    levels: Sequence[tuple[int, int]], *, rising: bool, lot: int = 1, best: int = 100
) -> Curve:
    """A curve from (gap, lots) pairs."""
    ticks, at = [], best
    for gap, _ in levels:
        at += gap if rising else -gap
        ticks.append(at)
    return curve(
        np.array(ticks, np.int64),
        np.array([size for _, size in levels], np.int64),
        lot_grains=lot,
        enough=ENOUGH,
    )


@st.composite
def offers(
    draw: st.DrawFn,
    *,
    lots: Sequence[int] = (1,),
    depth: int = 5,
    size: int = 6,
    minimums: bool = False,
    venues: int = 4,
) -> list[Offer]:
    rising = draw(st.booleans())
    out = []
    for _ in range(draw(st.integers(1, venues))):
        lot = draw(st.sampled_from(lots))
        level = st.tuples(st.integers(1, 4), st.integers(1, size))
        held = ladder(
            draw(st.lists(level, min_size=1, max_size=depth)),
            rising=rising,
            lot=lot,
            best=draw(st.integers(98, 102)),
        )
        net = draw(st.integers(995, 1005)) * (1 if rising else -1)
        most = draw(st.integers(1, held.depth // lot)) * lot
        least = draw(st.integers(1, 8)) * lot if minimums else lot
        if least <= most:
            out.append(Offer(curve=held, net=net, step=lot, least=least, most=most))
    return out


def feasible(of: Sequence[Offer], taken: Sequence[int], need: int) -> bool:
    return sum(taken) <= need and all(
        t == 0 or (o.least <= t <= o.most and t % o.step == 0)
        for o, t in zip(of, taken, strict=True)
    )


def brute(of: Sequence[Offer], need: int) -> tuple[int, int]:
    """The best (-routed, cost) over every combination there is."""
    choices = [[0, *range(o.least, o.most + 1, o.step)] for o in of]
    return min(
        (-sum(taken), cost_of(of, taken)) for taken in product(*choices) if sum(taken) <= need
    )


def alone(of: Sequence[Offer], need: int) -> list[tuple[int, int]]:
    """(-routed, cost) of each venue on its own."""
    out = []
    for o in of:
        t = min(o.most, need - need % o.step)
        if t >= o.least:
            out.append((-t, o.net * o.curve.value(t)))
    return out


@given(offers(lots=(1, 2, 3, 10), depth=12, size=2**33), st.integers(0, 2**36))
def test_the_kernel_takes_what_its_twin_takes(of: list[Offer], need: int) -> None:
    zero, forced = [0] * len(of), [o.step for o in of]
    assert swept(of, zero, need, kernel) == swept(of, zero, need, twin)
    if sum(forced) <= need:
        assert swept(of, forced, need, kernel) == swept(of, forced, need, twin)


@given(offers(size=2**45), st.integers(0, 2**47), st.integers(2**56, 2**66))
def test_net_prices_too_wide_for_the_kernel_change_nothing(
    of: list[Offer], need: int, wide: int
) -> None:
    stretched = [
        Offer(curve=o.curve, net=o.net * wide, step=o.step, least=o.least, most=o.most) for o in of
    ]
    assert split(of, need, twin) == split(stretched, need, kernel)


@given(offers(), st.integers(0, 30))
def test_with_one_lot_and_slack_minimums_nothing_is_cheaper(of: list[Offer], need: int) -> None:
    taken = split(of, need, twin)
    assert feasible(of, taken, need)
    if of:
        assert (-sum(taken), cost_of(of, taken)) == brute(of, need)


@given(offers(minimums=True), st.integers(0, 30))
def test_with_one_lot_and_binding_minimums_nothing_is_cheaper(of: list[Offer], need: int) -> None:
    taken = split(of, need, twin)
    assert feasible(of, taken, need)
    if of:
        assert (-sum(taken), cost_of(of, taken)) == brute(of, need)


@given(offers(lots=(1, 2, 3, 4, 10), minimums=True, venues=3, depth=4), st.integers(0, 120))
def test_mixed_lots_stay_feasible_and_nothing_is_cheaper(of: list[Offer], need: int) -> None:
    taken = split(of, need, twin)
    assert feasible(of, taken, need)
    if of:
        assert (-sum(taken), cost_of(of, taken)) == brute(of, need)
    assert all((-sum(taken), cost_of(of, taken)) <= single for single in alone(of, need))


@given(offers(lots=(1, 10)), st.integers(0, 60))
def test_a_coarse_lot_never_leaves_routable_quantity_behind(of: list[Offer], need: int) -> None:
    if of:
        assert -sum(split(of, need, twin)) == brute(of, need)[0]


@given(offers(), st.integers(0, 30), st.integers(0, 30))
def test_a_larger_size_never_costs_less(of: list[Offer], one: int, other: int) -> None:
    small, large = sorted((one, other))
    buys = [o for o in of if o.net > 0]
    assert cost_of(buys, split(buys, small, twin)) <= cost_of(buys, split(buys, large, twin))


@given(offers(lots=(1, 2, 5), minimums=True), st.integers(0, 60))
def test_equal_inputs_give_equal_splits_on_kernel_and_twin(of: list[Offer], need: int) -> None:
    assert split(of, need, twin) == split(of, need, kernel) == split(of, need, twin)


@given(offers(size=2**40, depth=8), st.integers(1, 2**44))
def test_the_running_sums_are_the_walk_of_the_levels(of: list[Offer], grains: int) -> None:
    for o in of:
        take = min(grains, o.curve.depth)
        left, total = take, 0
        before = 0
        for tick, upto in zip(o.curve.ticks, o.curve.upto, strict=True):
            here = min(upto - before, left)
            total, left, before = total + tick * here, left - here, upto
        assert left == 0
        assert o.curve.value(take) == total
