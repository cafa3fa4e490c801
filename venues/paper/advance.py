"""How does a recorded market play in bulk? The kernel; `advance_twin` is its oracle.

Two books per instrument in one array: as we see it at `bases[i]`, at its venue at `bases[n + i]`.
An instrument with own orders or watches may stop the market and plays in the order of time; the
views of others follow up to the same instant, each by itself. The book of a venue where nothing of
ours rests is seen by nobody until an order gets there: what it is owed until then it is told in one
go (`settle`). Before an entry that touches a book changes anything, its book is known to have room:
else the kernel stops short, Python grows the book and calls again.
"""

from venues.books.jit import jit, jit_flat
from venues.books.layout import NO_ROOM
from venues.books.probe_layout import P_ON
from venues.books.watch_kernels import next_expiry, watches_expired, watches_fired
from venues.model.market import Int64s
from venues.paper.desk import (
    C_CUT_SET,
    C_CUT_STREAM,
    C_CUT_TIME,
    C_EVENTS,
    C_FILLS,
    C_FIRED,
    C_LEFT,
    C_NEXT,
    C_SHORT,
    C_SHORT_AT,
    C_TIME,
    C_VERDICT,
    D_APPLIED,
    D_RESTING,
    D_TOLD,
    PLAYED,
    STOPPED,
    VENUE_SHORT,
    VIEW_SHORT,
)
from venues.paper.entries import play_venue, play_venue_book, play_view
from venues.paper.schedule import INSTRUMENT, STREAMS, TIME, VENUE_BOOK, VENUE_TRADE, WHAT


@jit_flat
def comes_first(time_ns: int, stream: int, until_ns: int, until_stream: int) -> bool:
    """Return whether (time_ns, stream) is before (until_ns, until_stream)."""
    return time_ns < until_ns or (time_ns == until_ns and stream < until_stream)


@jit_flat
def rests(desk: Int64s, i: int) -> bool:
    """Return whether an own order rests in instrument `i`: anything of it may stop the market."""
    return bool(desk[i, D_RESTING] + desk[i, D_RESTING + 1] > 0)


@jit_flat
def next_stream(
    control: Int64s, entries: Int64s, streams: Int64s, desk: Int64s, counts: Int64s, every: bool
) -> int:
    """Return the stream that plays next of `every` one or of those that can stop, or -1.

    A watch alone waits for what we see, not for what a venue does.
    """
    n = len(desk)
    found = -1
    earliest = 0
    for i in range(n):
        whole = every or rests(desk, i)
        if not whole and counts[i] == 0:
            continue
        for kind in range(STREAMS):
            if not whole and kind in (VENUE_BOOK, VENUE_TRADE):
                continue
            stream = kind * n + i if kind < 3 else 3 * n + 2 * i + kind - 3
            at = control[C_NEXT + stream]
            if at == streams[stream + 1]:
                continue
            time_ns = entries[at, TIME]
            if found < 0 or comes_first(time_ns, stream, earliest, found):
                found = stream
                earliest = time_ns
    return found


@jit_flat
def settle(
    control: Int64s,
    entries: Int64s,
    keys: Int64s,
    lots: Int64s,
    mem: Int64s,
    bases: Int64s,
    desk: Int64s,
    i: int,
) -> bool:
    """Tell the book of instrument `i` at its venue all it is owed; False, for now, without room."""
    b = bases[len(desk) + i]
    end = control[C_NEXT + i]
    for at in range(desk[i, D_TOLD], end):
        if not play_venue_book(mem, b, entries, at, keys, lots, 0):
            desk[i, D_TOLD] = at
            control[C_SHORT] = i
            control[C_SHORT_AT] = at
            return False
        desk[i, D_APPLIED] += 1
    desk[i, D_TOLD] = end
    return True


@jit_flat
def first_after(
    entries: Int64s, at: int, end: int, stream: int, cut_ns: int, cut_stream: int
) -> int:
    """Return the first of the entries `at` to `end` of `stream` that is not before the cut."""
    step = 1
    last = at  # all before it are before the cut
    while last < end and comes_first(entries[last, TIME], stream, cut_ns, cut_stream):
        at = last + 1
        last += step
        step *= 2
    last = min(last, end)
    while at < last:
        middle = (at + last) // 2
        if comes_first(entries[middle, TIME], stream, cut_ns, cut_stream):
            at = middle + 1
        else:
            last = middle
    return at


