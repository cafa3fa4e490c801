"""What is expected of an order that rests, where much has been seen and where nothing has."""

import numpy as np
import pytest

from router.depth.fills import WHOLE, Counted, adverse, away, counted, fate, pegged
from venues.books.probes import (
    C_ADVERSE,
    C_FILLED,
    C_HELD,
    C_MARKS,
    C_MOVED,
    C_PEGGED,
    C_PEGGED_FILLED,
    ONE,
    QUEUES,
    TABLE_WORDS,
    cell_at,
)
from venues.model.market import ASK, BID, Int64s

MANY = 100_000
CALM = 0


def table(
    stood: int, filled: tuple[int, ...], *, moved: int = 0, queue: int = 2, words: int = C_HELD
) -> Int64s:
    """Return `stood` orders a side at the touch, of which so many are filled in each interval."""
    told = np.zeros(TABLE_WORDS, np.int64)
    for side in (BID, ASK):
        cell, left = cell_at(side, 0, CALM, queue), stood
        for n, hits in enumerate(filled):
            told[cell + words + n] = left * ONE
            told[cell + words + 4 + n] = hits * ONE
            left -= hits
            told[cell + C_MOVED + n] = left * moved * ONE
    return told


def known(of: Int64s) -> Counted:
    return Counted(of, (0, 0), 0)


def test_where_much_was_seen_the_chance_is_what_became_of_them() -> None:
    seen = known(table(MANY, (MANY // 10, MANY // 5, MANY // 5, MANY // 4)))
    chances = [chance / WHOLE for chance in fate(seen, BID, 0, 2).filled]
    assert chances == pytest.approx([0.1, 0.3, 0.5, 0.75], abs=0.002)


def test_where_nothing_was_seen_the_prior_speaks_and_it_rises_with_time() -> None:
    chances = fate(known(np.zeros(TABLE_WORDS, np.int64)), BID, 0, 2).filled
    assert list(chances) == sorted(chances)
    assert 0 < chances[0] < chances[-1] < WHOLE


def test_who_was_taken_out_of_sight_is_no_fill_and_no_failure() -> None:
    # A thousand stood at first, half of them were lost from sight; one in ten filled in each interval.
    told = np.zeros(TABLE_WORDS, np.int64)
    for side in (BID, ASK):
        cell = cell_at(side, 0, CALM, 2)
        for n, (stood, hits) in enumerate(((MANY, MANY // 10), (MANY // 2, MANY // 20))):
            told[cell + C_HELD + n], told[cell + C_FILLED + n] = stood * ONE, hits * ONE
    chances = [chance / WHOLE for chance in fate(known(told), ASK, 0, 2).filled[:2]]
    assert chances == pytest.approx([0.1, 0.19], abs=0.002)


def test_a_queue_nobody_saw_is_thought_of_as_the_place_is() -> None:
    seen = known(table(MANY, (MANY // 2,), queue=2))
    other = fate(seen, BID, 0, 4)
    assert other.orders == 0
    assert other.filled[0] == pytest.approx(WHOLE // 2, rel=0.01)


def test_one_side_alone_has_to_show_much_before_it_is_believed() -> None:
    told = np.zeros(TABLE_WORDS, np.int64)
    for side, hits in ((BID, 10), (ASK, 0)):
        told[cell_at(side, 0, CALM, 2) + C_HELD] = 20 * ONE
        told[cell_at(side, 0, CALM, 2) + C_FILLED] = hits * ONE
    bid, ask = (fate(known(told), side, 0, 2).filled[0] for side in (BID, ASK))
    assert ask < bid < ask + WHOLE // 10


def test_what_the_mid_goes_away_from_those_who_wait_comes_against_those_who_are_filled() -> None:
    seen = known(table(MANY, (MANY // 4,), moved=6_000))
    told = fate(seen, BID, 0, 2)
    # Three in four wait and lose 0.6 bps: the one that is filled has 1.8 bps against it.
    assert told.against[0] == pytest.approx(18_000, rel=0.01)
    assert away(seen, BID, 0, 2)[0] == pytest.approx(6_000, rel=0.01)


def test_a_trend_of_the_recording_is_no_law() -> None:
    told = np.zeros(TABLE_WORDS, np.int64)
    for side, moved in ((BID, 9_000), (ASK, -9_000)):
        cell = cell_at(side, 0, CALM, 2)
        told[cell + C_HELD], told[cell + C_MOVED] = MANY * ONE, MANY * moved * ONE
    assert abs(fate(known(told), BID, 0, 2).against[0]) <= 1


def test_pegged_orders_and_what_follows_a_fill_are_counted_apart() -> None:
    told = table(MANY, (MANY // 10,))
    for side in (BID, ASK):
        cell = cell_at(side, 0, CALM, 2)
        told[cell + C_PEGGED], told[cell + C_PEGGED_FILLED] = MANY * ONE // 2, MANY * ONE // 10
        told[cell + C_MARKS], told[cell + C_ADVERSE] = MANY * ONE, MANY * ONE * 5_000
    assert pegged(known(told), BID, 0, 2)[0] == pytest.approx(WHOLE // 5, rel=0.01)
    assert adverse(known(told), BID, 0, 2) == pytest.approx(5_000, rel=0.01)


class _Probes:
    """What a book of probes says, without a book."""

    def looked(self, i: int, now_ns: int) -> None: ...
    def printed(self, i: int, taker_is_buy: bool, tick: int, lots: int, now_ns: int) -> None: ...
    def table(self, i: int) -> Int64s:
        return table(100, (10,))

    def flow(self, i: int, side: int) -> int:
        return 5 + side

    def swing(self, i: int) -> int:
        return 7

    def teach(self, i: int, table: Int64s, flows: tuple[int, int], swing: int) -> None: ...


def test_what_is_known_of_a_book_is_read_at_once() -> None:
    read = counted(_Probes(), 0)
    assert (read.orders, read.flows, read.swing) == (200, (5, 6), 7)
    assert QUEUES == 5
