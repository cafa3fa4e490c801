"""How does what is learned from the books outlive the process, and what does one decision weigh by?

The books themselves are learned from in bulk, outside the engine. A decision that used what was
learned is journalled with it now and then, so that a restart goes on from there.
"""

from collections.abc import Callable
from decimal import Decimal

import numpy as np

from router.depth.fills import counted
from router.engine.core import NS_PER_S, Core
from router.engine.records import Lesson, Lessons
from router.routing.plan import Plan
from router.routing.worth import Weighing
from venues.books.probes import CELL_WORDS, TABLE_WORDS
from venues.model.market import ASK, BID
from venues.model.numbers import MONEY, ZERO

# As often as this, at most, what was learned is journalled.
JOURNAL_NS = 60 * NS_PER_S


def weighing_of(core: Core, until_ns: int, taking: Callable[[], Plan] | None) -> Weighing | None:
    """Return what a passive decision weighs by; None where nothing is learned.

    `taking` plans to take the same quantity now, if it may be taken.
    """
    if not core.settings.learn_fills:
        return None
    return Weighing(
        known=lambda book: counted(core.probes, book),
        until_s=max(until_ns - core.now_ns, 0) // NS_PER_S if until_ns else None,
        instead=None if taking is None else lambda: _unit_price(taking()),
    )


def _unit_price(plan: Plan) -> Decimal | None:
    """Return what a market unit costs by `plan`, None where it does not take all."""
    taken = sum((leg.quantity for leg in plan.legs), ZERO)
    if plan.unrouted > ZERO or taken <= ZERO:
        return None
    return MONEY.divide(plan.expected_cost, taken)


def journal_lessons(core: Core) -> None:
    """Record what has been learned by now, unless that was done a short while ago."""
    last = core.state.lessons
    if last is not None and core.now_ns - last.at_ns < JOURNAL_NS:
        return
    core.note(
        Lessons(tuple(_lesson(core, i) for i in range(len(core.books.instruments))), core.now_ns)
    )


def _lesson(core: Core, i: int) -> Lesson:
    instrument, probes = core.books.instruments[i], core.probes
    rows = probes.table(i).reshape(-1, CELL_WORDS)
    full = np.flatnonzero(rows.any(axis=1)).tolist()
    return Lesson(
        venue=instrument.venue,
        symbol=instrument.symbol,
        cells={cell: tuple(rows[cell].tolist()) for cell in full},
        flows=(probes.flow(i, BID), probes.flow(i, ASK)),
        swing=probes.swing(i),
    )


def recall_lessons(core: Core) -> None:
    """Teach books of which nothing is known yet what was known when it was last journalled."""
    learned = core.state.lessons
    if learned is None or not core.settings.learn_fills:
        return
    lessons = {(lesson.venue, lesson.symbol): lesson for lesson in learned.lessons}
    for i, instrument in enumerate(core.books.instruments):
        lesson = lessons.get((instrument.venue, instrument.symbol))
        if lesson is None or core.probes.table(i).any():
            continue
        rows = np.zeros((TABLE_WORDS // CELL_WORDS, CELL_WORDS), np.int64)
        for cell, words in lesson.cells.items():
            rows[cell] = words
        core.probes.teach(i, rows.reshape(-1), lesson.flows, lesson.swing)
