"""How do the levels of one synthetic book come, change and go, message by message?

Each side has a fixed number of slots. Slot s may only hold ticks equal to s modulo the number of
slots, so two slots never hold the same level; a slot is empty (0 lots) or shows one level.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from venues.model.market import Int64s
from venues.synthetic.draws import Doubles, Draws, growth
from venues.synthetic.path import Touch
from venues.synthetic.profile import MID_PRICE, Profile
from venues.tape.recording import Bools

_CHUNK = 256  # messages whose chance is drawn at once
_BIRTH = 0.30  # an empty slot shows a level again, per message
_CHANGE = 0.08  # a level changes its size, per message
_FLEETING = 0.5  # share of levels that are gone in a moment
_FLEETING_LIFE_S = 0.12
_STEADY_LIFE_S = 6.0
_NEAR_BPS = 2.0
_NEAR_SHARE = 0.35  # of the levels appear this near, the rest anywhere in view
_CLASS_BPS = (1.0, _NEAR_BPS, 5.0)  # sizes differ within, between and beyond
_OCCUPIED = 0.8
_SIZE_SPREAD = 1.0  # sd of log size
_MEAN_OF_SPREAD = 1.85  # mean of what becomes of a size: its spread, changes and swell
_TOUCH_SHARE = 0.035  # median of best level over depth within 10 bps
_TOUCH_SPREAD = 1.1
_TOUCH_CHANGE = 0.2
_SWELL = 0.3  # sd of the log of a side's depth, apart from its levels
_SWELL_LIFE_S = 3.0
_TOUCH_RISK = 0.4  # of a former best level: its queue follows the price
_FLICKER_TIMES = 6.0
_FLICKER_BIRTH = 0.6
_UNSEEN = 60  # messages a book has lived before its first is seen


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Book rows in order, and how many belong to each message (at least one)."""

    keys: Int64s
    lots: Int64s
    per_message: Int64s


@dataclass(frozen=True, slots=True, eq=False)
class _Chance:
    """All that is drawn for a run of messages; first axis: message."""

    dies: Doubles  # m x slots, uniform
    appears: Doubles  # m x slots, uniform
    changes: Doubles  # m x slots, uniform
    fleeting: Bools  # m x slots
    away: Int64s  # m x slots, ticks from the touch
    factor: Doubles  # m x slots, of the mean size
    touch: Doubles  # m x 2, of the usual best size
    touch_changes: Bools  # m x 2
    flickers: Bools  # m