@jit
def play_together(
    control: Int64s,
    every: bool,
    entries: Int64s,
    streams: Int64s,
    keys: Int64s,
    lots: Int64s,
    mem: Int64s,
    bases: Int64s,
    desk: Int64s,
    own: Int64s,
    impacts: Int64s,
    probes: Int64s,
    fills: Int64s,
    rows: Int64s,
    active: Int64s,
    counts: Int64s,
    grids: Int64s,
    fired: Int64s,
    scratch: Int64s,
    model: int,
    stale_ns: int,
) -> int:
    """Play in order what can stop, up to the cut or to a stop, which then becomes the cut.

    `every`: play the next thing of all, and no more. Returns as `advance`.
    """
    n = len(desk)
    timed = counts[n] > 0
    control[C_FIRED] = 0
    control[C_FILLS] = 0
    while True:
        stream = next_stream(control, entries, streams, desk, counts, every)
        at = 0 if stream < 0 else control[C_NEXT + stream]
        expiry = next_expiry(mem, bases, rows, active, counts, stale_ns) if timed else -1
        if expiry >= 0 and (stream < 0 or expiry < entries[at, TIME]):
            if comes_first(expiry, len(streams), control[C_CUT_TIME], control[C_CUT_STREAM]):
                control[C_TIME] = expiry
                control[C_FIRED] = watches_expired(
                    mem, bases, rows, active, counts, fired, expiry, stale_ns
                )
                control[C_CUT_TIME] = expiry
                control[C_CUT_STREAM] = len(streams)
                return STOPPED
            return PLAYED
        if stream < 0:
            return PLAYED
        time_ns = entries[at, TIME]
        if not comes_first(time_ns, stream, control[C_CUT_TIME], control[C_CUT_STREAM]):
            return PLAYED
        i = entries[at, INSTRUMENT]
        control[C_SHORT] = i
        control[C_SHORT_AT] = at
        if entries[at, WHAT] in (VENUE_BOOK, VENUE_TRADE):
            b = bases[n + i]
            got = play_venue(
                mem, b, entries, at, keys, lots, desk, own, impacts, fills, scratch, model
            )
            if got == NO_ROOM:
                return VENUE_SHORT
            control[C_FILLS] = got
            if entries[at, WHAT] == VENUE_BOOK:
                desk[i, D_TOLD] = at + 1
        else:
            got = play_view(mem, bases[i], entries, at, keys, lots, desk, impacts, probes)
            if got == NO_ROOM:
                return VIEW_SHORT
            control[C_EVENTS] += got
            if counts[i] > 0:
                control[C_FIRED] = watches_fired(
                    mem, bases, rows, active, counts, grids, scratch, fired, i, time_ns, stale_ns
                )
        control[C_NEXT + stream] = at + 1
        control[C_LEFT] -= 1
        control[C_TIME] = time_ns
        if every or control[C_FIRED] + control[C_FILLS] > 0:
            control[C_CUT_TIME] = time_ns
            control[C_CUT_STREAM] = stream
            return STOPPED


@jit_flat
def play_stream(
    control: Int64s,
    stream: int,
    until_ns: int,
    until_stream: int,
    entries: Int64s,
    streams: Int64s,
    keys: Int64s,
    lots: Int64s,
    mem: Int64s,
    bases: Int64s,
    desk: Int64s,
    impacts: Int64s,
    probes: Int64s,
) -> int:
    """Play one stream before (until_ns, until_stream); return as `play_apart`."""
    first = control[C_NEXT + stream]
    at = first
    end = streams[stream + 1]
    if stream // len(desk) in (VENUE_BOOK, VENUE_TRADE):
        at = first_after(entries, at, end, stream, until_ns, until_stream)
        end = at
    verdict = PLAYED
    while at < end and comes_first(entries[at, TIME], stream, until_ns, until_stream):
        i = entries[at, INSTRUMENT]
        got = play_view(mem, bases[i], entries, at, keys, lots, desk, impacts, probes)
        if got == NO_ROOM:
            control[C_SHORT] = i
            control[C_SHORT_AT] = at
            verdict = VIEW_SHORT
            break
        control[C_EVENTS] += got
        at += 1
    control[C_NEXT + stream] = at
    control[C_LEFT] -= at - first
    return verdict


