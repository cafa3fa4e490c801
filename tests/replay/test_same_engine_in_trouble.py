"""Promise 6 in bad weather: do live and replay stay the same when venues fail?"""

from pathlib import Path
from random import Random

import msgspec
import pytest

from tests.replay.runs import SECOND, lived, replayed, several_parents
from venues.model.ids import VenueId
from venues.synthetic.market import synthetic_tape
from venues.synthetic.small import small_tape
from venues.tape.recording import Tape

_DELAYED = {"arrival_late", "answer_late", "fill_late", "doubled", "canceled_unasked"}
_OF_SUBMITS = ("fill_late", "fill_missing", "reordered", "canceled_unasked")
_OF_ALL = ("request_lost", "arrival_late", "answer_missing", "answer_late", "doubled")


def faults(venues: list[VenueId], rng: Random) -> str:
    """Return config lines for up to nine faults, none twice at one command."""
    text, used = "", set[tuple[str, ...]]()
    for _ in range(rng.randrange(1, 10)):
        kind = rng.choice((*_OF_SUBMITS, *_OF_ALL, "silence"))
        command = "submit" if kind in _OF_SUBMITS else rng.choice(("submit", "cancel", "query"))
        key = ("silence",) if kind == "silence" else (command, str(rng.randint(1, 5)))
        venue = rng.choice(venues)
        if (venue, *key) in used:
            continue
        used.add((venue, *key))
        text += f'\n[[paper.fault]]\nvenue = "{venue}"\nkind = "{kind}"\n'
        if kind == "silence":
            text += f"from_ms = {rng.randrange(4000)}\nfor_ms = {rng.randrange(500, 8000)}\n"
            continue
        text += f'command = "{command}"\nnumber = {key[-1]}\n'
        if kind in _DELAYED:
            text += f"delay_ms = {rng.randrange(100, 20_000)}\n"
    return text


def same_to_the_byte(tape: Tape, where: Path, *, trouble: str, horizon_s: int) -> None:
    """Run both drivers over the same trouble."""
    specs = several_parents(horizon_s=horizon_s, quantity="40", symbol=tape.instruments[0].symbol)
    runs = [
        run(tape, specs, where / run.__name__, kernels=False, faults=trouble)
        for run in (replayed, lived)
    ]
    one, other = (msgspec.structs.replace(report, elapsed_s=0.0) for report in runs)
    assert one == other
    for name in ("fills.jsonl", "orders.jsonl", "plans.jsonl"):
        texts = {(where / run.__name__ / name).read_bytes() for run in (replayed, lived)}
        assert len(texts) == 1


def drawn(tape: Tape, seed: int) -> str:
    """Return the trouble of a seed."""
    return faults([i.venue for i in tape.instruments], Random(seed))


@pytest.mark.parametrize("seed", range(5))
def test_parents_that_end_in_time(tmp_path: Path, seed: int) -> None:
    tape = synthetic_tape(seed=seed, duration_ns=12 * SECOND, start_ns=SECOND)
    same_to_the_byte(tape, tmp_path, trouble=drawn(tape, seed), horizon_s=8)


@pytest.mark.parametrize("seed", range(5, 9))
def test_parents_that_outlive_their_tape(tmp_path: Path, seed: int) -> None:
    tape = small_tape(seed=seed, duration_ns=60 * SECOND, start_ns=SECOND, venues=3)
    same_to_the_byte(tape, tmp_path, trouble=drawn(tape, seed), horizon_s=70)


def test_fills_nobody_tells_when_the_tape_ends(tmp_path: Path) -> None:
    """Orders that are filled and thought to work are asked about ten seconds later: too late."""
    tape = synthetic_tape(seed=21, duration_ns=12 * SECOND, start_ns=SECOND)
    trouble = "".join(
        f'\n[[paper.fault]]\nvenue = "{i.venue}"\nkind = "fill_missing"\n'
        f'command = "submit"\nnumber = {number}\n'
        for i in tape.instruments
        for number in range(1, 13)
    )
    same_to_the_byte(tape, tmp_path, trouble=trouble, horizon_s=8)
