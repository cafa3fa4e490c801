"""Does the asyncio shell give the paper venue its time, neither early nor late nor out of rank?"""

import asyncio
from contextlib import suppress

from tests.fakes.clock import FakeClock
from tests.unit.paper.desk import MS, Desk, S
from venues.model.commands import Approved, Command
from venues.model.events import ExecutionEvent
from venues.paper.gateway import PaperGateway
from venues.paper.latency import Latency
from venues.ports import RANK_ARRIVAL, RANK_VENUE_TRADE

Told = list[tuple[int, tuple[ExecutionEvent, ...]]]


class Sending(Desk):
    """A desk whose commands are kept instead of sent."""

    def __init__(self, latency: Latency) -> None:
        super().__init__(latency=latency)
        self.kept: list[Command] = []

    def send(self, command: Command) -> None:
        self.kept.append(command)


async def collect(gateway: PaperGateway, clock: FakeClock, told: Told) -> None:
    async for batch in gateway.events():
        told.append((clock.now_ns(), batch))


async def run(desk: Desk, sends: list[tuple[int, Command]]) -> Told:
    """Send each command at its time through a gateway, and return what came when."""
    clock, told = FakeClock(), list[tuple[int, tuple[ExecutionEvent, ...]]]()
    gateway = PaperGateway(desk.venue, clock)
    listening = asyncio.ensure_future(collect(gateway, clock, told))
    for at_ns, command in sends:
        await clock.run_until(at_ns)
        await gateway.send(Approved(command))
    await clock.run_until(100 * S)
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening
    return told


def commands(latency: Latency) -> list[tuple[int, Command]]:
    kept = Sending(latency)
    for number in range(30):
        order = kept.submit("buy", 2 + number % 3, 199 + number % 5, ioc=number % 2 == 0)
        (kept.cancel if number % 3 else kept.query)(order)
    return [(number * 7 * MS, command) for number, command in enumerate(kept.kept)]


async def test_through_the_gateway_the_same_is_told_at_the_same_times_as_without() -> None:
    for latency in (
        Latency(entry_ns=10 * MS, response_ns=20 * MS, jitter_ns=9 * MS),
        Latency(entry_ns=0, response_ns=0),
    ):
        book = "900@198 900@199 | 3@201 40@202 900@203"
        sends = commands(latency)
        alone = Desk(book, latency=latency)
        for at_ns, command in sends:
            alone.wait(at_ns)
            alone.send(command)
        alone.wait(100 * S)
        told = await run(Desk(book, latency=latency), sends)
        assert [(at, event) for at, batch in told for event in batch] == alone.told
        assert alone.told


async def test_a_command_sent_while_waiting_for_a_far_answer_is_not_held_up() -> None:
    desk = Desk(latency=Latency(entry_ns=MS, response_ns=S))
    kept = Sending(Latency(entry_ns=0, response_ns=0))
    kept.submit("buy", 3, 202)
    kept.submit("buy", 4, 202)
    told = await run(desk, [(0, kept.kept[0]), (500 * MS, kept.kept[1])])
    assert [at_ns for at_ns, _ in told] == [S + MS, S + 501 * MS]
    assert [f.ts_exchange_ns for f in desk.venue.truth().trades] == [MS, 501 * MS]


async def test_at_one_instant_the_market_trades_before_our_order_arrives() -> None:
    desk, clock, happened = Desk(), FakeClock(), list[str]()
    gateway = PaperGateway(desk.venue, clock)
    kept = Sending(Latency(entry_ns=0, response_ns=0))
    kept.submit("buy", 3, 202)

    async def trade() -> None:
        await clock.sleep_until(10 * MS, RANK_VENUE_TRADE)
        happened.append(f"market trades, {len(desk.venue.truth().trades)} of ours")

    async def watch() -> None:
        await clock.sleep_until(10 * MS, RANK_ARRIVAL, 1)
        happened.append(f"after arrival, {len(desk.venue.truth().trades)} of ours")

    told: Told = []
    tasks = [asyncio.ensure_future(c) for c in (watch(), collect(gateway, clock, told), trade())]
    await gateway.send(Approved(kept.kept[0]))
    await clock.run_until(S)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert happened == ["market trades, 0 of ours", "after arrival, 1 of ours"]


async def test_a_maker_fill_reported_to_the_gateway_is_told_when_it_has_travelled() -> None:
    desk, clock, told = Desk(), FakeClock(), list[tuple[int, tuple[ExecutionEvent, ...]]]()
    desk.submit("buy", 5, 200, ioc=False)
    gateway = PaperGateway(desk.venue, clock)
    listening = asyncio.ensure_future(collect(gateway, clock, told))
    await clock.run_until(S)
    desk.market.fill(1, 5)
    gateway.maker_filled(0, 1, 5, S)
    await clock.run_until(2 * S)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    assert [at_ns for at_ns, _ in told] == [30 * MS, S + 20 * MS]
