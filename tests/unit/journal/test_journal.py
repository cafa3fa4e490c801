"""Does either journal keep what was committed, in order, and nothing else?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from router.journal.memory import MemoryJournal
from router.journal.ports import Journal
from router.journal.sqlite import DURABLE, GROUPED, Durability, open_journal


@dataclass
class Store:
    """A journal under test, and how the next process would open it."""

    journal: Journal
    reopen: Callable[[], Journal]


def on_disk(path: Path, durability: Durability) -> Store:
    return Store(open_journal(path, durability), lambda: open_journal(path, durability))


@pytest.fixture(params=["durable", "grouped", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    match request.param:
        case "durable":
            made = on_disk(tmp_path / "journal.db", DURABLE)
        case "grouped":
            made = on_disk(tmp_path / "journal.db", GROUPED)
        case _:
            memory = MemoryJournal()
            made = Store(memory, memory.crash)
    yield made
    made.journal.close()


def write(journal: Journal, *bodies: bytes) -> None:
    for number, body in enumerate(bodies):
        journal.append("fill", body, mono_ns=number, wall_ns=1_700_000_000_000_000_000 + number)


def bodies(journal: Journal) -> list[bytes]:
    return [row.body for row in journal.rows()]


def test_committed_rows_come_back_in_order_after_a_restart(store: Store) -> None:
    write(store.journal, b"1", b"2")
    store.journal.commit()
    write(store.journal, b"3")
    store.journal.commit()
    before = list(store.journal.rows())
    store.journal.close()

    after = store.reopen()

    assert list(after.rows()) == before
    assert [(row.seq, row.kind, row.body) for row in before] == [
        (1, "fill", b"1"),
        (2, "fill", b"2"),
        (3, "fill", b"3"),
    ]
    assert after.committed() == store.journal.committed()
    assert after.append("fill", b"4", mono_ns=0, wall_ns=0) == 4
    after.close()


def test_rows_that_were_never_committed_never_happened(store: Store) -> None:
    write(store.journal, b"kept")
    store.journal.commit()
    write(store.journal, b"lost")
    assert bodies(store.journal) == [b"kept"]
    store.journal.close()

    after = store.reopen()

    assert bodies(after) == [b"kept"]
    assert after.committed().seq == 1
    after.close()


def test_sequence_numbers_count_from_one_without_holes(store: Store) -> None:
    assert store.journal.committed().seq == 0
    numbers = [store.journal.append("wake", b"{}", mono_ns=0, wall_ns=0) for _ in range(3)]
    assert numbers == [1, 2, 3]


def test_a_commit_of_nothing_changes_nothing(store: Store) -> None:
    empty = store.journal.committed()
    store.journal.commit()
    assert store.journal.committed() == empty
    assert bodies(store.journal) == []


def test_rows_can_be_read_while_more_are_written(store: Store) -> None:
    write(store.journal, b"1", b"2")
    store.journal.commit()
    reading = store.journal.rows()
    first = next(reading)
    write(store.journal, b"3")
    store.journal.commit()
    assert first.body == b"1"
    assert next(reading).body == b"2"


def test_closing_twice_is_harmless_and_writing_after_it_is_our_bug(store: Store) -> None:
    store.journal.close()
    store.journal.close()
    with pytest.raises(ValueError, match="closed"):
        store.journal.append("fill", b"", mono_ns=0, wall_ns=0)
    with pytest.raises(ValueError, match="closed"):
        store.journal.commit()


def test_a_large_journal_comes_back_whole(store: Store) -> None:
    for number in range(10_000):
        store.journal.append("wake", b'{"n":%d}' % number, mono_ns=number, wall_ns=-number)
        if number % 7 == 0:
            store.journal.commit()
    store.journal.commit()
    store.journal.close()
    after = store.reopen()
    assert [row.mono_ns for row in after.rows()] == list(range(10_000))
    after.close()


def test_memory_and_disk_write_the_same_chain(tmp_path: Path) -> None:
    disk, memory = open_journal(tmp_path / "journal.db", DURABLE), MemoryJournal()
    for journal in (disk, memory):
        write(journal, b"a", b"", b"\x00\xff")
        journal.commit()
    assert list(disk.rows()) == list(memory.rows())
    assert disk.committed() == memory.committed()
    disk.close()


def test_group_commit_puts_many_commits_into_one_write(tmp_path: Path) -> None:
    journal = open_journal(tmp_path / "journal.db", GROUPED)
    write(journal, b"1")
    journal.commit()
    assert journal._written.seq == 0
    for _ in range(GROUPED.commits_a_write):
        write(journal, b"n")
        journal.commit()
    assert journal._written.seq == GROUPED.commits_a_write
    journal.close()
    again = open_journal(tmp_path / "journal.db", GROUPED)
    assert again.committed().seq == GROUPED.commits_a_write + 1
    again.close()


def test_a_crash_of_the_twin_kills_the_old_life() -> None:
    journal = MemoryJournal()
    write(journal, b"kept")
    journal.commit()
    write(journal, b"lost")
    after = journal.crash()
    assert bodies(after) == [b"kept"]
    with pytest.raises(ValueError, match="closed"):
        journal.commit()
