"""Does a recorded market play the same in bulk and step by step, with kernels and without?"""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.recorded_moves import INSTRUMENTS, Deeds, random_script
from tests.fakes.recordings import market_of, steps_until, stops_until
from venues.books.port import Capacity
from venues.model.market import BID, Int64s
from venues.paper.market import RecordedMarket
from venues.paper.played import QueueModel

LASTS_NS = 600
# Books that must grow in the middle of a run.
TIGHT = Capacity(window=256, slots=16)


def books_of(market: RecordedMarket) -> list[list[list[int]]]:
    """Return every level of every view and venue."""
    venue = market.matcher._books  # type: ignore[attr-defined]
    levels: list[Int64s] = []
    for i in range(INSTRUMENTS):
        market.matcher.would_cross(i, BID, 1)  # a venue's book is told what it is owed when asked
        levels.extend((market.view.all_levels(i), venue.all_levels(i)))
    return [part.tolist() for part in levels]


@pytest.mark.parametrize("queue", list(QueueModel))
@given(seed=st.integers(0, 2**32), pause_ns=st.sampled_from((5, 12, 60)))
@settings(max_examples=60)
def test_every_way_of_playing_sees_the_same(seed: int, pause_ns: int, queue: QueueModel) -> None:
    rng = Random(seed)
    scripts = [random_script(rng, lasts_ns=LASTS_NS) for _ in range(INSTRUMENTS)]
    told = []
    for kernels, room in ((False, None), (True, None), (True, TIGHT)):
        for play in (stops_until, steps_until):
            market = market_of(*scripts, kernels=kernels, queue=queue, room=room)
            deeds = Deeds(market, play, [])
            deeds.run(seed, lasts_ns=LASTS_NS, pause_ns=pause_ns)
            told.append((deeds.seen, books_of(market)))
    for other in told[1:]:
        assert other == told[0]
