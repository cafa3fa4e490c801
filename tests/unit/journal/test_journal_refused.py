"""Is a journal that lost or changed anything refused, with a sentence and untouched?"""

import shutil
import sqlite3
from pathlib import Path

import pytest

from router.journal.chain import link
from router.journal.files import discard, read_journal
from router.journal.mark import read_mark, write_mark
from router.journal.ports import Mark
from router.journal.sqlite import DURABLE, GROUPED, open_journal
from venues.errors import InputError, RecoveryRefused

FILES = ("journal.db", "journal.db-wal", "journal.db.mark")


def add(path: Path, count: int) -> None:
    journal = open_journal(path, DURABLE)
    for _ in range(count):
        journal.append("fill", b"a body to find", mono_ns=1, wall_ns=2)
        journal.commit()
    journal.close()


def crashed(folder: Path, count: int = 5) -> Path:
    """Return a journal as a killed process leaves it: its rows still in the log."""
    live = folder / "live"
    journal = open_journal(live / "journal.db", DURABLE)
    for _ in range(count):
        journal.append("fill", b"a body to find", mono_ns=1, wall_ns=2)
        journal.commit()
    dead = folder / "dead"
    shutil.copytree(live, dead)
    journal.close()
    return dead / "journal.db"


def contents(folder: Path) -> dict[str, bytes]:
    """Return what each file holds; a reader may leave an empty log behind, which is no log."""
    read = {name: (folder / name).read_bytes() for name in FILES if (folder / name).exists()}
    return {name: content for name, content in read.items() if content}


def refuses(path: Path, sentence: str) -> bool:
    before = contents(path.parent)
    with pytest.raises(RecoveryRefused, match=sentence):
        open_journal(path, DURABLE)
    with pytest.raises(RecoveryRefused, match=sentence):
        open_journal(path, DURABLE)  # a second look finds the same
    return contents(path.parent) == before  # damage is evidence: nothing is repaired in passing


def test_a_crashed_journal_opens_with_every_row(tmp_path: Path) -> None:
    path = crashed(tmp_path)
    assert len(list(read_journal(path))) == 5
    journal = open_journal(path, DURABLE)
    assert journal.committed().seq == 5
    journal.close()


def test_a_deleted_log_is_noticed(tmp_path: Path) -> None:
    path = crashed(tmp_path)
    path.with_name("journal.db-wal").unlink()
    assert refuses(path, "ends at row 0, but its high-water mark says 5")


def test_a_cut_tail_of_the_log_is_noticed(tmp_path: Path) -> None:
    path = crashed(tmp_path)
    log = path.with_name("journal.db-wal")
    log.write_bytes(log.read_bytes()[:-100])
    assert refuses(path, "ends at row 4, but its high-water mark says 5")


def test_a_cut_tail_of_the_file_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    add(path, 60)
    path.write_bytes(path.read_bytes()[:-4096])
    assert refuses(path, "journal.db")


def test_an_old_backup_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    add(path, 3)
    shutil.copy(path, tmp_path / "backup")
    add(path, 2)
    shutil.copy(tmp_path / "backup", path)
    assert refuses(
        path, "ends at row 3, but its high-water mark says 5: the tail is lost or an old"
    )


def test_another_journal_of_the_same_length_is_noticed(tmp_path: Path) -> None:
    path, other = tmp_path / "journal.db", tmp_path / "other.db"
    add(path, 2)
    journal = open_journal(other, DURABLE)
    for _ in range(2):
        journal.append("fill", b"something else", mono_ns=1, wall_ns=2)
    journal.commit()
    journal.close()
    shutil.copy(other, path)
    assert refuses(path, "row 2 is not the one its high-water mark saw")


def test_a_lost_file_or_mark_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    add(path, 2)
    mark = path.with_name("journal.db.mark")
    kept = mark.read_bytes()
    mark.unlink()
    assert refuses(path, "has lost its high-water mark")
    mark.write_bytes(kept)
    path.unlink()
    assert refuses(path, "is gone, but its high-water mark says it had 2 rows")
    mark.unlink()
    path.with_name("journal.db-wal").write_bytes(b"left")
    assert refuses(path, "is gone, but its log")


