"""Do the journal in memory and the one on disk agree on every history, crashes included?"""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from router.journal.memory import MemoryJournal
from router.journal.sqlite import DURABLE, GROUPED, Durability, open_journal

_STEP = st.one_of(
    st.binary(max_size=40),  # append
    st.just("commit"),
    st.just("restart"),
    st.just("read"),
)


@settings(max_examples=40)
@given(
    steps=st.lists(_STEP, max_size=40),
    durability=st.sampled_from([DURABLE, GROUPED]),
    kind=st.text(max_size=5),
    time_ns=st.integers(-(2**63), 2**63 - 1),
)
def test_twin_and_disk_agree(
    steps: list[bytes | str], durability: Durability, kind: str, time_ns: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        disk, memory = open_journal(path, durability), MemoryJournal()
        for step in [*steps, "restart"]:
            match step:
                case bytes():
                    numbers = [
                        journal.append(kind, step, mono_ns=time_ns, wall_ns=-1)
                        for journal in (disk, memory)
                    ]
                    assert numbers[0] == numbers[1]
                case "commit":
                    disk.commit()
                    memory.commit()
                case "restart":
                    disk.close()
                    disk, memory = open_journal(path, durability), memory.crash()
                case _:
                    assert list(disk.rows()) == list(memory.rows())
            assert disk.committed() == memory.committed()
        assert list(disk.rows()) == list(memory.rows())
        disk.close()
