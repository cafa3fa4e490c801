"""When has a venue's own last or mark price come to a trigger? What a recording says, in exchange time.

Prints and marks are those of the recording: our own fills move neither, so when a trigger will be
reached is known the moment a stop arrives. Only the venue knows it; nobody is told before it happens.
"""

from typing import Final

import numpy as np

from venues.model.instrument import Instrument
from venues.model.market import DerivKind, Int64s
from venues.model.numbers import ceil_lots, floor_lots
from venues.model.order import Trigger, TriggerDirection, TriggerSource
from venues.tape.recording import DERIV_KINDS, Recording, Tape

_E12: Final = 10**12
_MARK: Final = DERIV_KINDS.index(DerivKind.MARK)


class _Series:
    """Values of one price by exchange time; equal times keep the order in which they were recorded."""

    __slots__ = ("times_ns", "values")

    def __init__(self, times_ns: Int64s, values: Int64s) -> None:
        order = np.argsort(times_ns, kind="stable")
        self.times_ns: Int64s = times_ns[order]
        self.values: Int64s = values[order]

    def upto(self, now_ns: int) -> int:
        """Return how many values were there at `now_ns`."""
        return int(np.searchsorted(self.times_ns, now_ns, side="right"))


class RecordedPrices:
    """The prices that triggers are held against (`venues.paper.ports.Prices`), by tape index."""

    def __init__(self, tape: Tape) -> None:
        self._instruments = tape.instruments
        self._last = [_Series(r.trade_exchange_ns, r.trade_tick) for r in tape.recordings]
        self._mark = [_mark(r) for r in tape.recordings]

    def reached(self, i: int, trigger: Trigger, now_ns: int) -> bool:
        """Return whether the price as it stands at `now_ns` is at the trigger; False without one."""
        series, least, most = self._asked(i, trigger)
        known = series.upto(now_ns)
        return known > 0 and least <= int(series.values[known - 1]) <= most

    def reached_ns(self, i: int, trigger: Trigger, after_ns: int) -> int | None:
        """Return when the price first comes to the trigger after `after_ns`; None: it never does."""
        series, least, most = self._asked(i, trigger)
        known = series.upto(after_ns)
        coming = series.values[known:]
        at = np.flatnonzero((coming >= least) & (coming <= most))
        return int(series.times_ns[known + at[0]]) if len(at) else None

    def _asked(self, i: int, trigger: Trigger) -> tuple[_Series, int, int]:
        """Return the series that is meant, and the least and the largest value that fire."""
        instrument = self._instruments[i]
        last = trigger.source is TriggerSource.LAST
        series = self._last[i] if last else self._mark[i]
        least, most = _bounds(instrument, trigger, last=last)
        return series, least, most


def _bounds(instrument: Instrument, trigger: Trigger, *, last: bool) -> tuple[int, int]:
    """Return the values that fire as a closed range: ticks of a last price, 10^-12 of a mark."""
    price = trigger.price if last else trigger.price * _E12
    step = instrument.tick_size if last else type(price)(1)
    beyond = int(np.iinfo(np.int64).max)
    if trigger.direction is TriggerDirection.UP:
        return ceil_lots(price, step), beyond
    return -beyond, floor_lots(price, step)


def _mark(recording: Recording) -> _Series:
    marks = recording.deriv_kind == _MARK
    return _Series(recording.deriv_exchange_ns[marks], recording.deriv_value_e12[marks])
