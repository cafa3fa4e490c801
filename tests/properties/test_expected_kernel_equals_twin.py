"""Are expected prices the same by kernel and by twin, never falling, and as displayed without a doubt?"""

from itertools import accumulate

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from router.depth.expected import PARTS, Shown, twin
from router.depth.expected_kernel import kernel
from venues.books.layout import MORE_MOST, REACHES, WHOLE
from venues.model.market import Int64s


@st.composite
def shown_books(draw: st.DrawFn) -> Shown:
    """Return a book side with pieces to price: buys rise from a touch, sells fall (negated: rise)."""
    touch = draw(st.sampled_from([100, 60_000, 6_000_000]))
    sign = draw(st.sampled_from([1, -1]))
    gaps = draw(st.lists(st.integers(1, max(touch // 500, 1)), min_size=1, max_size=12))
    deep = [touch * sign + far for far in accumulate(gaps)]
    grains = [draw(st.integers(1, 10 ** draw(st.integers(0, 9)))) for _ in deep]
    curve = draw(st.integers(1, len(deep)))
    prices: list[int] = []
    upto: list[int] = []
    for price, size in zip(deep[:curve], grains[:curve], strict=True):
        cut = draw(st.integers(1, size))
        before = upto[-1] if upto else 0
        for end in sorted({cut, size}):
            prices.append(price)
            upto.append(before + end)
    return Shown(
        prices=prices,
        upto=upto,
        deep=np.array(deep, np.int64),
        grains=np.array(grains, np.int64),
        lot_grains=draw(st.sampled_from([1, 1000])),
        reach=(deep[curve - 1] + draw(st.integers(-3, 20))) * PARTS
        + draw(st.integers(0, PARTS - 1)),
        luck=draw(st.sampled_from([WHOLE, WHOLE * 3 // 4])),
    )


outcome = st.one_of(
    st.integers(0, WHOLE),
    st.integers(WHOLE, WHOLE + 50),
    st.just(WHOLE + MORE_MOST),
    st.just(WHOLE),
)
outcomes = st.lists(st.lists(outcome, min_size=REACHES, max_size=REACHES), max_size=70)


def table(rows: list[list[int]]) -> Int64s:
    return np.array(rows, np.int64).reshape(len(rows), REACHES)


@given(shown_books(), outcomes)
@settings(max_examples=400)
def test_kernel_and_twin_expect_the_same_prices(shown: Shown, rows: list[list[int]]) -> None:
    expected = kernel(shown, table(rows))
    assert expected == twin(shown, table(rows))
    assert expected == sorted(expected), "the curve must stay convex"
    for price, displayed in zip(expected, shown.prices, strict=True):
        assert shown.deep[0] * PARTS <= price <= max(displayed * PARTS, shown.reach)


@given(shown_books(), st.integers(0, 70))
def test_what_always_stayed_is_expected_to_stay(shown: Shown, times: int) -> None:
    sure = Shown(
        prices=shown.prices,
        upto=shown.upto,
        deep=shown.deep,
        grains=shown.grains,
        lot_grains=shown.lot_grains,
        reach=max(shown.reach, shown.prices[-1] * PARTS),
    )
    expected = kernel(sure, table([[WHOLE] * REACHES] * times))
    assert expected == [price * PARTS for price in shown.prices]


@given(shown_books(), outcomes, st.integers(0, 69), st.integers(0, WHOLE))
def test_depth_that_goes_more_often_never_gets_cheaper(
    shown: Shown, rows: list[list[int]], place: int, share: int
) -> None:
    if not rows:
        return
    worse = [list(row) for row in rows]
    at = place % len(rows)
    worse[at] = [min(was, share) for was in worse[at]]
    pairs = zip(twin(shown, table(rows)), twin(shown, table(worse)), strict=True)
    assert all(before <= after for before, after in pairs)