@jit_flat
def play_apart(
    control: Int64s,
    entries: Int64s,
    streams: Int64s,
    keys: Int64s,
    lots: Int64s,
    mem: Int64s,
    bases: Int64s,
    desk: Int64s,
    impacts: Int64s,
    probes: Int64s,
) -> int:
    """Play what nothing of ours waits for up to the cut; return PLAYED or VIEW_SHORT.

    Stream after stream: what cannot stop the market may play in any order between instruments and
    between venue and view, and a book that is played for a while stays in the processor's cache.
    What venues do is only counted: their books are owed it, and prints meet nothing there.
    Where virtual orders stand in a book, its messages and its prints play by turns, in their time.
    """
    n = len(desk)
    for stream in range(len(streams) - 1):
        i = stream - n
        by_turns = 0 <= i < n and probes[i, P_ON] != 0
        playing = stream
        other = 3 * n + 2 * i
        while True:
            until_ns = control[C_CUT_TIME]
            until_stream = control[C_CUT_STREAM]
            more = False
            if by_turns:
                at = control[C_NEXT + other]
                more = at < streams[other + 1] and comes_first(
                    entries[at, TIME], other, until_ns, until_stream
                )
                if more:
                    until_ns = entries[at, TIME]
                    until_stream = other
            short = play_stream(
                control,
                playing,
                until_ns,
                until_stream,
                entries,
                streams,
                keys,
                lots,
                mem,
                bases,
                desk,
                impacts,
                probes,
            )
            if short != PLAYED:
                return short
            if not more:
                break
            playing, other = other, playing
    return PLAYED


@jit
def advance(
    control: Int64s,
    until_ns: int,
    until_stream: int,
    every: bool,
    entries: Int64s,
    streams: Int64s,
    keys: Int64s,
    lots: Int64s,
    mem: Int64s,
    bases: Int64s,
    desk: Int64s,
    own: Int64s,
    impacts: Int64s,
    probes: Int64s,
    fills: Int64s,
    rows: Int64s,
    active: Int64s,
    counts: Int64s,
    grids: Int64s,
    fired: Int64s,
    scratch: Int64s,
    model: int,
    stale_ns: int,
) -> int:
    """Play everything before (until_ns, until_stream), up to the first stop.

    Or, of `every` thing before it, only the next. Returns PLAYED, STOPPED, VIEW_SHORT or
    VENUE_SHORT (`venues.paper.desk`); short of room it goes on where it was when called again with
    the same bounds. `bases` has 2N words; `impacts` has room for one entry's worth of impacts,
    `fills` for every resting order.
    """
    if control[C_CUT_SET] == 0:
        for i in range(len(desk)):
            wanted = every or rests(desk, i)
            if wanted and not settle(control, entries, keys, lots, mem, bases, desk, i):
                return VENUE_SHORT
        control[C_CUT_TIME] = until_ns
        control[C_CUT_STREAM] = until_stream
        verdict = play_together(
            control,
            every,
            entries,
            streams,
            keys,
            lots,
            mem,
            bases,
            desk,
            own,
            impacts,
            probes,
            fills,
            rows,
            active,
            counts,
            grids,
            fired,
            scratch,
            model,
            stale_ns,
        )
        if verdict in (VIEW_SHORT, VENUE_SHORT):
            return verdict
        control[C_VERDICT] = verdict
        control[C_CUT_SET] = 1
    short = play_apart(control, entries, streams, keys, lots, mem, bases, desk, impacts, probes)
    if short != PLAYED:
        return short
    control[C_CUT_SET] = 0
    return int(control[C_VERDICT])


@jit
def tell_venue(
    control: Int64s,
    entries: Int64s,
    keys: Int64s,
    lots: Int64s,
    mem: Int64s,
    bases: Int64s,
    desk: Int64s,
    i: int,
) -> bool:
    """Do as `settle`, asked from Python."""
    return settle(control, entries, keys, lots, mem, bases, desk, i)