class BookModel:
    """One venue's book in motion; all arrays have one entry per slot, bids first, then asks."""

    __slots__ = (
        "_chances", "_class_ticks", "_lots", "_mean_lots", "_profile", "_residue", "_risk",
        "_side", "_sign", "_swell", "_tick", "_touch_lots",
    )  # fmt: skip

    def __init__(self, draws: Draws, profile: Profile) -> None:
        slots = profile.slots
        self._profile = profile
        self._chances = draws
        self._side = np.repeat(np.array([0, 1], dtype=np.int64), slots)
        self._sign = self._side * 2 - 1
        self._residue = np.tile(np.arange(slots, dtype=np.int64), 2)
        self._tick = np.zeros(2 * slots, dtype=np.int64)
        self._lots = np.zeros(2 * slots, dtype=np.int64)  # 0: the slot is empty
        self._risk = np.zeros(2 * slots)  # chance to be gone in the next message
        self._swell = [0.0, 0.0]  # per side, log of its depth against the usual
        self._class_ticks = np.array(_CLASS_BPS) * profile.ticks_per_bps
        self._mean_lots, self._touch_lots = _usual_lots(profile)

    def evolve(self, touch: Touch, traded: Int64s) -> Rows:
        """Return the rows of every message of `touch`; the first one lists the whole book.

        `traded[m, side]`: lots that traded against that side's best level since message m - 1.
        """
        rows: list[tuple[Int64s, Int64s]] = []
        bests = np.stack((touch.bid, touch.ask), axis=1).tolist()
        unseen = self._draw(_UNSEEN)
        for m in range(_UNSEEN):
            self._step(unseen, m, bests[0], (0, 0))
        for low in range(0, len(bests), _CHUNK):
            chance = self._draw(min(_CHUNK, len(bests) - low))
            for m, best in enumerate(bests[low : low + _CHUNK]):
                shown = (self._tick, self._lots if rows else np.zeros_like(self._lots))
                self._step(chance, m, best, traded[low + m].tolist())
                rows.append(self._news(*shown, best))
        keys, lots = zip(*rows, strict=True)
        per_message = np.array([len(k) for k in keys], dtype=np.int64)
        return Rows(np.concatenate(keys), np.concatenate(lots), per_message)

    def _step(self, chance: _Chance, m: int, best: Sequence[int], taken: Sequence[int]) -> None:
        """Move the book to the next message, whose best ticks are `best`."""
        profile, sign = self._profile, self._sign
        touch = np.array(best, dtype=np.int64)[self._side]
        reach = int(profile.view_bps * profile.ticks_per_bps)
        away = (self._tick - touch) * sign
        alive = self._lots > 0
        gone = alive & ((away < 0) | (away > reach) | (chance.dies[m] < self._risk))
        flicker = bool(chance.flickers[m])
        born = ~alive & (chance.appears[m] < (_FLICKER_BIRTH if flicker else _BIRTH))
        wanted = touch + sign * (chance.away[m] // (4 if flicker else 1))
        fresh = wanted + sign * ((sign * (self._residue - wanted)) % profile.slots)
        fresh -= np.where((fresh - touch) * sign > reach, sign * profile.slots, 0)
        tick = np.where(born, fresh, self._tick)
        away = (tick - touch) * sign
        born &= (away >= 0) & (away <= reach)
        mean = self._mean_lots[np.searchsorted(self._class_ticks, away)]
        times = np.where(born, _FLICKER_TIMES, 1.0) if flicker else 1.0
        changed = alive & ~gone & (chance.changes[m] < _CHANGE)
        scaled = self._lots * (0.6 + 0.8 / _CHANGE * chance.changes[m])
        size = np.where(born, mean * chance.factor[m] * times, scaled)
        whole = np.maximum(np.rint(size), 1.0).astype(np.int64)
        lots = np.where(gone, 0, np.where(born | changed, whole, self._lots))
        life_s = np.where(chance.fleeting[m], _FLEETING_LIFE_S, _STEADY_LIFE_S)
        message_s = profile.message_ms * 1e-3
        risk = 1.0 if flicker else message_s / (message_s + life_s)
        self._risk = np.where(born, risk, self._risk)
        for side in (0, 1):
            self._touch(chance, m, side, best[side], taken[side], tick, lots)
        self._tick, self._lots = tick, lots

    def _touch(
        self, chance: _Chance, m: int, side: int, best: int, taken: int, tick: Int64s, lots: Int64s
    ) -> None:
        """Put the best level of `side` into `tick` and `lots`; it stays as long as the price."""
        slots = self._profile.slots
        at = side * slots + best % slots
        left = int(self._lots[at]) - taken if self._tick[at] == best else 0
        if left <= 0 or chance.touch_changes[m, side]:
            left = max(int(self._touch_lots * chance.touch[m, side]), 1)
        tick[at], lots[at] = best, left
        self._risk[at] = _TOUCH_RISK

    def _news(self, tick: Int64s, lots: Int64s, best: Sequence[int]) -> tuple[Int64s, Int64s]:
        """Return the rows from the book as shown before to the book now: deletes, then sizes."""
        moved = self._tick != tick
        ended = np.flatnonzero((lots > 0) & (moved | (self._lots == 0)))
        put = np.flatnonzero((self._lots > 0) & (moved | (self._lots != lots)))
        if len(ended) + len(put) == 0:  # a message says something: repeat the best bid
            put = np.array([best[0] % self._profile.slots])
        keys = np.concatenate((tick[ended], self._tick[put])) * 2
        keys += np.concatenate((self._side[ended], self._side[put]))
        return keys, np.concatenate((np.zeros_like(ended), self._lots[put]))

    def _draw(self, messages: int) -> _Chance:
        """Draw the chance of the next messages."""
        profile, draws = self._profile, self._chances
        shape = (messages, 2 * profile.slots)
        near = draws.uniform(*shape) < _NEAR_SHARE
        away_bps = draws.uniform(*shape) * np.where(near, _NEAR_BPS, profile.view_bps)
        spread = growth(_SIZE_SPREAD * draws.bell(*shape))
        return _Chance(
            dies=draws.uniform(*shape),
            appears=draws.uniform(*shape),
            changes=draws.uniform(*shape),
            fleeting=draws.uniform(*shape) < _FLEETING,
            away=np.floor(away_bps * profile.ticks_per_bps).astype(np.int64),
            factor=spread * np.repeat(self._swells(messages), profile.slots, axis=1),
            touch=growth(_TOUCH_SPREAD * draws.bell(messages, 2)),
            touch_changes=draws.uniform(messages, 2) < _TOUCH_CHANGE,
            flickers=draws.uniform(messages) < profile.flicker_per_s * profile.message_ms * 1e-3,
        )

    def _swells(self, messages: int) -> Doubles:
        """Return m x 2 factors of a side's depth, wandering around 1."""
        keep = 1.0 - self._profile.message_ms * 1e-3 / _SWELL_LIFE_S
        spread = math.sqrt(1.0 - keep * keep) * _SWELL
        swells: list[list[float]] = []
        for bid, ask in self._chances.bell(messages, 2).tolist():
            self._swell = [
                self._swell[0] * keep + bid * spread,
                self._swell[1] * keep + ask * spread,
            ]
            swells.append(self._swell)
        return growth(np.array(swells))


def _usual_lots(profile: Profile) -> tuple[Doubles, float]:
    """Return the usual lots of a level per distance class of `_CLASS_BPS`, and of the best level.

    Chosen so that the expected depth within 1, 5 and 10 bps is the profile's.
    """
    lot_k = MID_PRICE * float(profile.lot_size) * 1e-3
    one, five, ten = profile.depth_k
    best_k = _TOUCH_SHARE * ten
    inner = max(one - best_k, 0.2 * one)
    mid, outer = (five - one) / 4, (ten - five) / 5
    width_bps = np.diff(np.array([0.0, *_CLASS_BPS, profile.view_bps]))
    class_k = np.array([inner, mid, mid, outer]) * width_bps
    levels = _OCCUPIED * profile.slots * _birth_shares(profile)
    usual = class_k / np.maximum(levels, 1.0) / lot_k / _MEAN_OF_SPREAD
    return usual, best_k / lot_k


def _birth_shares(profile: Profile) -> Doubles:
    """Return the share of levels that appear in each distance class, as `_step` places them."""
    even = (np.arange(64) + 0.5) / 64
    snap_bps = even * profile.slots / profile.ticks_per_bps  # on to the slot's next tick
    shares = np.zeros(len(_CLASS_BPS) + 1)
    for part, within_bps in ((_NEAR_SHARE, _NEAR_BPS), (1.0 - _NEAR_SHARE, profile.view_bps)):
        away = np.add.outer(even * within_bps, snap_bps).ravel()
        away = np.where(away > profile.view_bps, away - snap_bps[-1], away)
        classes = np.searchsorted(np.array(_CLASS_BPS), away)
        shares += part * np.bincount(classes, minlength=len(shares)) / len(away)
    return shares
