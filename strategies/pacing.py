"""Where should a parent stand by now, when its schedule was paused or amended on the way?

The first timetable is never laid out again. A piece says how the time and the lots it still had are
stretched from one moment on, so that slices keep their proportions and the sum stays exact.
"""

import msgspec

from strategies.schedule import Timetable


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """The schedule from `from_ns` on, as a stretch of what a timetable still had.

    Engine time `from_ns`..`end_ns` is `tau_ns` to the end of the timetable; the lots beyond its first
    `table_lots` become those from `base_lots` to `total_lots` (>= base_lots).
    """

    from_ns: int
    tau_ns: int
    end_ns: int
    table_lots: int
    base_lots: int
    total_lots: int
    paused_ns: int = 0  # how long the parent stood still just before


class Schedule(msgspec.Struct, frozen=True):
    """A timetable, when it ends in its own time, and its pieces, oldest first."""

    table: Timetable
    table_end_ns: int
    pieces: tuple[Piece, ...]

    def piece_at(self, at_ns: int) -> Piece:
        """Return the piece that holds at `at_ns`."""
        for piece in reversed(self.pieces):
            if piece.from_ns <= at_ns:
                return piece
        return self.pieces[0]

    def tau_ns(self, at_ns: int) -> int:
        """Return the time in the timetable at engine time `at_ns`."""
        piece = self.piece_at(at_ns)
        if at_ns >= piece.end_ns:
            return self.table_end_ns
        return piece.tau_ns + (at_ns - piece.from_ns) * self._left_ns(piece) // (
            piece.end_ns - piece.from_ns
        )

    def due_lots(self, at_ns: int) -> int:
        """Return the lots that should be in the market by `at_ns`."""
        piece = self.piece_at(at_ns)
        return self._lots(piece, self.table.due_lots(self.tau_ns(at_ns)))

    def latest_lots(self, at_ns: int) -> int:
        """Return the lots of the last slice that is due at `at_ns`, 0 before the first."""
        piece, tau_ns = self.piece_at(at_ns), self.tau_ns(at_ns)
        due = self.table.due_lots(tau_ns)
        return self._lots(piece, due) - self._lots(piece, due - self.table.latest_lots(tau_ns))

    def next_ns(self, at_ns: int) -> int | None:
        """Return when the next slice after `at_ns` is due; None after the last."""
        piece, tau_ns = self.piece_at(at_ns), self.tau_ns(at_ns)
        following_ns = self.table.next_ns(tau_ns)
        left_ns = self._left_ns(piece)
        if following_ns is None or at_ns >= piece.end_ns or not left_ns:
            return None
        ahead_ns = (following_ns - piece.tau_ns) * (piece.end_ns - piece.from_ns)
        return piece.from_ns - (-ahead_ns // left_ns)  # rounded up: it is due by then

    def slices_left(self, at_ns: int) -> int:
        """Return how many slices are still to come after `at_ns`."""
        return self.table.following(self.tau_ns(at_ns))

    def _left_ns(self, piece: Piece) -> int:
        return self.table_end_ns - piece.tau_ns

    def _lots(self, piece: Piece, table_lots: int) -> int:
        """Return the lots of `piece` that the first `table_lots` of the timetable stand for."""
        span = self.table.total_lots - piece.table_lots
        if table_lots >= self.table.total_lots or not span:
            return piece.total_lots
        part = max(table_lots - piece.table_lots, 0)
        return piece.base_lots + part * (piece.total_lots - piece.base_lots) // span


def whole(*, start_ns: int, end_ns: int, lots: int) -> Piece:
    """Return the first piece of a schedule: the timetable as it is."""
    return Piece(
        from_ns=start_ns,
        tau_ns=start_ns,
        end_ns=end_ns,
        table_lots=0,
        base_lots=0,
        total_lots=lots,
    )


def stretched(schedule: Schedule, *, paused_at_ns: int, now_ns: int) -> Piece:
    """Return the piece that goes on at `now_ns` where the pause began, as much later."""
    return Piece(
        from_ns=now_ns,
        tau_ns=schedule.tau_ns(paused_at_ns),
        end_ns=schedule.pieces[-1].end_ns + now_ns - paused_at_ns,
        table_lots=schedule.table.due_lots(schedule.tau_ns(paused_at_ns)),
        base_lots=schedule.due_lots(paused_at_ns),
        total_lots=schedule.pieces[-1].total_lots,
        paused_ns=now_ns - paused_at_ns,
    )


def forfeited(schedule: Schedule, *, paused_at_ns: int, now_ns: int) -> Piece:
    """Return the piece in which the slices of the pause are left out for good."""
    base = schedule.due_lots(paused_at_ns)
    missed = schedule.due_lots(now_ns) - base
    return Piece(
        from_ns=now_ns,
        tau_ns=schedule.tau_ns(now_ns),
        end_ns=schedule.pieces[-1].end_ns,
        table_lots=schedule.table.due_lots(schedule.tau_ns(now_ns)),
        base_lots=base,
        total_lots=schedule.pieces[-1].total_lots - missed,
        paused_ns=now_ns - paused_at_ns,
    )


def amended(schedule: Schedule, *, now_ns: int, total_lots: int, end_ns: int) -> Piece:
    """Return the piece that ends at `end_ns` with `total_lots`: what is due by now stays due."""
    return Piece(
        from_ns=now_ns,
        tau_ns=schedule.tau_ns(now_ns),
        end_ns=max(end_ns, now_ns),
        table_lots=schedule.table.due_lots(schedule.tau_ns(now_ns)),
        base_lots=min(schedule.due_lots(now_ns), total_lots),
        total_lots=total_lots,
    )
