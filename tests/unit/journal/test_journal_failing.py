"""Does a journal that cannot be written stop everything, and keep what it had?"""

import subprocess
import sys
from pathlib import Path

import pytest

from router.journal.files import read_journal
from router.journal.memory import MemoryJournal
from router.journal.ports import Journal, JournalFailed
from router.journal.sqlite import DURABLE, GROUPED, SqliteJournal, open_journal

# A process whose files may not grow beyond a bound: what a full disk looks like from inside.
_CRAMPED = """
import resource, sys
from pathlib import Path
from router.journal.ports import JournalFailed
from router.journal.sqlite import DURABLE, open_journal
journal = open_journal(Path(sys.argv[1]), DURABLE)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
kept = 0
try:
    while True:
        journal.append("order", b"x" * 1000, mono_ns=0, wall_ns=0)
        journal.commit()
        kept += 1
except JournalFailed:
    print(kept)
"""


def bodies(path: Path) -> list[bytes]:
    return [row.body for row in read_journal(path)]


def fill_the_disk(journal: SqliteJournal) -> None:
    journal._connection.execute("PRAGMA max_page_count=3")
    for _ in range(20):
        journal.append("order", b"x" * 1000, mono_ns=2, wall_ns=2)


def refuses_everything(journal: Journal) -> bool:
    with pytest.raises(JournalFailed, match="full"):
        journal.append("order", b"more", mono_ns=3, wall_ns=3)
    with pytest.raises(JournalFailed, match="full"):
        journal.commit()
    return True


def test_a_full_disk_stops_the_journal_and_nothing_is_half_written(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = open_journal(path, DURABLE)
    journal.append("order", b"kept", mono_ns=1, wall_ns=1)
    journal.commit()
    fill_the_disk(journal)
    with pytest.raises(JournalFailed, match="full"):
        journal.commit()
    assert refuses_everything(journal)
    assert [row.body for row in journal.rows()] == [b"kept"]
    journal.close()

    assert bodies(path) == [b"kept"]
    again = open_journal(path, DURABLE)
    assert again.append("order", b"next", mono_ns=4, wall_ns=4) == 2
    again.commit()
    again.close()
    assert bodies(path) == [b"kept", b"next"]


def test_a_full_disk_found_at_the_end_of_a_replay_is_said(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = open_journal(path, GROUPED)
    journal.append("order", b"kept", mono_ns=1, wall_ns=1)
    journal.commit()
    assert len(list(journal.rows())) == 1
    fill_the_disk(journal)
    journal.commit()
    with pytest.raises(JournalFailed, match="full"):
        journal.close()
    assert bodies(path) == [b"kept"]
    open_journal(path, GROUPED).close()


def test_a_file_that_may_not_grow_keeps_every_commit_that_returned(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    done = subprocess.run(
        [sys.executable, "-c", _CRAMPED, str(path)], check=True, capture_output=True, text=True
    )
    kept = int(done.stdout)
    assert kept > 20
    assert kept <= len(bodies(path)) <= kept + 1
    open_journal(path, DURABLE).close()


def test_a_mark_that_cannot_be_written_stops_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = open_journal(path, DURABLE)
    (tmp_path / "journal.db.mark.new").mkdir()
    journal.append("order", b"known to the file only", mono_ns=1, wall_ns=1)
    with pytest.raises(JournalFailed, match="cannot be written"):
        journal.commit()
    with pytest.raises(JournalFailed):
        journal.append("order", b"more", mono_ns=1, wall_ns=1)
    journal.close()
    # The commit did not return, so nobody acted on it; that the row is there is true all the same.
    assert bodies(path) == [b"known to the file only"]


def test_an_interrupted_commit_is_never_continued(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = open_journal(path, DURABLE)
    journal.append("order", b"kept", mono_ns=1, wall_ns=1)
    journal.commit()

    class Interrupted:
        def execute(self, statement: str) -> None:
            raise KeyboardInterrupt

    real, journal._connection = journal._connection, Interrupted()  # type: ignore[assignment]
    journal.append("order", b"lost", mono_ns=2, wall_ns=2)
    with pytest.raises(KeyboardInterrupt):
        journal.commit()
    journal._connection = real
    with pytest.raises(JournalFailed, match="cut short"):
        journal.commit()
    journal.close()
    assert bodies(path) == [b"kept"]


def test_the_twin_runs_out_of_room_as_the_disk_does() -> None:
    journal = MemoryJournal(room=2)
    for body in (b"1", b"2"):
        journal.append("order", body, mono_ns=0, wall_ns=0)
    journal.commit()
    journal.append("order", b"3", mono_ns=0, wall_ns=0)
    with pytest.raises(JournalFailed, match="full"):
        journal.commit()
    assert refuses_everything(journal)
    assert [row.body for row in journal.crash().rows()] == [b"1", b"2"]
