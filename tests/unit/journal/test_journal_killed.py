"""What does a writer that is killed, or stopped with Ctrl-C, leave behind?"""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from router.journal.files import read_journal
from router.journal.sqlite import DURABLE, open_journal

# Says a row's number only after its commit has returned, as an engine sends only then.
_WRITER = """
import sys
from pathlib import Path
from router.journal.sqlite import DURABLE, GROUPED, open_journal
journal = open_journal(Path(sys.argv[1]), {"DURABLE": DURABLE, "GROUPED": GROUPED}[sys.argv[2]])
try:
    while True:
        journal.append("order", b"x" * 300, mono_ns=1, wall_ns=1)
        seq = journal.append("order", b"y" * 300, mono_ns=2, wall_ns=2)
        journal.commit()
        print(seq, flush=True)
except KeyboardInterrupt:
    pass
finally:
    journal.close()
"""


def stopped(path: Path, durability: str, after_rows: int, how: signal.Signals) -> int:
    """Run a writer, stop it once it has said `after_rows`, return the last row it said."""
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path), durability], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        said = 0
        for line in writer.stdout:
            said = int(line)
            if said >= after_rows:
                break
        writer.send_signal(how)
        rest = writer.stdout.read().splitlines()
        # A kill may cut the last line; what it cut was not said.
        whole = [int(line) for line in rest if line.isdecimal() and int(line) > said]
        writer.wait(timeout=30)
    return max([said, *whole[:-1]])


@pytest.mark.parametrize("after_rows", [2, 40, 400])
def test_a_killed_writer_leaves_every_committed_row(tmp_path: Path, after_rows: int) -> None:
    path = tmp_path / "journal.db"
    said = stopped(path, "DURABLE", after_rows, signal.SIGKILL)

    rows = list(read_journal(path))

    assert len(rows) >= said
    assert len(rows) % 2 == 0  # a commit is whole or absent
    journal = open_journal(path, DURABLE)  # the dead writer's lock is gone with it
    assert journal.append("order", b"next life", mono_ns=0, wall_ns=0) == len(rows) + 1
    journal.commit()
    journal.close()
    assert len(list(read_journal(path))) == len(rows) + 1


def test_a_killed_replay_leaves_whole_groups_of_commits(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    said = stopped(path, "GROUPED", 10_000, signal.SIGKILL)
    rows = list(read_journal(path))
    assert said - 2 * 1024 <= len(rows)
    assert len(rows) % 2048 == 0
    open_journal(path, DURABLE).close()


@pytest.mark.parametrize("durability", ["DURABLE", "GROUPED"])
def test_ctrl_c_leaves_every_committed_row(tmp_path: Path, durability: str) -> None:
    path = tmp_path / "journal.db"
    said = stopped(path, durability, 300, signal.SIGINT)
    rows = list(read_journal(path))
    assert len(rows) >= said
    assert len(rows) % 2 == 0
    open_journal(path, DURABLE).close()


def test_killed_again_and_again_the_chain_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    before = 0
    for _ in range(3):
        before = stopped(path, "DURABLE", before + 20, signal.SIGKILL)
        assert len(list(read_journal(path))) >= before
