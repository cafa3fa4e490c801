"""Does a live feed keep a book as its venue has it, through everything that befalls a stream?"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.loopback.house import HYPER, SPOT, USDM, House, binance_spot, binance_usdm, hyperliquid
from tests.loopback.listeners import Listener, any_change, listening
from venues.books.arena import BookArena
from venues.books.port import Capacity
from venues.books.store import KernelBooks
from venues.live.dialect import Family
from venues.loopback.certificate import Certificate
from venues.loopback.faults import Channel, Does, Fault
from venues.model.market import BookState, Deriv, DerivKind, Gap, Print
from venues.tape.reader import read_tape
from venues.tape.recorder import Recorder
from venues.tape.writer import write_tape

WAYS = {
    "binance": (binance_spot, Family.BINANCE_SPOT, SPOT),
    "binanceusdm": (binance_usdm, Family.BINANCE_USDM, USDM),
    "hyperliquid": (hyperliquid, Family.HYPERLIQUID, HYPER),
}


@pytest.fixture(params=WAYS)
async def ear(
    request: pytest.FixtureRequest, pro: Any, certificate: Certificate
) -> AsyncIterator[Listener]:
    """Listen to each venue in turn; its book is LIVE when the test begins."""
    serve, family, listing = WAYS[request.param]
    home: AbstractAsyncContextManager[House] = serve(pro, certificate)
    async with home as house, listening(house, family, listing) as listener:
        await moved(listener, "5@49980 |")
        await house.until(lambda: listener.same)
        yield listener


async def moved(ear: Listener, text: str) -> None:
    ear.house.show(text)


async def test_the_book_is_what_the_venue_shows(ear: Listener) -> None:
    for n in range(8):
        ear.house.show(f"{1 + n}@49990 {n % 3}@49970 | {2 + n}@50010 {n % 2}@50020")
        await ear.house.until(lambda: ear.same)
    assert ear.noticed == []


async def test_trades_are_heard_once_with_the_side_that_took(ear: Listener) -> None:
    ear.house.sell("0.5", "49995")
    ear.house.buy("0.25", "50005")
    await ear.house.until(lambda: len([e for e in ear.told if isinstance(e, Print)]) == 2)
    instrument = ear.books.instruments[0]
    prints = [e for e in ear.told if isinstance(e, Print)]
    assert [(p.taker_is_buy, str(p.lots * instrument.lot_size)[:4]) for p in prints] == [
        (False, "0.50"),
        (True, "0.25"),
    ]
    assert ear.books.last_tick(0) == prints[1].tick
    await ear.house.until(lambda: ear.same)


async def test_a_frame_that_never_comes_is_noticed_and_made_good(ear: Listener) -> None:
    ear.house.faults.load([Fault(does=Does.DROP, channel=Channel.BOOK)])
    await moved(ear, "7@49991 |")
    await ear.house.until(lambda: ear.house.faults.left() == 0)
    await moved(ear, "8@49992 |")
    await ear.house.until(lambda: ear.same)
    if ear.house.symbol != "BTC/USDC:USDC":  # each frame of Hyperliquid is a whole book
        assert [e for e in ear.told if isinstance(e, Gap)]


async def test_a_frame_that_comes_twice_changes_nothing(ear: Listener) -> None:
    ear.house.faults.load([Fault(does=Does.TWICE, channel=Channel.BOOK)])
    await moved(ear, "7@49991 |")
    await ear.house.until(lambda: ear.house.faults.left() == 0)
    await moved(ear, "8@49992 |")
    await ear.house.until(lambda: ear.same)
    assert ear.noticed == []


async def test_frames_out_of_order_never_leave_a_wrong_book(ear: Listener) -> None:
    ear.house.faults.load([Fault(does=Does.LATE, channel=Channel.BOOK)])
    await moved(ear, "7@49991 |")
    await ear.house.until(lambda: ear.house.faults.left() == 0)
    await moved(ear, "8@49992 |")  # this one overtakes it
    await ear.house.until(lambda: ear.same or ear.noticed)
    await moved(ear, "9@49993 |")
    await ear.house.until(lambda: ear.same)


async def test_a_poisoned_frame_breaks_the_book_until_it_is_asked_for_anew(ear: Listener) -> None:
    ear.house.faults.load([Fault(does=Does.POISON, channel=Channel.BOOK)])
    await moved(ear, "7@49991 |")
    await ear.house.until(lambda: ear.noticed)
    assert [e for e in ear.told if isinstance(e, Gap)]
    await moved(ear, "8@49992 |")
    await ear.house.until(lambda: ear.same)


@pytest.mark.parametrize("does", [Does.CLOSE, Does.HALF_OPEN, Does.SILENCE])
async def test_a_connection_that_dies_is_replaced_and_the_book_is_right_again(
    ear: Listener, does: Does
) -> None:
    ear.house.faults.load([Fault(does=does, channel=Channel.BOOK)])
    await moved(ear, "7@49991 |")
    await ear.house.until(lambda: ear.noticed)
    assert ear.state is not BookState.LIVE
    await moved(ear, "8@49992 |")
    await ear.house.until(lambda: ear.same)


async def test_a_venue_that_restarts_is_heard_again(ear: Listener) -> None:
    await ear.house.front.stop()
    await ear.house.until(lambda: ear.state is BookState.BROKEN or ear.noticed)
    await moved(ear, "7@49991 |")
    await ear.house.front.start()
    await ear.house.until(lambda: ear.same)


async def test_a_watch_on_the_state_fires_when_the_connection_is_gone(ear: Listener) -> None:
    ear.watch(any_change())
    ear.house.faults.load([Fault(does=Does.CLOSE, channel=Channel.BOOK)])
    await moved(ear, "7@49991 |")
    await ear.house.until(lambda: ear.fired == [0])


async def test_perps_say_mark_index_and_funding(ear: Listener) -> None:
    if ear.house.symbol == "BTC/USDT":
        pytest.skip("spot has none")
    await ear.house.until(lambda: ear.books.mark(0) and ear.books.funding(0))
    kinds = {e.kind for e in ear.told if isinstance(e, Deriv)}
    assert kinds == {DerivKind.MARK, DerivKind.INDEX, DerivKind.FUNDING}
    funding = ear.books.funding(0)
    assert funding is not None
    assert funding[1] > ear.clock.wall_ns()


async def test_a_snapshot_that_is_refused_is_asked_for_again_and_not_in_a_storm(
    ear: Listener,
) -> None:
    if ear.house.symbol == "BTC/USDC:USDC":
        pytest.skip("every frame of Hyperliquid is a whole book")
    path = "/api/v3/depth" if ear.house.symbol == "BTC/USDT" else "/fapi/v1/depth"
    ear.house.faults.load(
        [
            Fault(does=Does.STATUS, path=path, status=503),
            Fault(does=Does.GARBAGE, path=path),
            Fault(does=Does.CLOSE, channel=Channel.BOOK),
        ]
    )
    await moved(ear, "7@49991 |")
    await ear.house.until(lambda: ear.house.faults.left() == 0)
    await moved(ear, "8@49992 |")
    await ear.house.until(lambda: ear.same)
    assert any("HTTP 503" in what for what in ear.noticed)
    assert ear.house.front.calls.get(f"GET {path}", 0) < 8


async def test_what_was_heard_is_a_tape_that_gives_the_same_books(
    ear: Listener, tmp_path: Path
) -> None:
    for n in range(4):
        ear.house.show(f"{1 + n}@49990 {n % 3}@49970 | {2 + n}@50010")
        ear.house.sell("0.1", "49995")
        await ear.house.until(lambda: ear.same)
    ear.house.faults.load([Fault(does=Does.CLOSE, channel=Channel.BOOK)])
    await moved(ear, "7@49991 |")
    await ear.house.until(lambda: ear.noticed)
    await moved(ear, "8@49992 |")
    await ear.house.until(lambda: ear.same)
    recorder = Recorder(ear.books.instruments, most_rows=1_000_000)
    for event in ear.told:
        recorder.tell(event)
    assert recorder.gaps
    write_tape(recorder.tape("heard"), tmp_path / "tape")
    tape = read_tape(tmp_path / "tape")
    (recording,) = tape.recordings
    replayed = KernelBooks(tape.instruments, BookArena([Capacity()]))
    for m in range(recording.message_count):
        replayed.apply(0, recording.message(m))
    assert replayed.all_levels(0)[:, :2].tolist() == ear.books.all_levels(0)[:, :2].tolist()
    prints = [e for e in ear.told if isinstance(e, Print)]
    assert recording.trade_lots.tolist() == [p.lots for p in prints]
    assert recording.msg_local_ns.tolist() == sorted(set(recording.msg_local_ns.tolist()))
