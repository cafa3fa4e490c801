"""When does a watch fire, in plain Python? The oracle and the fallback of the watch kernels."""

from typing import assert_never

from venues.books.port import Books
from venues.books.watch import (
    MOST_LEVELS,
    TOP,
    DepthRow,
    PriceRow,
    Reading,
    StateRow,
    TouchRow,
    VolumeRow,
    WatchRow,
    band_limit,
    check_watch,
    watched,
)
from venues.model.market import ASK, BID, BookState


class TwinWatches:
    """Watches over any `Books`; see the protocol `Watches`."""

    def __init__(self, books: Books, stale_after_ns: int) -> None:
        self._books = books
        self._stale_after_ns = stale_after_ns
        self._rows: dict[int, WatchRow] = {}
        self._states: dict[int, tuple[BookState, ...]] = {}

    def set(self, slot: int, row: WatchRow, now_ns: int) -> None:
        """Arm `row`; see the protocol."""
        check_watch(slot, row, len(self._books.instruments))
        self.clear(slot)
        self._rows[slot] = row
        if isinstance(row, StateRow):
            self._states[slot] = tuple(self._state(i, now_ns) for i in row.members)

    def clear(self, slot: int) -> None:
        """Disarm `slot`; see the protocol."""
        self._rows.pop(slot, None)
        self._states.pop(slot, None)

    def fired(self, i: int, now_ns: int) -> tuple[int, ...]:
        """Return and disarm what holds after a message of `i`; see the protocol."""
        slots = [
            slot
            for slot, row in self._rows.items()
            if i in watched(row) and self._holds(slot, row, now_ns)
        ]
        return self._disarmed(slots)

    def next_expiry_ns(self) -> int | None:
        """Return when the first watched LIVE book turns STALE; see the protocol."""
        return min((due for due, _ in self._expiries()), default=None)

    def expired(self, now_ns: int) -> tuple[int, ...]:
        """Return and disarm what time has fired; see the protocol."""
        return self._disarmed([slot for due, slot in self._expiries() if due <= now_ns])

    def _disarmed(self, slots: list[int]) -> tuple[int, ...]:
        for slot in slots:
            self.clear(slot)
        return tuple(sorted(set(slots)))

    def _expiries(self) -> list[tuple[int, int]]:
        """Return (time, slot) for every watched book that was LIVE and will turn STALE."""
        due: list[tuple[int, int]] = []
        for slot, states in self._states.items():
            row = self._rows[slot]
            for i, state in zip(watched(row), states, strict=True):
                last_ns = self._books.last_local_ns(i)
                live_then = self._state(i, last_ns) is BookState.LIVE
                if state is BookState.LIVE and live_then:
                    due.append((last_ns + self._stale_after_ns + 1, slot))
        return due

    def _state(self, i: int, now_ns: int) -> BookState:
        return self._books.state(i, now_ns, self._stale_after_ns)

    def _holds(self, slot: int, row: WatchRow, now_ns: int) -> bool:
        match row:
            case PriceRow():
                return self._price_holds(row, now_ns)
            case TouchRow():
                best = self._books.best(row.i, row.side)
                return best is None or abs(best - row.peg_tick) >= row.ticks
            case DepthRow():
                return self._depth_holds(row, now_ns)
            case VolumeRow():
                return self._books.volume(row.i) >= row.lots
            case StateRow():
                states = self._states[slot]
                pairs = zip(row.members, states, strict=True)
                return any(self._state(i, now_ns) is not state for i, state in pairs)
            case _:
                assert_never(row)

    def _price_holds(self, row: PriceRow, now_ns: int) -> bool:
        scaled: list[int] = []
        for i, scale in zip(row.members, row.scales, strict=True):
            if self._state(i, now_ns) is not BookState.LIVE:
                continue
            half_steps = self._half_steps(i, row.reading)
            if half_steps is not None:
                scaled.append(min(half_steps * scale, TOP))
        if not scaled:
            return False
        scaled.sort()
        # Two medians in half steps: four times the price.
        four_times = scaled[(len(scaled) - 1) // 2] + scaled[len(scaled) // 2]
        return four_times >= 4 * row.level if row.above else four_times <= 4 * row.level

    def _half_steps(self, i: int, reading: Reading) -> int | None:
        """Return twice the price in steps of the instrument, None where there is none."""
        match reading:
            case Reading.LAST:
                price = self._books.last_tick(i)
            case Reading.MARK:
                price = self._books.mark(i)
            case Reading.INDEX:
                price = self._books.index(i)
            case Reading.MID:
                bid, ask = self._books.best(i, BID), self._books.best(i, ASK)
                return None if bid is None or ask is None else bid + ask
            case _:
                assert_never(reading)
        return None if price is None else 2 * price

    def _depth_holds(self, row: DepthRow, now_ns: int) -> bool:
        if self._state(row.i, now_ns) is not BookState.LIVE:
            return False
        half_ticks = self._half_steps(row.i, Reading.MID)
        if half_ticks is None:
            return False
        limit_tick = band_limit(half_ticks, row.side, row.within_e8)
        enough = row.lots + 1
        _, lots = self._books.levels(
            row.i, row.side, limit_tick=limit_tick, enough=enough, most=MOST_LEVELS
        )
        # Lots beyond `enough` decide nothing; Python sums because a level may be near 2^53.
        standing: int = sum(lots.tolist())
        return standing >= row.lots if row.above else standing <= row.lots
