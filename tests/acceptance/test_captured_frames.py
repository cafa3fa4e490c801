"""Do captured frames of real venues become the books that were recorded of them, message by message?"""

import gzip
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.shared_books import shared_file
from tests.shared_tapes import shared_tape
from venues.live.frames import binance, hyperliquid
from venues.live.frames.grid import Grid
from venues.live.frames.sequence import Numbering, Sequence
from venues.model.ids import Symbol, VenueId
from venues.model.market import BookMessage, Gap

# The recorder's clock ran behind: the tape adds this to every local time.
SHIFT_NS = 1_277_159_997
SPOT = Grid(Decimal("0.01"), Decimal("0.00001"))
USDM = Grid(Decimal("0.1"), Decimal("0.001"))
PERP = Grid(Decimal(1), Decimal("0.00001"))


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with gzip.open(path) as captured:
        for line in captured:
            local_ns, frame = line.split(b" ", 1)
            yield int(local_ns), frame.strip()


def binance_messages(name: str, grid: Grid, numbering: Numbering) -> list[BookMessage | Gap]:
    sequence = Sequence(VenueId("binance"), Symbol("BTC/USDT"), numbering)
    told: list[BookMessage | Gap] = []
    symbol, facts = np.frombuffer(b"BTCUSDT", np.uint8), grid.facts()
    for local_ns, frame in lines(
        shared_file(f"data/raw/binance_20240808/{name}_btcusdt_20240808.gz")
    ):
        if frame.startswith(b'{"lastUpdateId"'):
            told += sequence.snapshot(binance.read_snapshot(frame, grid), local_ns + SHIFT_NS)
        elif b"@depth" in frame[:40]:
            depth = binance.scan_diff(frame, symbol, facts)
            assert not isinstance(depth, int), frame
            told += sequence.hear(depth, local_ns + SHIFT_NS)
    return told


def test_frames_of_binance_spot_are_the_messages_of_the_tape() -> None:
    path = shared_tape("btc-20240808-3") / "binance-BTC_USDT.book.parquet"
    told = binance_messages("spot", SPOT, Numbering.CHANGES)
    assert len(told) > 3_000
    tape = pl.read_parquet(path).filter(pl.col("message") < len(told))
    for message, rows in zip(told, tape.partition_by("message", maintain_order=True), strict=True):
        assert isinstance(message, BookMessage)
        ticks = np.round(rows["price"].to_numpy() * 100).astype(np.int64)
        asks = rows["side"].to_numpy() == "a"
        lots = np.round(rows["size"].to_numpy() * 100_000).astype(np.int64)
        assert np.array_equal(message.keys, ticks * 2 + asks)
        assert np.array_equal(message.lots, lots)
        first = rows.row(0, named=True)
        assert message.ts_exchange_ns == first["ts_exchange_ns"]
        assert message.ts_local_ns == first["ts_local_ns"]
        assert message.is_snapshot == first["is_snapshot"]


def test_frames_of_binance_usdm_follow_one_another_without_a_gap() -> None:
    told = binance_messages("usdm", USDM, Numbering.CHAINED)
    assert len(told) > 6_000
    assert not [what for what in told if isinstance(what, Gap)]


def test_frames_of_hyperliquid_are_the_books_that_were_recorded() -> None:
    books = pl.read_parquet(shared_file("data/snaps/hyperliquid_BTC_20250126.parquet"))
    coin, facts = np.frombuffer(b"BTC", np.uint8), PERP.facts()
    heard = []
    for local_ns, frame in lines(shared_file("data/raw/hyperliquid_btcusd_20250126.gz")):
        if b'"l2Book"' in frame[:30]:
            depth = hyperliquid.scan_book(frame, coin, facts)
            assert not isinstance(depth, int), frame
            heard.append((local_ns, depth))
    assert len(heard) == len(books)
    for (local_ns, depth), row in zip(heard, books.iter_rows(named=True), strict=True):
        assert (local_ns, depth.at_ns) == (row["ts_local_ns"], row["ts_exchange_ns"])
        prices = [*row["bids_px"], *row["asks_px"]]
        sizes = [*row["bids_sz"], *row["asks_sz"]]
        assert (depth.keys >> 1).tolist() == prices
        assert depth.lots.tolist() == [round(size * 100_000) for size in sizes]


@pytest.mark.parametrize("mutated", [b'"U":', b'"u":', b'"b":'])
def test_a_captured_frame_with_a_name_cut_is_not_read(mutated: bytes) -> None:
    path = shared_file("data/raw/binance_20240808/spot_btcusdt_20240808.gz")
    frame = next(frame for _, frame in lines(path) if b"@depth" in frame[:40])
    hurt = frame.replace(mutated, b'"x":')
    symbol = np.frombuffer(b"BTCUSDT", np.uint8)
    assert isinstance(binance.scan_diff(hurt, symbol, SPOT.facts()), int)
