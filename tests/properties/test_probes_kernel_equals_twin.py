"""Do the virtual orders come to the same with kernels and without, in bulk and step by step?"""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.recordings import Script, tape_of
from venues.books.probes import C_FILLED, C_HELD, C_MARKS, C_PEGGED_FILLED, CELL_WORDS, NS_PER_S
from venues.model.market import level_key
from venues.paper.market import RecordedMarket
from venues.paper.played import QueueModel
from venues.ports import RANK_ARRIVAL

TENTH_NS = NS_PER_S // 10
INSTRUMENTS = 2


def lively_script(rng: Random, *, lasts_s: int) -> Script:
    """Return a book whose mid wanders tick by tick, mostly sane, with prints and silences."""
    script, at, middle = Script(), 1, 1000
    while at * TENTH_NS < lasts_s * NS_PER_S:
        middle += rng.choice((-1, 0, 0, 0, 0, 1))
        spread = 0 if rng.random() < 0.003 else 1  # crossed now and then
        rows = [
            (level_key(middle - k if side == 0 else middle + spread + k, side), rng.randrange(9))
            for side in (0, 1)
            for k in range(5)
        ]
        script.book(at * TENTH_NS, *rows, snapshot=rng.random() < 0.9 or at == 1)
        for _ in range(rng.choice((0, 1, 1, 3))):
            buys = rng.random() < 0.5
            tick = middle + (spread if buys else 0) + rng.choice((-2, 0, 0, 0, 2))
            script.trade(at * TENTH_NS + rng.randrange(8), buys, tick, rng.randrange(1, 12))
        at += rng.choice((1, 2, 5, 9)) if rng.random() < 0.998 else 40
    return script


def learned(
    scripts: list[Script], seed: int, *, kernels: bool, step_by_step: bool
) -> list[tuple[list[int], int, int, int]]:
    """Return all that was counted while own orders rested and were left out of what is read."""
    market = RecordedMarket(
        tape_of(*scripts),
        kernels=kernels,
        queue=QueueModel.PESSIMISTIC,
        stale_after_ns=2 * NS_PER_S,
        learn=True,
    )
    rng, now_ns = Random(seed), 0
    for number in range(60):
        now_ns += rng.randrange(1, 4 * NS_PER_S)
        if step_by_step:
            while (coming := market.peek()) and coming[:2] < (now_ns, RANK_ARRIVAL):
                market.play_one()
        else:
            while market.advance(now_ns, RANK_ARRIVAL).fills:
                pass
        i, side, tick = rng.randrange(INSTRUMENTS), rng.randrange(2), 1000 + rng.randrange(-6, 7)
        if not market.matcher.would_cross(i, side, tick):
            market.matcher.rest(i, number, side, tick, 3, now_ns)
            market.view.set_own(i, {level_key(tick, side): 3})
    probes = market.probes
    return [
        (probes.table(i).tolist(), probes.flow(i, 0), probes.flow(i, 1), probes.swing(i))
        for i in range(INSTRUMENTS)
    ]


@given(seed=st.integers(0, 2**32))
@settings(max_examples=15)
def test_every_way_of_playing_learns_the_same(seed: int) -> None:
    rng = Random(seed)
    scripts = [lively_script(rng, lasts_s=150) for _ in range(INSTRUMENTS)]
    told = [
        learned(scripts, seed, kernels=kernels, step_by_step=steps)
        for kernels in (False, True)
        for steps in (False, True)
    ]
    for other in told[1:]:
        assert other == told[0]


@pytest.mark.parametrize("word", [C_HELD, C_HELD + 3, C_FILLED, C_FILLED + 3, C_MARKS])
def test_the_markets_of_the_property_show_every_fate(word: int) -> None:
    scripts = [lively_script(Random(seed), lasts_s=150) for seed in (1, 2)]
    told = learned(scripts, 1, kernels=False, step_by_step=False)
    assert any(sum(table[word::CELL_WORDS]) > 0 for table, *_ in told)


def test_orders_the_touch_left_are_no_fills_of_pegged_ones() -> None:
    table = learned([lively_script(Random(3), lasts_s=150)] * 2, 1, kernels=True, step_by_step=True)
    words = table[0][0]
    assert (
        0 < sum(words[C_PEGGED_FILLED + 1 :: CELL_WORDS]) < sum(words[C_FILLED + 1 :: CELL_WORDS])
    )
