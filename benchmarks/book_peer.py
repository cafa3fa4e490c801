"""How long do other libraries take for the stream? Run by a Python that has them, asked on stdin.

Says one JSON line about itself, then one for each line it reads: nanoseconds a message, and the sum
of all best ticks after each message, which proves that the books agree.
"""

import importlib
import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.book_stream import LOT_SIZE, MESSAGES, ROWS, TICK_SIZE, Stream, make_stream

_STEP_NS = 1_000_000
_START_NS = 1_700_000_000_000_000_000

Round = Callable[[], tuple[float, int]]


def hftbacktest(stream: Stream) -> tuple[str, Round]:
    """Return name and round of hftbacktest: its compiled loop, one `elapse` a message."""
    hft: Any = importlib.import_module("hftbacktest")
    numba: Any = importlib.import_module("numba")

    def loop(engine: Any, messages: int, step_ns: int) -> int:  # noqa: ANN401  # ships no types
        total = 0
        for _ in range(messages):
            engine.elapse(step_ns)
            depth = engine.depth(0)
            total += depth.best_bid_tick + depth.best_ask_tick
        return total

    compiled = numba.njit(loop)
    events = _events(hft, stream)

    def once() -> tuple[float, int]:
        asset = (
            hft.BacktestAsset()
            .data(events)
            .linear_asset(1.0)
            .constant_order_latency(0, 0)
            .risk_adverse_queue_model()
            .no_partial_fill_exchange()
            .tick_size(TICK_SIZE)
            .lot_size(LOT_SIZE)
            .roi_lb(50_000.0)
            .roi_ub(70_000.0)
        )
        engine = hft.ROIVectorMarketDepthBacktest([asset])
        engine.elapse(_STEP_NS // 2)  # the filling of the book
        began = time.perf_counter_ns()
        total = compiled(engine, MESSAGES, _STEP_NS)
        spent = time.perf_counter_ns() - began
        engine.close()
        return spent / MESSAGES, int(total)

    once()
    return "hftbacktest", once


def _events(hft: Any, stream: Stream) -> Any:  # noqa: ANN401  # ships no types
    """Return the stream as hftbacktest's event array, known the moment it happens."""
    count = len(stream.tick)
    message = np.repeat(np.arange(len(stream.start) - 1), np.diff(stream.start))
    events = np.zeros(count, dtype=hft.event_dtype)
    sides = np.where(stream.side == 0, np.uint64(hft.BUY_EVENT), np.uint64(hft.SELL_EVENT))
    what = np.uint64(hft.DEPTH_EVENT | hft.EXCH_EVENT | hft.LOCAL_EVENT)
    events["ev"] = sides | what
    events["exch_ts"] = events["local_ts"] = _START_NS + message * _STEP_NS
    events["px"] = stream.tick * TICK_SIZE
    events["qty"] = stream.lots * LOT_SIZE
    return events


def nautilus(stream: Stream) -> tuple[str, Round]:
    """Return name and round of nautilus_trader: an order book and messages made beforehand."""
    data: Any = importlib.import_module("nautilus_trader.model.data")
    objects: Any = importlib.import_module("nautilus_trader.model.objects")
    enums: Any = importlib.import_module("nautilus_trader.model.enums")
    book_module: Any = importlib.import_module("nautilus_trader.model.book")
    ids: Any = importlib.import_module("nautilus_trader.model.identifiers")
    name = ids.InstrumentId.from_str("BTCUSDT.BINANCE")
    sides = (enums.OrderSide.BUY, enums.OrderSide.SELL)
    actions = (enums.BookAction.UPDATE, enums.BookAction.DELETE)

    def delta(row: int) -> Any:  # noqa: ANN401  # ships no types
        lots = int(stream.lots[row])
        order = data.BookOrder(
            sides[int(stream.side[row])],
            objects.Price(int(stream.tick[row]) / 10, 1),
            objects.Quantity(lots / 1000, 3),
            0,
        )
        return data.OrderBookDelta(name, actions[lots == 0], order, 0, 0, 0, 0)

    deltas = [
        data.OrderBookDeltas(name, [delta(row) for row in range(first, end)])
        for first, end in zip(stream.start[:-1].tolist(), stream.start[1:].tolist(), strict=True)
    ]

    def once() -> tuple[float, int]:
        book = book_module.OrderBook(name, enums.BookType.L2_MBP)
        book.apply_deltas(deltas[0])
        bests: list[tuple[Any, Any]] = []
        began = time.perf_counter_ns()
        for message in deltas[1:]:
            book.apply_deltas(message)
            bests.append((book.best_bid_price(), book.best_ask_price()))
        spent = time.perf_counter_ns() - began
        total = sum(round(float(bid) * 10) + round(float(ask) * 10) for bid, ask in bests)
        return spent / MESSAGES, total

    return "nautilus_trader", once


PEERS: dict[str, Callable[[Stream], tuple[str, Round]]] = {
    "hftbacktest": hftbacktest,
    "nautilus_trader": nautilus,
}


def main(arguments: Sequence[str]) -> int:
    """Serve rounds of the peer named by the one argument until stdin ends."""
    (peer,) = arguments
    metadata: Any = importlib.import_module("importlib.metadata")
    try:
        _, once = PEERS[peer](make_stream())
    except ImportError as error:
        print(json.dumps({"missing": str(error)}), flush=True)
        return 0
    print(json.dumps({"version": metadata.version(peer), "rows": ROWS}), flush=True)
    for _ in sys.stdin:
        ns_a_message, bests = once()
        print(json.dumps({"ns_a_message": ns_a_message, "bests": bests}), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
