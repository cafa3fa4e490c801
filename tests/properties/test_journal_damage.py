"""Can any flipped bit or cut change what a journal says without being noticed?"""

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.journal.files import read_journal
from router.journal.ports import Row
from router.journal.sqlite import DURABLE, open_journal
from venues.errors import RecoveryRefused

_BODY = b'{"client_order_id":"fa%04d","quantity":"0.5","price":"61800"}'


class Evidence:
    """A small journal as bytes; `whole` has all in its file, `crashed` its last half in the log."""

    def __init__(self, folder: Path, *, crashed: bool) -> None:
        path = folder / "live" / "journal.db"
        journal = open_journal(path, DURABLE)
        for number in range(40):
            journal.append("submit", _BODY % number, mono_ns=number, wall_ns=number)
            if number % 4 == 3:
                journal.commit()
            if number == 19:
                journal.close()
                journal = open_journal(path, DURABLE)
        if not crashed:
            journal.close()
        self.files = {file.name: file.read_bytes() for file in path.parent.iterdir()}
        if crashed:
            journal.close()
        self.rows = list(read_journal(path))
        self._numbers: Iterator[int] = itertools.count()
        self._folder = folder

    def read_with(self, name: str, content: bytes) -> list[Row] | None:
        """Return the rows if `name` held `content` instead, None if they are refused."""
        folder = self._folder / str(next(self._numbers))
        folder.mkdir()
        for other, kept in self.files.items():
            (folder / other).write_bytes(content if other == name else kept)
        try:
            journal = open_journal(folder / "journal.db", DURABLE)
        except RecoveryRefused:
            return None
        try:
            return list(journal.rows())
        finally:
            journal.close()
            shutil.rmtree(folder)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    return Evidence(tmp_path_factory.mktemp("whole"), crashed=False)


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    return Evidence(tmp_path_factory.mktemp("crashed"), crashed=True)


def flipped(content: bytes, bit: int) -> bytes:
    where = bit // 8
    return content[:where] + bytes([content[where] ^ 1 << bit % 8]) + content[where + 1 :]


def test_undamaged_evidence_reads_back(whole: Evidence, crashed: Evidence) -> None:
    assert "journal.db-wal" in crashed.files
    assert "journal.db-wal" not in whole.files
    for evidence in (whole, crashed):
        content = evidence.files["journal.db"]
        assert evidence.read_with("journal.db", content) == evidence.rows
        assert len(evidence.rows) == 40


@pytest.mark.parametrize("name", ["journal.db", "journal.db-wal", "journal.db.mark"])
@given(data=st.data())
def test_no_flipped_bit_changes_what_a_crashed_journal_says(
    crashed: Evidence, name: str, data: st.DataObject
) -> None:
    content = crashed.files[name]
    bit = data.draw(st.integers(0, len(content) * 8 - 1))
    assert crashed.read_with(name, flipped(content, bit)) in (None, crashed.rows)


@given(data=st.data())
def test_no_flipped_bit_changes_what_a_closed_journal_says(
    whole: Evidence, data: st.DataObject
) -> None:
    content = whole.files["journal.db"]
    bit = data.draw(st.integers(0, len(content) * 8 - 1))
    assert whole.read_with("journal.db", flipped(content, bit)) in (None, whole.rows)


@given(data=st.data())
def test_every_flipped_bit_inside_a_row_is_noticed(whole: Evidence, data: st.DataObject) -> None:
    content = whole.files["journal.db"]
    number = data.draw(st.integers(0, 39))
    start = content.index(_BODY % number)
    bit = data.draw(st.integers(start * 8, (start + len(_BODY % number)) * 8 - 1))
    assert whole.read_with("journal.db", flipped(content, bit)) is None


@pytest.mark.parametrize("name", ["journal.db", "journal.db-wal", "journal.db.mark"])
@given(data=st.data())
def test_every_cut_that_costs_a_row_is_noticed(
    crashed: Evidence, name: str, data: st.DataObject
) -> None:
    content = crashed.files[name]
    length = data.draw(st.integers(0, len(content) - 1))
    assert crashed.read_with(name, content[:length]) in (None, crashed.rows)


@given(data=st.data())
def test_every_flipped_bit_of_the_last_commit_in_the_log_is_noticed(
    crashed: Evidence, data: st.DataObject
) -> None:
    content = crashed.files["journal.db-wal"]
    page = 24 + 4096  # the last frame: its header and its page
    bit = data.draw(st.integers((len(content) - page) * 8, len(content) * 8 - 1))
    assert crashed.read_with("journal.db-wal", flipped(content, bit)) is None
