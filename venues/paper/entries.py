"""How does one entry of a recording change a book at its venue, or a book as we see it?

Before an entry changes anything, its book is known to have room: else the answer is NO_ROOM.
"""

from venues.books.jit import jit, jit_flat
from venues.books.kernels import (
    book_apply,
    book_deriv,
    book_level_count,
    book_print,
    book_show_own,
    book_take,
)
from venues.books.layout import H_SLOTS, H_TOUCHED, NO_ROOM
from venues.books.levels import most_entries
from venues.books.probe_kernels import probes_looked, probes_printed
from venues.books.probe_layout import P_ON
from venues.model.market import Int64s
from venues.paper.desk import (
    D_HEAD,
    D_RESTING,
    D_SEEN,
    D_TAIL,
    I_DUE,
    I_IS_TAKE,
    I_KEY,
    I_LOTS,
)
from venues.paper.matching import message_applied, print_applied
from venues.paper.played import CROSS_LEVELS
from venues.paper.schedule import (
    EXCHANGE,
    FIRST,
    INSTRUMENT,
    LOCAL,
    SECOND,
    THIRD,
    TIME,
    VENUE_BOOK,
    VIEW_BOOK,
    VIEW_TRADE,
    WHAT,
)


@jit_flat
def has_room(mem: Int64s, b: int, more: int) -> bool:
    """Return whether the book at `b` can hold and touch `more` levels more."""
    most = most_entries(mem[b + H_SLOTS])
    touched: int = mem[b + H_TOUCHED]
    return touched + more <= most and book_level_count(mem, b) + more <= most


@jit_flat
def show_impacts(mem: Int64s, b: int, desk: Int64s, impacts: Int64s, i: int, due: int) -> None:
    """Let our view of instrument `i` show what we did at the venue, as far as due."""
    at = desk[i, D_HEAD]
    end = desk[i, D_TAIL]
    while at < end and impacts[i, at, I_DUE] <= due:
        if impacts[i, at, I_IS_TAKE] != 0:
            book_take(mem, b, impacts[i, at, I_KEY], impacts[i, at, I_LOTS])
        else:
            book_show_own(mem, b, impacts[i, at, I_KEY], impacts[i, at, I_LOTS])
        at += 1
    desk[i, D_HEAD] = 0 if at == end else at
    desk[i, D_TAIL] = 0 if at == end else end


@jit_flat
def play_view_book(
    mem: Int64s,
    b: int,
    entries: Int64s,
    at: int,
    keys: Int64s,
    lots: Int64s,
    desk: Int64s,
    impacts: Int64s,
    i: int,
) -> bool:
    """Apply the book message of entry `at` to our view; False, and no change, without room."""
    first = entries[at, FIRST]
    end = entries[at, SECOND]
    waiting = desk[i, D_TAIL] - desk[i, D_HEAD]
    if waiting > 0:
        if not has_room(mem, b, end - first + waiting):
            return False
        show_impacts(mem, b, desk, impacts, i, 2 * desk[i, D_SEEN])
    snapshot = entries[at, THIRD] != 0
    exchange_ns = entries[at, EXCHANGE]
    local_ns = entries[at, LOCAL]
    if book_apply(mem, b, keys, lots, first, end, snapshot, exchange_ns, local_ns) == NO_ROOM:
        return False
    if waiting > 0:
        show_impacts(mem, b, desk, impacts, i, 2 * desk[i, D_SEEN] + 1)
    desk[i, D_SEEN] += 1
    return True


@jit_flat
def play_venue_book(
    mem: Int64s, b: int, entries: Int64s, at: int, keys: Int64s, lots: Int64s, resting: int
) -> bool:
    """Apply the book message of entry `at` at its venue; False, and no change, without room."""
    first = entries[at, FIRST]
    end = entries[at, SECOND]
    # The message may come through own orders, which then take what stands there on both sides.
    if resting > 0 and not has_room(mem, b, end - first + 2 * CROSS_LEVELS):
        return False
    snapshot = entries[at, THIRD] != 0
    exchange_ns = entries[at, EXCHANGE]
    local_ns = entries[at, LOCAL]
    return book_apply(mem, b, keys, lots, first, end, snapshot, exchange_ns, local_ns) != NO_ROOM


@jit
def play_venue(
    mem: Int64s,
    b: int,
    entries: Int64s,
    at: int,
    keys: Int64s,
    lots: Int64s,
    desk: Int64s,
    own: Int64s,
    impacts: Int64s,
    fills: Int64s,
    scratch: Int64s,
    model: int,
) -> int:
    """Play entry `at` at its venue; return the number of maker fills, or NO_ROOM (no change)."""
    i = entries[at, INSTRUMENT]
    resting = desk[i, D_RESTING] + desk[i, D_RESTING + 1]
    if entries[at, WHAT] == VENUE_BOOK:
        if not play_venue_book(mem, b, entries, at, keys, lots, resting):
            return NO_ROOM
        return message_applied(mem, b, desk, own, impacts, fills, scratch, model, i)
    if resting == 0:
        return 0
    tick = entries[at, FIRST]
    printed = entries[at, SECOND]
    return print_applied(desk, own, impacts, fills, model, i, entries[at, THIRD], tick, printed)


@jit_flat
def play_view(
    mem: Int64s,
    b: int,
    entries: Int64s,
    at: int,
    keys: Int64s,
    lots: Int64s,
    desk: Int64s,
    impacts: Int64s,
    probes: Int64s,
) -> int:
    """Play entry `at` in our view; return its market events, or NO_ROOM (no change)."""
    i = entries[at, INSTRUMENT]
    what = entries[at, WHAT]
    first: int = entries[at, FIRST]
    second: int = entries[at, SECOND]
    if what == VIEW_BOOK:
        if not play_view_book(mem, b, entries, at, keys, lots, desk, impacts, i):
            return NO_ROOM
        if probes[i, P_ON] != 0:
            probes_looked(probes[i], mem, b, entries[at, TIME])
        return second - first
    if what == VIEW_TRADE:
        book_print(mem, b, first, second)
        if probes[i, P_ON] != 0:
            taker_is_buy = entries[at, THIRD]
            probes_printed(probes[i], mem, b, taker_is_buy, first, second, entries[at, TIME])
        return 1
    book_deriv(mem, b, first, second, entries[at, THIRD])
    return 0
