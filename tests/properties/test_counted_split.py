"""Where contracts are counted, is no split better, dust at the price of waiting included?"""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from router.routing.cost import Curve
from router.routing.exact_kernel import search as kernel
from router.routing.exact_twin import search as twin
from router.routing.split import Offer, Split, cost_of, split
from router.routing.sweep import twin as sweep


@st.composite
def offers(draw: st.DrawFn) -> list[Offer]:
    """Two linear venues of one lot and one or two of contracts that fit it badly."""
    sign = draw(st.sampled_from((1, -1)))
    made = []
    contracts = draw(st.sampled_from(((7,), (13,), (7, 11))))
    for step, counted in [(5, False), (5, False), *((step, True) for step in contracts)]:
        tick, ticks, upto, worth = draw(st.integers(98, 102)), [], [], []
        grains = value = 0
        for _ in range(draw(st.integers(1, 3))):
            size = step * draw(st.integers(1, 4))
            grains, value = grains + size, value + size * tick
            ticks.append(tick)
            upto.append(grains)
            worth.append(value)
            tick += sign * draw(st.integers(1, 3))
        least = step * draw(st.sampled_from((1, 1, 2)))
        fixed = draw(st.sampled_from((0, 0, 0, 40, 900)))
        net = sign * draw(st.integers(99, 101))
        most = grains if grains >= least else 0
        made.append(Offer(Curve(ticks, upto, worth), net, step, least, most, fixed, counted))
    return made


def answers(listed: list[Offer], need: int) -> tuple[Split, int | None]:
    """Return the split, and the price of waiting: a unit above the dearest grain of the sweep, if any."""
    merge = sweep([o.curve for o in listed])
    found = split(listed, need, merge)
    by_kernel = split(listed, need, merge, search=kernel)
    assert (found.taken, found.gap, found.dust) == (by_kernel.taken, by_kernel.gap, by_kernel.dust)
    least = min(need, sum(o.most for o in listed))
    most = [o.most for o in listed]
    swept = merge([o.net for o in listed], [o.step for o in listed], [0] * len(listed), most, least)
    worst = [o.net * o.curve.last_tick(t) for o, t in zip(listed, swept, strict=True) if t]
    return found, max(worst) + 1 if worst else None


@given(offers(), st.integers(1, 120))
def test_no_other_split_costs_less_with_what_it_leaves_at_the_price_of_waiting(
    listed: list[Offer], need: int
) -> None:
    found, waiting = answers(listed, need)
    need = min(need, sum(o.most for o in listed))
    left = need - sum(found.taken)
    for offer, taken in zip(listed, found.taken, strict=True):
        assert taken == 0 or offer.least <= taken <= offer.most
        assert taken % offer.step == 0
    assert left >= 0
    assert found.gap == 0
    crooked = len({o.step for o in listed if o.most}) > 1
    if crooked and waiting is not None:
        assert left == found.dust < max(o.step for o in listed if o.most)
        total = cost_of(listed, found.taken) + left * waiting
        choices = [[0, *range(o.least, o.most + 1, o.step)] if o.most else [0] for o in listed]
        for other in product(*choices):
            rest = need - sum(other)
            if 0 <= rest < max(o.step for o in listed if o.most):
                assert total <= cost_of(listed, other) + rest * waiting


@given(offers(), st.integers(1, 120), st.integers(1, 2))
def test_a_bound_on_venues_holds_with_or_without_dust(
    listed: list[Offer], need: int, most: int
) -> None:
    merge = sweep([o.curve for o in listed])
    found = split(listed, need, merge, venues_most=most, search=twin)
    assert sum(1 for taken in found.taken if taken) <= most
