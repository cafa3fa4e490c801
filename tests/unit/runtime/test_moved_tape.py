"""What of a tape moves when it is played as if it began now?"""

from dataclasses import replace

from router.app.session import starting_at
from tests.unit.tape.folders import START_NS, good_tape
from venues.tape.recording import make_tape

BY_NS = 5_000_000_000


def test_funding_is_due_as_long_after_the_start_as_it_was() -> None:
    before = good_tape()
    perp, moved = before.recordings[1], starting_at(before, START_NS + BY_NS).recordings[1]
    assert (moved.deriv_local_ns - perp.deriv_local_ns).tolist() == [BY_NS, BY_NS]
    assert (moved.deriv_next_ns - perp.deriv_next_ns).tolist() == [BY_NS, BY_NS]


def test_no_time_stays_no_time() -> None:
    before = good_tape()
    perp = before.recordings[1]
    none = replace(perp, deriv_next_ns=perp.deriv_next_ns * 0)
    tape = make_tape("none", [none], start_ns=before.start_ns, end_ns=before.end_ns)
    assert starting_at(tape, 0).recordings[0].deriv_next_ns.tolist() == [0, 0]
