"""What does a recording look like when its book is rebuilt naively, message by message?"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from venues.model.market import BID
from venues.tape.recording import Recording

Doubles = npt.NDArray[np.float64]

WITHIN_BPS = (1.0, 5.0, 10.0)


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """Per message: times, touch, mid, depth; and lives in seconds of levels within 10 bps."""

    seconds: Doubles
    bid: Doubles  # ticks
    ask: Doubles  # ticks
    mid: Doubles  # price
    depth_k: Doubles  # messages x sides x WITHIN_BPS, thousand units of quote
    best_k: Doubles  # the best bid
    larger_within_5: Doubles  # 1 where a level within 5 bps is at least five times the best bid
    levels: Doubles
    lives_s: Doubles


def observe(recording: Recording) -> Observed:
    tick_size = float(recording.instrument.tick_size)
    lot_k = float(recording.instrument.lot_size) * tick_size / 1e3
    book: dict[int, int] = {}
    born: dict[int, tuple[int, int]] = {}
    lives: list[float] = []
    rows: list[list[float]] = []
    for m in range(recording.message_count):
        message = recording.message(m)
        now_ns = message.ts_exchange_ns
        fresh: list[int] = []
        for key, lots in zip(message.keys.tolist(), message.lots.tolist(), strict=True):
            if lots > 0:
                if key not in book:
                    fresh.append(key)
                book[key] = lots
            else:
                del book[key]
                since_ns, away_bps = born.pop(key, (0, 99))
                if since_ns and away_bps < 10:
                    lives.append((now_ns - since_ns) / 1e9)
        keys = np.fromiter(book.keys(), np.int64, len(book))
        tick, is_bid = keys >> 1, (keys & 1) == BID
        bid, ask = int(tick[is_bid].max()), int(tick[~is_bid].min())
        middle = (bid + ask) / 2
        value_k = np.fromiter(book.values(), np.int64, len(book)) * tick * lot_k
        away = np.abs(tick - middle) / middle * 1e4
        best_k = float(value_k[is_bid & (tick == bid)][0])
        depth = [
            float(value_k[side & (away <= within)].sum())
            for side in (is_bid, ~is_bid)
            for within in WITHIN_BPS
        ]
        larger = float((value_k[is_bid & (away <= 5)] >= 5 * best_k).any())
        rows.append([now_ns / 1e9, bid, ask, middle * tick_size, best_k, larger, len(book), *depth])
        if not message.is_snapshot:
            for key in fresh:
                born[key] = (now_ns, int(abs((key >> 1) - middle) / middle * 1e4))
    table = np.array(rows)
    return Observed(
        seconds=table[:, 0],
        bid=table[:, 1],
        ask=table[:, 2],
        mid=table[:, 3],
        best_k=table[:, 4],
        larger_within_5=table[:, 5],
        levels=table[:, 6],
        depth_k=table[:, 7:].reshape(-1, 2, len(WITHIN_BPS)),
        lives_s=np.array(lives),
    )


def sampled(observed: Observed, values: Doubles, at_s: Doubles) -> Doubles:
    """Return what was last known at each time."""
    last: Doubles = values[np.searchsorted(observed.seconds, at_s, side="right") - 1]
    return last


def autocorrelation(values: Doubles, steps: int) -> float:
    centred = values - values.mean()
    return float((centred[steps:] * centred[:-steps]).mean() / centred.var())
