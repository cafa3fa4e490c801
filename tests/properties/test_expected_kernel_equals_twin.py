"""Is expected depth the same by kernel and by twin, never falling, and as displayed without a doubt?"""

from bisect import bisect_left
from itertools import accumulate

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from router.depth.expected import PARTS, TWIN, Foreseen, Shown
from router.depth.expected_kernel import KERNEL
from venues.books.layout import CHANGE_MOST, CHANGES, MORE_MOST, REACHES, WHOLE
from venues.model.market import Int64s

outcome = st.one_of(
    st.integers(0, WHOLE),
    st.integers(WHOLE, WHOLE + 50),
    st.just(WHOLE + MORE_MOST),
    st.just(WHOLE),
)
outcomes = st.lists(st.lists(outcome, min_size=REACHES, max_size=REACHES), max_size=70)
parts = st.integers(WHOLE // CHANGE_MOST, WHOLE * CHANGE_MOST)
changes = st.lists(parts, min_size=CHANGES * REACHES, max_size=CHANGES * REACHES)


def table(rows: list[list[int]]) -> Int64s:
    return np.array(rows, np.int64).reshape(len(rows), REACHES)


@st.composite
def shown_books(draw: st.DrawFn) -> Shown:
    """Return one side of a book: asks rise from the touch, bids fall."""
    touch = draw(st.sampled_from([1_000, 60_000, 6_000_000]))
    sign = draw(st.sampled_from([1, -1]))
    gaps = draw(st.lists(st.integers(1, max(touch // 500, 1)), min_size=1, max_size=12))
    deep = [touch + sign * far for far in accumulate(gaps)]
    lots = [draw(st.integers(1, 10 ** draw(st.integers(0, 9)))) for _ in deep]
    lot_grains = draw(st.sampled_from([1, 1000]))
    priced = draw(st.integers(1, len(deep)))
    upto = [total * lot_grains for total in accumulate(lots[:priced])]
    most = draw(st.integers(1, upto[-1] // lot_grains)) * lot_grains
    waits = (sign * deep[priced - 1] + draw(st.integers(-3, 20))) * PARTS
    return Shown(
        ticks=np.array(deep[:priced], np.int64),
        upto=np.array(upto, np.int64),
        most=most,
        block=-(-most // (draw(st.sampled_from([2, 32])) * lot_grains)) * lot_grains,
        deep=np.array(deep, np.int64),
        lots=np.array(lots, np.int64),
        enough=draw(st.sampled_from([3, 10**10])),
        lot_grains=lot_grains,
        sign=sign,
        reach=waits + draw(st.integers(0, PARTS - 1)),
        outcomes=table(draw(outcomes)),
        change=np.array(draw(changes), np.int64).reshape(CHANGES, REACHES),
        luck=draw(st.sampled_from([WHOLE, WHOLE * 3 // 4])),
    )


def sure(shown: Shown, rows: list[list[int]]) -> Shown:
    """The same book, with nothing to doubt but what `rows` say."""
    return msgspec.structs.replace(
        shown,
        enough=10**10,
        reach=max(shown.reach, shown.sign * int(shown.ticks[-1]) * PARTS),
        outcomes=table(rows),
        change=np.full((CHANGES, REACHES), WHOLE, np.int64),
        luck=WHOLE,
    )


def cheaper(shown: Shown, one: Foreseen, other: Foreseen) -> bool:
    """Whether any grain of `other` costs less than in `one`."""
    ends = sorted({*one.upto, *other.upto})
    prices = [[each.ticks[bisect_left(each.upto, end)] for end in ends] for each in (one, other)]
    return any(shown.sign * (b - a) < 0 for a, b in zip(*prices, strict=True))


def said(foreseen: Foreseen) -> Foreseen:
    if foreseen.rows is not None:
        assert [part.tolist() for part in foreseen.rows] == [foreseen.ticks, foreseen.upto]
    return msgspec.structs.replace(foreseen, rows=None)


@given(shown_books())
@settings(max_examples=400)
def test_kernel_and_twin_expect_the_same(shown: Shown) -> None:
    found, plain = said(KERNEL.foresee(shown)), said(TWIN.foresee(shown))
    assert msgspec.structs.asdict(found) == msgspec.structs.asdict(plain)
    signed = [shown.sign * tick for tick in found.ticks]
    assert signed == sorted(signed), "the curve must stay convex"
    assert found.upto == sorted(found.upto)
    assert found.upto[-1] == int(shown.upto[-1])
    dearest = max(shown.reach, shown.sign * int(shown.ticks[-1]) * PARTS)
    assert shown.sign * int(shown.deep[0]) * PARTS <= signed[0]
    assert signed[-1] <= dearest


@given(shown_books(), st.integers(1, 10**9), st.integers(-5, 40))
@settings(max_examples=400)
def test_kernel_and_twin_expect_the_same_to_fill(shown: Shown, grains: int, beyond: int) -> None:
    limit_tick = int(shown.deep[0]) + shown.sign * beyond
    found = KERNEL.filled(shown, grains, limit_tick)
    assert found == TWIN.filled(shown, grains, limit_tick)
    assert 0 <= found <= grains


@given(shown_books(), st.integers(0, 70))
def test_what_always_stayed_is_expected_to_stay(shown: Shown, times: int) -> None:
    trusted = sure(shown, [[WHOLE] * REACHES] * times)
    foreseen = KERNEL.foresee(trusted)
    levels = dict(zip(foreseen.upto, foreseen.ticks, strict=True))
    for tick, upto in zip(shown.ticks.tolist(), shown.upto.tolist(), strict=True):
        assert levels[upto] == tick * PARTS
    assert foreseen.displayed == int(shown.lots.sum())
    assert foreseen.there == foreseen.displayed * shown.lot_grains


@given(shown_books(), outcomes, st.integers(0, 69), st.integers(0, WHOLE))
def test_depth_that_goes_more_often_never_gets_cheaper(
    shown: Shown, rows: list[list[int]], place: int, share: int
) -> None:
    if not rows:
        return
    worse = [list(row) for row in rows]
    at = place % len(rows)
    worse[at] = [min(was, share) for was in worse[at]]
    before, after = [KERNEL.foresee(sure(shown, each)) for each in (rows, worse)]
    assert not cheaper(shown, before, after)


@given(shown_books(), outcomes)
def test_depth_of_which_more_goes_and_less_comes_never_gets_cheaper(
    shown: Shown, rows: list[list[int]]
) -> None:
    trusted = sure(shown, rows)
    change = np.array([[2 * WHOLE] * REACHES, [WHOLE // 2] * REACHES], np.int64)
    doubted = msgspec.structs.replace(trusted, change=change)
    assert not cheaper(shown, KERNEL.foresee(trusted), KERNEL.foresee(doubted))