@pytest.mark.parametrize("where", range(0, 160, 7))
def test_a_flipped_bit_in_the_mark_is_noticed(tmp_path: Path, where: int) -> None:
    path = tmp_path / "mark"
    write_mark(path, Mark(12, bytes(range(32))), synced=False)
    spelled = bytearray(path.read_bytes())
    where %= len(spelled)
    for bit in range(8):
        flipped = bytes([*spelled[:where], spelled[where] ^ 1 << bit, *spelled[where + 1 :]])
        path.write_bytes(flipped)
        with pytest.raises(RecoveryRefused, match="damaged"):
            read_mark(path)


def change(path: Path, statement: str, *values: object) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(statement, values)
    connection.close()


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE entries SET body = CAST('A body to find' AS BLOB) WHERE seq = 2", "row 2 is dam"),
        ("UPDATE entries SET wall_ns = wall_ns + 1 WHERE seq = 3", "row 3 is damaged: it fails"),
        ("UPDATE entries SET kind = 'fill ' WHERE seq = 1", "row 1 is damaged"),
        ("UPDATE entries SET body = 'a body to find' WHERE seq = 2", "changed its type"),
        ("UPDATE entries SET mono_ns = 1.5 WHERE seq = 2", "changed its type"),
        ("DELETE FROM entries WHERE seq = 2", "row 2 is missing, row 3 comes in its place"),
        ("DELETE FROM entries WHERE seq = 5", "ends at row 4"),
        ("PRAGMA user_version = 9", "is of version 9, only 1 is known"),
        ("PRAGMA application_id = 1", "is not a Fathom journal"),
        ("ALTER TABLE entries RENAME TO others", "cannot be read: no such table"),
    ],
)
def test_an_edited_journal_is_noticed(tmp_path: Path, statement: str, sentence: str) -> None:
    path = tmp_path / "journal.db"
    add(path, 5)
    change(path, statement)
    assert refuses(path, sentence)


def test_a_row_of_an_unknown_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    add(path, 1)
    last = next(iter(read_journal(path)))
    digest = link(last.hash, 2, "fill", 2, b"{}", 0, 0)
    change(path, "INSERT INTO entries VALUES (2, 'fill', 2, ?, 0, 0, ?)", b"{}", digest)
    assert refuses(path, "row 2 is of version 2, only 1 is known")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    add(path, 1)
    path.write_bytes(b"these are not the rows you are looking for" * 200)
    assert refuses(path, "not a database")


def test_two_writers_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    first = open_journal(path, DURABLE)
    with pytest.raises(RecoveryRefused, match=r"journal\.db\.lock is held: another Fathom"):
        open_journal(path, DURABLE)
    with pytest.raises(RecoveryRefused, match="held"):
        discard(path)
    first.append("fill", b"", mono_ns=0, wall_ns=0)
    first.commit()
    first.close()
    open_journal(path, GROUPED).close()


def test_a_refused_journal_is_not_left_locked(tmp_path: Path) -> None:
    path = crashed(tmp_path)
    log = path.with_name("journal.db-wal")
    kept = log.read_bytes()
    log.unlink()
    assert refuses(path, "ends at row 0")
    log.write_bytes(kept)
    open_journal(path, DURABLE).close()


def test_a_reader_is_kept_out_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = open_journal(path, DURABLE)
    journal.append("fill", b"", mono_ns=0, wall_ns=0)
    journal.commit()
    with pytest.raises(RecoveryRefused, match="locked"):
        list(read_journal(path))
    journal.close()


def test_a_crash_while_the_journal_is_being_made_is_no_loss(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    add(path, 0)
    path.unlink()
    path.with_name("journal.db.new").write_bytes(b"half a database")
    path.with_name("journal.db.new-wal").write_bytes(b"half a log")
    add(path, 1)
    assert len(list(read_journal(path))) == 1


def test_a_folder_that_cannot_be_used_is_the_users_to_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(InputError, match="name a folder that can be written"):
        open_journal(tmp_path / "file" / "journal.db", DURABLE)


def test_a_discarded_journal_starts_again_at_one(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "journal.db"
    add(path, 3)
    discard(path)
    assert sorted(file.name for file in path.parent.iterdir()) == ["journal.db.lock"]
    add(path, 1)
    assert [row.seq for row in read_journal(path)] == [1]


def test_reading_leaves_a_crashed_journal_as_it_was(tmp_path: Path) -> None:
    path = crashed(tmp_path)
    before = contents(path.parent)
    assert len(list(read_journal(path))) == 5
    assert len(list(read_journal(path))) == 5
    assert contents(path.parent) == before
