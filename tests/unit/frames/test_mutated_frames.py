"""Can a damaged frame corrupt a book without a word? It is either right or BROKEN."""

from decimal import Decimal

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.unit.frames.frames import (
    GRID,
    LOT,
    TICK,
    book_of,
    diff,
    kernel_books,
    snapshot,
    stream,
    twin_books,
    whole,
)
from tests.unit.frames.plain_book import PlainBook
from venues.live.frames import binance, hyperliquid
from venues.live.frames.depth import FrameError
from venues.live.frames.grid import OffGridError
from venues.model.market import BookState

BIDS, ASKS = [("99.99", "1.5"), ("99.98", "2")], [("100.01", "1.00000")]
SYMBOL, COIN = np.frombuffer(b"BTCUSDT", np.uint8), np.frombuffer(b"BTC", np.uint8)
FACTS = GRID.facts()

prices = st.integers(9_000, 11_000).map(lambda t: str(t * TICK)) | st.sampled_from(
    ("100", "99.9", "99.990", "099.99", "99.99000000", "0.00", "100.005", "90071992547409.93")
)
sizes = st.integers(0, 10**7).map(lambda n: str(n * LOT)) | st.sampled_from(
    ("0", "0.00000000", "1", "0.000001", "12.", ".5", "1e3", "-1", "", "99999999999999999.0")
)
pairs = st.lists(st.tuples(prices, sizes), max_size=6)
# What a line, a proxy or a bug may do to bytes: one place cut out, doubled, changed or put in.
cuts = st.tuples(st.integers(0, 400), st.integers(0, 6), st.binary(max_size=3))


def damaged(frame: bytes, cut: tuple[int, int, bytes]) -> bytes:
    at, length, put = cut
    at %= len(frame) + 1
    return frame[:at] + put + frame[at + length :]


frames = st.builds(
    lambda b, a, combined, cut, hurt: (
        damaged(diff(11, 12, b, a, combined=combined), cut)
        if hurt
        else diff(11, 12, b, a, combined=combined)
    ),
    pairs,
    pairs,
    st.booleans(),
    cuts,
    st.booleans(),
)


@settings(max_examples=400)
@given(frame=frames, then=pairs)
@example(frame=diff(11, 12, [("99.99", "1")]).replace(b'"1"', b'"1","2"'), then=[])
@example(frame=diff(11, 12, [("99.99", "1")]).replace(b'"b":', b'"b":[],"b":'), then=[])
@example(frame=diff(11, 12)[:-1] + b',"U":13}', then=[])
@example(frame=b"\0" + diff(11, 12), then=[])
@example(frame=diff(11, 12) + b" ", then=[])
@example(frame=b"", then=[])
def test_a_book_is_what_its_frames_say_in_plain_json_or_broken(
    frame: bytes, then: list[tuple[str, str]]
) -> None:
    plain = PlainBook(TICK, LOT, "BTCUSDT")
    plain.snapshot(snapshot(10, BIDS, ASKS))
    ways = [stream(kernel_books()), stream(twin_books()), stream(kernel_books(), tell=_nobody)]
    first = diff(11, 11, [("99.97", "1")])
    last = diff(13, 13, then)
    for way in ways:
        way.snapshot(snapshot(10, BIDS, ASKS), 1)
    for at_ns, said in enumerate((first, frame.replace(b'"U":11', b'"U":12'), last), start=2):
        plain.hear(said)
        for way in ways:
            way.hear(said, at_ns)
    for way in ways:
        books = way.books
        if plain.levels is None:
            assert books.state(0, 0, 1 << 60) is BookState.BROKEN
        else:
            assert book_of(books) == plain.levels
            assert way.sequence.last == plain.last


@settings(max_examples=400)
@given(frame=frames)
def test_the_kernel_reads_what_the_wide_reader_reads_or_leaves_it_to_that(frame: bytes) -> None:
    scanned = binance.scan_diff(frame, SYMBOL, FACTS)
    if isinstance(scanned, int):
        return
    read = binance.read_diff(frame, "BTCUSDT", GRID)
    assert read is not None
    assert (read.first, read.last, read.before) == (scanned.first, scanned.last, scanned.before)
    assert read.at_ns == scanned.at_ns
    assert np.array_equal(read.keys, scanned.keys)
    assert np.array_equal(read.lots, scanned.lots)


@settings(max_examples=400)
@given(b=pairs, a=pairs, cut=cuts, hurt=st.booleans())
def test_so_it_is_with_whole_books(
    b: list[tuple[str, str]],
    a: list[tuple[str, str]],
    cut: tuple[int, int, bytes],
    *,
    hurt: bool,
) -> None:
    frame = whole(1_700_000_000_000, b, a)
    if hurt:
        frame = damaged(frame, cut)
    scanned = hyperliquid.scan_book(frame, COIN, FACTS)
    if isinstance(scanned, int):
        return
    read = hyperliquid.read_book(frame, "BTC", GRID)
    assert read is not None
    assert (read.at_ns, read.whole) == (scanned.at_ns, scanned.whole)
    assert np.array_equal(read.keys, scanned.keys)
    assert np.array_equal(read.lots, scanned.lots)


@given(b=pairs, a=pairs)
def test_the_kernel_reads_whatever_a_venue_may_really_send(
    b: list[tuple[str, str]], a: list[tuple[str, str]]
) -> None:
    """Without this the two tests above could pass with a kernel that reads nothing."""
    frame = diff(11, 12, b, a, before=9)
    try:
        read = binance.read_diff(frame, "BTCUSDT", GRID)
    except (FrameError, OffGridError):
        assert isinstance(binance.scan_diff(frame, SYMBOL, FACTS), int)
        return
    assert read is not None
    assert not isinstance(binance.scan_diff(frame, SYMBOL, FACTS), int)
    assert not isinstance(hyperliquid.scan_book(whole(1, b, a), COIN, FACTS), int)


def _nobody(what: object) -> None:
    del what


def test_decimals_mean_the_same_to_both_readers() -> None:
    for text in ("0.01", "1", "99.99", "123456.78"):
        assert GRID.ticks(text) == Decimal(text) / TICK
