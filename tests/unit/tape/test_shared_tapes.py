"""Do the recorded tapes read whole, with the counts their description states?"""

import pytest

from tests.shared_tapes import shared_tape
from venues.tape.reader import read_tape

# Per instrument: messages, book rows, trades.
COUNTS = {
    "btc-20240808-3": {
        "binance BTC/USDT": (6_494, 300_094, 19_904),
        "binance_coinm BTC/USDT": (44_773, 721_902, 5_235),
        "binance_usdm BTC/USDT": (6_548, 539_487, 21_313),
    },
    "btc-20240808-6": {
        "binance BTC/USDT": (6_494, 300_094, 19_904),
        "binance_coinm BTC/USDT": (44_773, 721_902, 5_235),
        "binance_usdm BTC/USDT": (6_548, 539_487, 21_313),
        "derived_a BTC/USDT": (6_477, 1_032_215, 8_029),
        "derived_b BTC/USDT": (11_219, 698_986, 2_598),
        "derived_c BTC/USDT": (3_249, 235_200, 3_943),
    },
    "btc-20260216-2": {
        "binance BTC/USDT": (2_476, 95_703, 10_215),
        "binance_usdm BTC/USDT": (2_556, 236_395, 11_947),
    },
    "eth-20240718-1": {"binance_usdm ETH/USDT:USDT": (8_924, 356_924, 13_655)},
    "coinbase-btc-20180424": {"coinbase BTC/USD": (191_612, 221_562, 0)},
    "bitstamp-btc-20260502": {"bitstamp BTC/USD": (79_534, 99_783, 284)},
    "bybit-perp-20260809": {
        "bybit_perp BTC/USDT:USDT": (414, 7_180, 56),
        "bybit_perp DOGE/USDT:USDT": (380, 2_921, 83),
        "bybit_perp ETH/USDT:USDT": (421, 4_491, 23),
        "bybit_perp SOL/USDT:USDT": (383, 3_142, 165),
    },
}


@pytest.mark.parametrize("name", COUNTS)
def test_a_recorded_tape_reads_whole(name: str) -> None:
    tape = read_tape(shared_tape(name))
    assert tape.name == name
    assert {
        f"{r.instrument.venue} {r.instrument.symbol}": (
            r.message_count,
            r.row_count,
            r.trade_count,
        )
        for r in tape.recordings
    } == COUNTS[name]
    assert all(r.msg_snapshot[0] for r in tape.recordings)
