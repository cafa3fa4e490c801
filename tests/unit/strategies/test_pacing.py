"""Whatever a trader does to a schedule on its way: does it still come to its end, lot by lot?"""

from collections.abc import Sequence
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from strategies.pacing import Schedule, amended, forfeited, stretched, whole
from strategies.schedule import schedule, timetable

S = 1_000_000_000
BEGIN_NS = 1_000 * S


def laid_out(lots: int, count: int, horizon_s: int, seed: int) -> Schedule:
    """Return a jittered schedule from `BEGIN_NS` on."""
    slices = schedule(
        lots,
        start_ns=BEGIN_NS,
        horizon_ns=horizon_s * S,
        count=count,
        size_jitter=Decimal("0.4"),
        time_jitter=Decimal("0.4"),
        rng=Random(seed),
    )
    end_ns = BEGIN_NS + horizon_s * S
    return Schedule(
        timetable(slices), end_ns, (whole(start_ns=BEGIN_NS, end_ns=end_ns, lots=lots),)
    )


def instants(plan: Schedule) -> Sequence[int]:
    """Return moments from the beginning to after the end."""
    end_ns = plan.pieces[-1].end_ns + S
    return [BEGIN_NS + (end_ns - BEGIN_NS) * n // 97 for n in range(98)]


deeds = st.lists(
    st.tuples(
        st.sampled_from(("stretch", "forfeit", "quantity", "horizon")),
        st.integers(1, 40),  # seconds until it happens
        st.integers(1, 60),  # seconds of a pause, or what is amended
    ),
    max_size=5,
)


def after(plan: Schedule, told: Sequence[tuple[str, int, int]]) -> tuple[Schedule, list[int]]:
    """Return the schedule after what was told, and when each thing was."""
    now_ns, moments = BEGIN_NS, []
    for what, wait_s, value in told:
        at_ns = now_ns + wait_s * S
        last = plan.pieces[-1]
        if at_ns >= last.end_ns:
            break
        match what:
            case "stretch":
                now_ns = at_ns + value * S
                piece = stretched(plan, paused_at_ns=at_ns, now_ns=now_ns)
            case "forfeit":
                now_ns = at_ns + value * S
                piece = forfeited(plan, paused_at_ns=at_ns, now_ns=now_ns)
            case "quantity":
                now_ns = at_ns
                piece = amended(plan, now_ns=now_ns, total_lots=value * 7, end_ns=last.end_ns)
            case _:
                now_ns = at_ns
                end_ns = BEGIN_NS + value * 10 * S
                piece = amended(plan, now_ns=now_ns, total_lots=last.total_lots, end_ns=end_ns)
        plan = structs.replace(plan, pieces=(*plan.pieces, piece))
        moments.append(now_ns)
    return plan, moments


@given(
    lots=st.integers(1, 500),
    count=st.integers(1, 40),
    horizon_s=st.integers(1, 300),
    seed=st.integers(0, 99),
    told=deeds,
)
def test_it_ends_with_exactly_its_total_and_asks_for_no_more_on_the_way(
    lots: int, count: int, horizon_s: int, seed: int, told: Sequence[tuple[str, int, int]]
) -> None:
    plan, _ = after(laid_out(lots, count, horizon_s, seed), told)
    last = plan.pieces[-1]
    assert plan.due_lots(max(last.end_ns, last.from_ns)) == last.total_lots
    since = [plan.due_lots(at_ns) for at_ns in instants(plan) if at_ns >= last.from_ns]
    assert since == sorted(since)
    assert all(0 <= due <= last.total_lots for due in since)


@given(
    lots=st.integers(1, 500),
    count=st.integers(1, 40),
    horizon_s=st.integers(1, 300),
    seed=st.integers(0, 99),
    told=deeds,
)
def test_each_slice_is_announced_before_it_is_due_and_nothing_is_due_in_between(
    lots: int, count: int, horizon_s: int, seed: int, told: Sequence[tuple[str, int, int]]
) -> None:
    plan, moments = after(laid_out(lots, count, horizon_s, seed), told)
    at_ns = moments[-1] if moments else BEGIN_NS
    while (following_ns := plan.next_ns(at_ns)) is not None:
        assert following_ns > at_ns
        assert plan.due_lots(following_ns - 1) == plan.due_lots(at_ns)
        assert plan.latest_lots(following_ns) == plan.due_lots(following_ns) - plan.due_lots(at_ns)
        at_ns = following_ns
    assert plan.slices_left(at_ns) == 0


@given(
    lots=st.integers(1, 500),
    pause_s=st.integers(1, 100),
    at_s=st.integers(0, 59),
    seed=st.integers(0, 99),
)
def test_a_stretched_schedule_is_the_old_one_so_much_later(
    lots: int, pause_s: int, at_s: int, seed: int
) -> None:
    old = laid_out(lots, 12, 60, seed)
    paused_at_ns = BEGIN_NS + at_s * S
    piece = stretched(old, paused_at_ns=paused_at_ns, now_ns=paused_at_ns + pause_s * S)
    new = structs.replace(old, pieces=(*old.pieces, piece))
    for at_ns in instants(old):
        if at_ns >= paused_at_ns:
            assert new.due_lots(at_ns + pause_s * S) == old.due_lots(at_ns)
