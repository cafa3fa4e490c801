"""Do all legs that can arrive together do so, and does nobody wait longer than the bound?"""

from hypothesis import given
from hypothesis import strategies as st

from router.routing.release import offsets_ns

_WAYS = st.lists(st.none() | st.integers(0, 10**9), max_size=12)


def test_a_near_order_waits_for_a_far_one() -> None:
    assert offsets_ns([3, 40], 50) == [37, 0]


def test_a_venue_beyond_the_bound_holds_nobody_and_the_others_still_meet() -> None:
    assert offsets_ns([3, 700, 20], 50) == [17, 0, 0]


def test_a_bound_of_nothing_holds_nobody() -> None:
    assert offsets_ns([3, 40, None], 0) == [0, 0, 0]


@given(_WAYS, st.integers(0, 10**9))
def test_nobody_waits_beyond_the_bound_and_all_within_it_arrive_as_one(
    ways: list[int | None], within: int
) -> None:
    waits = offsets_ns(ways, within)
    assert len(waits) == len(ways)
    assert all(0 <= wait <= within for wait in waits)
    known = [(way, wait) for way, wait in zip(ways, waits, strict=True) if way is not None]
    assert all(wait == 0 for way, wait in zip(ways, waits, strict=True) if way is None)
    if known:
        nearest = min(way for way, _ in known)
        assert len({way + wait for way, wait in known if way - nearest <= within}) == 1
        assert all(wait == 0 for way, wait in known if way - nearest > within)
