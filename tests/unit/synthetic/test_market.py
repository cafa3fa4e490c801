"""Is the synthetic market lawful and repeatable, whatever its seed?"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.synthetic.observed import observe
from venues.synthetic.draws import Draws, growth
from venues.synthetic.market import synthetic_tape
from venues.synthetic.small import SMALL_VENUES, small_tape
from venues.tape.recording import Recording, Tape

START_NS = 1_700_000_000 * 10**9
SECOND_NS = 10**9

# The same on every machine: if one of these changes, every recorded digest changes with it.
SYNTHETIC_7 = "98fd3997cbaa679b69dd185118761c6b101db4bf7c2b3d0e7f3a942bdfc13736"
SMALL_7 = "5ba75563144ea027c5d54884496b3bc757ce0b9bc16805e0c43d4130f747efeb"


def _synthetic(seed: int, seconds: int = 5) -> Tape:
    return synthetic_tape(seed=seed, duration_ns=seconds * SECOND_NS, start_ns=START_NS)


def _small(seed: int, venues: int = 2, seconds: int = 60) -> Tape:
    return small_tape(seed=seed, duration_ns=seconds * SECOND_NS, start_ns=START_NS, venues=venues)


def _assert_lawful(tape: Tape, recording: Recording) -> None:
    assert recording.msg_snapshot.tolist() == [True] + [False] * (recording.message_count - 1)
    assert np.diff(recording.msg_local_ns).min() > 0
    assert np.diff(recording.msg_exchange_ns).min() >= 0
    assert (recording.msg_local_ns > recording.msg_exchange_ns).all()
    assert tape.start_ns <= recording.msg_exchange_ns[0]
    assert recording.msg_local_ns[-1] <= tape.end_ns
    assert np.diff(recording.msg_start).min() >= 1
    assert recording.msg_start[-1] == recording.row_count
    assert recording.row_key.min() >= 2
    assert recording.row_lots.min() >= 0
    assert recording.trade_count == 0 or recording.trade_lots.min() >= 1
    assert recording.trade_count == 0 or np.diff(recording.trade_local_ns).min(initial=0) >= 0
    seen = observe(recording)
    assert (seen.bid < seen.ask).all()
    known = np.searchsorted(recording.msg_exchange_ns, recording.trade_exchange_ns, "right") - 1
    touch = np.where(recording.trade_is_buy, seen.ask[known], seen.bid[known])
    assert (recording.trade_tick == touch).all()


@settings(max_examples=8)
@given(st.integers(0, 2**40))
def test_no_venue_is_ever_crossed_and_every_print_is_at_its_touch(seed: int) -> None:
    tape = _synthetic(seed)
    assert len(tape.recordings) == 5
    for recording in tape.recordings:
        _assert_lawful(tape, recording)


@settings(max_examples=25)
@given(st.integers(0, 2**40), st.integers(1, 4), st.integers(1, 12), st.floats(0.5, 20))
def test_a_small_market_is_lawful_too(seed: int, venues: int, levels: int, rate: float) -> None:
    tape = small_tape(
        seed=seed,
        duration_ns=20 * SECOND_NS,
        start_ns=START_NS,
        venues=venues,
        levels=levels,
        messages_per_s=rate,
    )
    assert len(tape.recordings) == venues
    for recording in tape.recordings:
        assert recording.message_count == int(20 * rate)
        _assert_lawful(tape, recording)
        assert (observe(recording).levels == 2 * levels).all()


def test_every_book_is_known_within_a_tenth_of_a_second(tmp_path: Path) -> None:
    for recording in _synthetic(11).recordings:
        assert recording.msg_local_ns[0] - START_NS < SECOND_NS // 2


def test_a_seed_gives_the_same_market_on_every_machine() -> None:
    assert _synthetic(7).fingerprint.hex() == SYNTHETIC_7
    assert _small(7).fingerprint.hex() == SMALL_7


@pytest.mark.parametrize("hash_seed", ["0", "12345"])
def test_the_market_does_not_depend_on_the_order_of_hashes(hash_seed: str) -> None:
    code = (
        "from venues.synthetic.market import synthetic_tape; "
        f"print(synthetic_tape(seed=7, duration_ns={5 * SECOND_NS}, start_ns={START_NS})"
        ".fingerprint.hex())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        cwd=Path(__file__).resolve().parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == SYNTHETIC_7


def test_another_seed_gives_another_market() -> None:
    assert len({_synthetic(seed).fingerprint for seed in range(4)}) == 4
    assert len({_small(seed).fingerprint for seed in range(4)}) == 4


@pytest.mark.parametrize(
    ("seed", "seconds", "start_ns"), [(-1, 5, START_NS), (1, 0, START_NS), (1, 5, 0)]
)
def test_an_impossible_market_is_refused(seed: int, seconds: int, start_ns: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        synthetic_tape(seed=seed, duration_ns=seconds * SECOND_NS, start_ns=start_ns)


def test_more_small_venues_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="out of range"):
        _small(1, venues=len(SMALL_VENUES) + 1)


def test_chance_is_even_and_bell_shaped() -> None:
    draws = Draws(3, 1)
    even, bell = draws.uniform(100_000), draws.bell(100_000)
    assert abs(even.mean() - 0.5) < 0.01
    assert 0 <= even.min() < even.max() < 1
    assert abs(bell.mean()) < 0.02
    assert abs(bell.std() - 1) < 0.02
    assert set(draws.whole(3, 1_000).tolist()) == {0, 1, 2}


def test_two_streams_of_one_seed_are_not_alike() -> None:
    one, other = Draws(3, 1).uniform(10_000), Draws(3, 2).uniform(10_000)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.05


def test_growth_is_near_the_exponential() -> None:
    x = np.linspace(-4, 4, 81)
    assert np.abs(growth(x) / np.exp(x) - 1).max() < 0.01
