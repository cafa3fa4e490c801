"""Does recovery refuse every journal it does not understand, in a sentence that names the row?"""

import msgspec
import pytest

from router.engine.fold import decode, fold_row
from router.engine.records import VERSION, Halted, ProvenAbsent, Record, RunOpened
from router.engine.state import EngineState
from router.orders.reconcile import DoubtMargins
from router.risk.halt import Halt
from router.risk.sent import SentCounter
from venues.errors import RecoveryRefused
from venues.model.ids import RunId

RUN = RunId("a-run")


def blank() -> EngineState:
    return EngineState(
        members={}, memory_types={}, sent=SentCounter(), halt=Halt(), margins=DoubtMargins()
    )


def body(record: Record) -> bytes:
    return msgspec.json.encode(record)


def opening(run: str = RUN, records: int = VERSION) -> bytes:
    return body(RunOpened(RunId(run), 1, "config", "9.9", records))


def test_a_record_comes_back_as_it_was_written() -> None:
    record = Halted("enough", 7)
    assert decode(3, "halted", body(record)) == record


def test_a_halt_is_remembered() -> None:
    state = blank()
    fold_row(state, RUN, 1, "run_opened", opening())
    fold_row(state, RUN, 2, "halted", body(Halted("enough", 7)))
    assert state.halt.reason == "enough"


@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        ("teleported", b'{"type":"teleported"}', r"row 2 \(teleported\) cannot be read"),
        ("halted", b'{"type":"halted","reason":"x"}', r"row 2 \(halted\) cannot be read"),
        ("halted", b'{"type":"halted"', r"row 2 \(halted\) cannot be read"),
        ("decided", b'{"type":"halted","reason":"x","at_ns":1}', "row 2 says decided and holds"),
        ("run_opened", opening(records=VERSION + 1), f"only {VERSION} is known: use Fathom 9.9"),
        ("run_opened", opening("another"), "row 2 is of run another, this is run a-run"),
        ("proven_absent", body(ProvenAbsent("fa", 1)), "row 2 .* does not follow from the rows"),
    ],
)
def test_what_is_not_understood_is_refused(kind: str, text: bytes, sentence: str) -> None:
    state = blank()
    fold_row(state, RUN, 1, "run_opened", opening())
    with pytest.raises(RecoveryRefused, match=sentence):
        fold_row(state, RUN, 2, kind, text)


def test_a_journal_begins_with_the_opening_of_a_run() -> None:
    with pytest.raises(RecoveryRefused, match="begins with halted, not with the opening"):
        fold_row(blank(), RUN, 1, "halted", body(Halted("enough", 7)))
