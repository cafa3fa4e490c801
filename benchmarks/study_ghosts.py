"""Does depth leave one venue because another was traded at? A matrix, estimated on recorded venues.

For every pair of venues: what is cancelled at one within a while, in units per unit that just traded at
the other on the same side (van Kervel 2015, *Competition for Order Flow with Fast and Slow Traders*).
Legs that arrive together meet none of it; what matters is what is gone before the slowest arrives.
"""

from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from benchmarks.study_books import Doubles, Playing
from benchmarks.study_scores import BLOCK_NS, DRAWS, Interval
from venues.model.market import ASK, BID, Int64s

STEP_NS: Final = 50_000_000
WHILES_NS: Final = (50_000_000, 500_000_000)
NEAR_E6: Final = 160  # within 1.6 bps of the touch


class Ghost(msgspec.Struct, frozen=True, kw_only=True):
    """`cancelled` units at `there` within `while_ms` per unit traded at `traded`, both sides."""

    traded: str
    there: str
    while_ms: int
    cancelled: Interval


def ghosts(folder: Path) -> tuple[Ghost, ...]:
    """Return the matrix of the recording in `folder`."""
    playing = Playing(folder, derived=False)
    count = len(playing.tape.instruments)
    first_ns = max(int(r.msg_local_ns[0]) for r in playing.tape.recordings)
    last_ns = min(int(r.msg_local_ns[-1]) for r in playing.tape.recordings)
    times = np.arange(first_ns, last_ns, STEP_NS)
    traded = np.stack([_traded(playing, book, times) for book in range(count)])
    left = {while_ns: np.zeros((count, 2, len(times))) for while_ns in WHILES_NS}
    waiting: list[tuple[int, Int64s, Doubles]] = []
    for at, now_ns in enumerate(times.tolist()):
        playing.play_venues(now_ns)
        limits, shown = _look(playing)
        waiting.append((at, limits, shown))
        for while_ns, cells in left.items():
            steps = while_ns // STEP_NS
            if at >= steps:
                then, within, before = waiting[at - steps]
                cells[:, :, then] = before - _still(playing, within)
    found = []
    for while_ns, cells in left.items():
        steps = while_ns // STEP_NS
        inside = slice(1, len(times) - steps)
        blocks = times[inside] // BLOCK_NS
        for i in range(count):
            for j in range(count):
                if i != j:
                    own = _later(traded[j], steps)
                    cause = traded[i][:, : len(times) - steps - 1].reshape(-1)
                    effect = (cells[j] - own)[:, inside].reshape(-1)
                    found.append(
                        Ghost(
                            traded=str(playing.tape.instruments[i].venue),
                            there=str(playing.tape.instruments[j].venue),
                            while_ms=while_ns // 1_000_000,
                            cancelled=_slope(cause, effect, np.tile(blocks, 2)),
                        )
                    )
    return tuple(found)


def _traded(playing: Playing, book: int, times: Int64s) -> Doubles:
    """Return units traded from each time to the next, against bids and against asks."""
    r = playing.tape.recordings[book]
    lot = playing.scale.grains[book] * float(playing.scale.grain)
    place = np.searchsorted(times, r.trade_exchange_ns, side="right") - 1
    out = np.zeros((2, len(times)))
    for side, taker_buys in ((BID, False), (ASK, True)):
        mine = (r.trade_is_buy == taker_buys) & (place >= 0)
        np.add.at(out[side], place[mine], r.trade_lots[mine] * lot)
    return out


def _look(playing: Playing) -> tuple[Int64s, Doubles]:
    """Return the ticks looked at, and the units shown within them, per book and side."""
    count = len(playing.tape.instruments)
    limits = np.zeros((count, 2), np.int64)
    for book in range(count):
        for side in (BID, ASK):
            touch = playing.venue.best(book, side) or 0
            far = touch * NEAR_E6 // 1_000_000
            limits[book, side] = touch - far if side == BID else touch + far
    return limits, _still(playing, limits)


def _still(playing: Playing, limits: Int64s) -> Doubles:
    """Return the units within ticks looked at before."""
    out = np.zeros(limits.shape)
    for book in range(len(limits)):
        lot = playing.scale.grains[book] * float(playing.scale.grain)
        for side in (BID, ASK):
            tick = int(limits[book, side])
            lots = playing.venue.within(book, side, limit_tick=tick, enough=1 << 50)
            out[book, side] = lots * lot
    return out


def _later(traded: Doubles, steps: int) -> Doubles:
    """Return what trades at a venue itself in the `steps` from each time on."""
    upto = np.concatenate((np.zeros((2, 1)), np.cumsum(traded, axis=1)), axis=1)
    end = np.minimum(np.arange(traded.shape[1]) + steps, traded.shape[1])
    return np.asarray(upto[:, end] - upto[:, :-1])


def _slope(cause: Doubles, effect: Doubles, blocks: Int64s) -> Interval:
    """Return the least-squares slope and its 95 % interval, drawing whole blocks of time."""
    names, whose = np.unique(blocks, return_inverse=True)
    x = cause - cause.mean()
    y = effect - effect.mean()
    top, below = np.bincount(whose, x * y), np.bincount(whose, x * x)
    drawn = np.random.default_rng(1).integers(0, len(names), (DRAWS, len(names)))
    slopes = top[drawn].sum(axis=1) / below[drawn].sum(axis=1)
    low, high = np.quantile(slopes, (0.025, 0.975))
    return Interval(float(top.sum() / below.sum()), float(low), float(high))
