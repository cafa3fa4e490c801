"""What does the engine do with what is learned of depth? Route by it, and write it down in time."""

from typing import Final

import numpy as np

from router.engine.core import Core
from router.engine.records import Learned
from router.routing.arrival import Learning
from venues.books.layout import OUTCOMES_LEAST, RING_WORDS, RINGS
from venues.model.ids import Symbol

# What is kept is of the last few minutes, and what is lost in a crash is learned anew in as many.
WRITE_EVERY_NS: Final = 900_000_000_000


def learning_of(core: Core, symbol: Symbol) -> Learning | None:
    """Return how a decision in the market of `symbol` uses what was learned; None where it does not."""
    if not core.settings.learn_depth:
        return None
    luck = core.state.luck
    members = core.scales[symbol].members
    return Learning(
        waiting_e6=core.settings.waiting_e6,
        expect=core.expect,
        luck={
            core.watching.book_of(*place): luck.share(place)
            for m in members
            if (place := (m.instrument.venue, m.instrument.symbol)) in luck.rows
        },
    )


def write_down(core: Core, symbol: Symbol) -> None:
    """Note what is known of the books of a market: once there is evidence, then now and then."""
    if not core.settings.learn_depth:
        return
    for m in core.scales[symbol].members:
        place = m.instrument.venue, m.instrument.symbol
        before = core.state.learned.get(place)
        if before is not None and core.now_ns - before.at_ns < WRITE_EVERY_NS:
            continue
        dumped = core.books.dump_outcomes(core.watching.book_of(*place))
        taken = tuple(dumped[:RINGS].tolist())
        if sum(taken) >= OUTCOMES_LEAST:
            kept = dumped[RINGS:].astype("<i8").tobytes()
            core.note(Learned(*place, taken, kept, core.now_ns))


def recall(core: Core) -> None:
    """Give the books back what was written down, those that know nothing themselves."""
    if not core.settings.learn_depth:
        return
    for place, record in core.state.learned.items():
        book = core.watching.book_of(*place)
        # A journal of before sizes were kept has words of four bytes: what it knew is learned anew.
        if len(record.kept) != 8 * RINGS * RING_WORDS:
            continue
        if not core.books.dump_outcomes(book)[:RINGS].any():
            kept = np.frombuffer(record.kept, "<i8").astype(np.int64)
            taken = np.array(record.taken, np.int64)
            core.books.restore_outcomes(book, np.concatenate((taken, kept)))
