"""Does an order wait for a stalled disk and then leave too late? It must not leave at all."""

import asyncio

from router.app.assembly import assemble
from router.app.session import live_over
from router.engine.inputs import SubmitParent
from router.journal.memory import MemoryJournal
from router.runtime.clocks import VirtualClock
from router.runtime.virtual import run_virtual
from router.settings.reader import default_config, read_settings
from tests.replay.runs import SECOND, several_parents
from venues.synthetic.small import small_tape


class SlowJournal(MemoryJournal):
    """A disk that takes `stall_ns` for every commit."""

    def __init__(self, clock: VirtualClock, stall_ns: int) -> None:
        super().__init__()
        self._clock = clock
        self._stall_ns = stall_ns

    def commit(self) -> None:
        super().commit()
        self._clock.advance_to(self._clock.now_ns() + self._stall_ns)


def requests_that_left(stall_ns: int) -> tuple[int, list[str]]:
    """Return how many requests reached venues, and the codes of what came back to one taker."""
    tape = small_tape(seed=4, duration_ns=20 * SECOND, start_ns=SECOND, venues=2)
    (spec,) = [s for s in several_parents(horizon_s=5, quantity="10") if s.id == "take"]
    clock = VirtualClock(tape.start_ns)
    journal = SlowJournal(clock, stall_ns)
    settings = read_settings(default_config())
    paper = assemble(tape, settings, [spec], seed=1, kernels=False, journal=journal)

    async def main() -> None:
        live = live_over(paper, clock, lambda _: None)
        running = asyncio.create_task(live.run())
        await clock.sleep_until(tape.start_ns + 2 * SECOND, 6)
        await live.put(SubmitParent(spec))
        await live.quiet()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    run_virtual(main, clock)
    seen = sum(len(venue.truth().requests) for venue in paper.venues)
    reasons = [c.closed_reason for c in paper.desk.engine.core.state.children.values()]
    return seen, reasons


def test_on_a_quick_disk_it_leaves() -> None:
    seen, reasons = requests_that_left(1_000_000)
    assert seen > 0
    assert not any(reasons)


def test_what_a_stalled_disk_held_up_beyond_its_deadline_is_not_sent() -> None:
    seen, reasons = requests_that_left(1_500_000_000)
    assert seen == 0
    assert reasons
    assert {reason.split(":")[0] for reason in reasons} <= {"late", "the book is stale"}
