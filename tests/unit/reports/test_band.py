"""How is the share of time near the schedule counted?"""

from decimal import Decimal
from random import Random

from msgspec import structs

from router.reports.band import inside_share
from strategies.pacing import Schedule, forfeited, stretched, whole
from strategies.schedule import schedule, timetable

S = 1_000_000_000


def four_slices() -> Schedule:
    """Return 40 lots in four slices, ten seconds apart, from second 100 on."""
    slices = schedule(
        40,
        start_ns=100 * S,
        horizon_ns=40 * S,
        count=4,
        size_jitter=Decimal(0),
        time_jitter=Decimal(0),
        rng=Random(1),
    )
    piece = whole(start_ns=100 * S, end_ns=140 * S, lots=40)
    return Schedule(timetable(slices), 140 * S, (piece,))


def test_who_trades_each_slice_is_always_inside() -> None:
    done = [(101 * S, 10), (115 * S, 10), (121 * S, 10), (131 * S, 10)]
    assert inside_share(four_slices(), done, end_ns=131 * S) == 1


def test_who_is_two_slices_behind_is_outside_until_it_has_caught_up() -> None:
    done = [(125 * S, 30), (131 * S, 10)]
    # one slice behind is inside; from 110 to 125 it is two or three behind
    assert inside_share(four_slices(), done, end_ns=140 * S) == Decimal("0.625")


def test_who_is_far_ahead_is_outside_too() -> None:
    assert inside_share(four_slices(), [(100 * S, 40)], end_ns=200 * S) == Decimal("0.5")


def test_a_pause_does_not_count() -> None:
    plain = four_slices()
    piece = stretched(plain, paused_at_ns=105 * S, now_ns=205 * S)
    paused = structs.replace(plain, pieces=(*plain.pieces, piece))
    done = [(100 * S, 10), (210 * S, 10), (220 * S, 10), (230 * S, 10)]
    assert inside_share(paused, done, end_ns=240 * S) == 1


def test_what_a_pause_forfeits_is_not_waited_for() -> None:
    plain = four_slices()
    piece = forfeited(plain, paused_at_ns=105 * S, now_ns=125 * S)
    paused = structs.replace(plain, pieces=(*plain.pieces, piece))
    assert paused.due_lots(140 * S) == 20
    assert inside_share(paused, [(100 * S, 10), (130 * S, 10)], end_ns=140 * S) == 1


def test_without_time_there_is_no_share() -> None:
    assert inside_share(four_slices(), [], end_ns=100 * S) is None
