"""How closely did a parent follow its schedule: for which share of its time was it in the band?

The band is the schedule, what should be done by now, plus and minus the larger of 5 % of the whole and
the slice that was due last. Pauses do not count; neither does what comes after the horizon.
"""

from bisect import bisect_right
from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate, pairwise

from strategies.pacing import Schedule
from venues.model.numbers import MONEY

_SHARE = 20  # one twentieth: 5 %


def inside_share(
    schedule: Schedule, done: Sequence[tuple[int, int]], *, end_ns: int
) -> Decimal | None:
    """Return the part of the time up to `end_ns` spent inside, 0 to 1; None if there was none.

    `done`: (ns, lots) of what traded, in the order of time.
    """
    begin_ns = schedule.pieces[0].from_ns
    end_ns = min(end_ns, schedule.pieces[-1].end_ns)
    paused = [(p.from_ns - p.paused_ns, p.from_ns) for p in schedule.pieces if p.paused_ns]
    times_ns = [at_ns for at_ns, _ in done]
    sums = list(accumulate((lots for _, lots in done), initial=0))
    marks = {begin_ns, end_ns, *times_ns, *_steps(schedule, begin_ns, end_ns)}
    marks.update(at_ns for pause in paused for at_ns in pause)
    moments = sorted(at_ns for at_ns in marks if begin_ns <= at_ns <= end_ns)
    inside_ns = whole_ns = 0
    for at_ns, until_ns in pairwise(moments):
        if any(a <= at_ns < b for a, b in paused):
            continue
        whole_ns += until_ns - at_ns
        away = abs(sums[bisect_right(times_ns, at_ns)] - schedule.due_lots(at_ns))
        total_lots = schedule.piece_at(at_ns).total_lots
        if away <= schedule.latest_lots(at_ns) or away * _SHARE <= total_lots:
            inside_ns += until_ns - at_ns
    return MONEY.divide(Decimal(inside_ns), Decimal(whole_ns)) if whole_ns else None


def _steps(schedule: Schedule, begin_ns: int, end_ns: int) -> Sequence[int]:
    """Return when the schedule steps: its slices and the beginnings of its pieces."""
    begins = [piece.from_ns for piece in schedule.pieces]
    steps = list(begins)
    for at_ns, until_ns in pairwise([*begins, end_ns]):
        following_ns = schedule.next_ns(max(at_ns, begin_ns))
        while following_ns is not None and following_ns <= until_ns:
            steps.append(following_ns)
            following_ns = schedule.next_ns(following_ns)
    return steps
