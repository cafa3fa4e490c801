"""Is anything sent twice, or believed that is not so, when a venue's answers fail in every way?

Orders go through the gateway and ccxt's own client to local servers whose answers are lost, cut, late,
empty or wrong at random; a desk asks on as the engine does. At the end the venue's own books are
compared with what we were told, order by order and fill by fill.
`python -m tests.wire.faulty [SENDS] [SEED] [VENUE ...]` goes to each venue in turn.
"""

import asyncio
import sys
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

import msgspec

from router.runtime.clocks import WallClock
from tests.contract.live_rig import (
    BINANCE_SPOT,
    BINANCE_USDM,
    HYPERLIQUID_PERPS,
    WHO,
    Place,
    Served,
)
from venues.live.client_ids import read
from venues.live.dialect import Quota
from venues.live.exchange import Exchange as Client
from venues.live.gateway import LiveGateway
from venues.live.markets import listing, load_rows
from venues.loopback.binance.limits import Limits, Quotas
from venues.loopback.binance.spot import BinanceSpot
from venues.loopback.binance.usdm import BinanceUsdm
from venues.loopback.certificate import throw_away
from venues.loopback.faults import Does, Fault, Faults
from venues.loopback.front import Front
from venues.loopback.hyperliquid.venue import Hyperliquid
from venues.loopback.matching.exchange import Exchange
from venues.loopback.resolver import redirected_session
from venues.model.commands import Approved, Cancel, Command, Query, Submit
from venues.model.events import (
    Asked,
    Canceled,
    ExecutionEvent,
    Expired,
    Filled,
    NotSent,
    Rejected,
    Reported,
    Standing,
)
from venues.model.ids import MAIN_ACCOUNT, ClientOrderId, ParentId, VenueId
from venues.model.order import Side, TimeInForce

_VENUE = VenueId("venue")
# Each place, the middle of its book, and how far prices lie apart.
PLACES = {
    "binance": (BINANCE_SPOT, Decimal(50_000), Decimal(1)),
    "binanceusdm": (BINANCE_USDM, Decimal(50_000), Decimal(1)),
    "hyperliquid": (HYPERLIQUID_PERPS, Decimal(1), Decimal("0.001")),
}
_TIMEOUT_MS = 400
_AT_ONCE = 60
_LOOKS = 200
_FASTER = (Quota(limit=10**6, period_s=10, kept=0, orders_only=True),)
_OPEN = {Standing.WORKING, Standing.DORMANT}


def weather(chance: float) -> list[Fault]:
    """Return every way a request can fail, each with its share of `chance`."""
    kinds = [
        Fault(does=Does.RESET),
        Fault(does=Does.RESET, unseen=True),
        Fault(does=Does.CUT),
        Fault(does=Does.EMPTY),
        Fault(does=Does.EMPTY, unseen=True),
        Fault(does=Does.GARBAGE),
        Fault(does=Does.HANG),
        Fault(does=Does.HANG, unseen=True),
        Fault(does=Does.SLOW, unseen=True, delay_ms=2 * _TIMEOUT_MS),
        Fault(does=Does.STATUS, status=500),
        Fault(does=Does.STATUS, status=503, unseen=True),
        Fault(does=Does.STATUS, status=504, code=-1007, text="Timeout waiting for response."),
        Fault(
            does=Does.STATUS, status=400, code=-1006, text="An unexpected response was received."
        ),
        Fault(does=Does.STATUS, status=400, code=-1000, text="An unknown error occurred."),
        Fault(does=Does.STATUS, status=403),
        Fault(
            does=Does.STATUS,
            status=400,
            code=-1021,
            text="Timestamp for this request is outside of the recvWindow.",
            unseen=True,
        ),
        Fault(does=Does.POST_ONLY_REJECT),
    ]
    each = chance / len(kinds)
    return [msgspec.structs.replace(kind, chance=each, times=10**9) for kind in kinds]


@dataclass(slots=True)
class Wanted:
    """One order of ours, and what we were told of it."""

    submit: Submit
    words: list[str] = field(default_factory=list)
    fills: dict[str, Decimal] = field(default_factory=dict)
    over: str = ""
    absent: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, event: ExecutionEvent) -> None:
        self.words.append(type(event).__name__)
        match event:
            case Filled():
                assert event.exec_id not in self.fills, f"{event.exec_id} told twice"
                self.fills[event.exec_id] = event.quantity
            case Reported():
                self.fills |= {f.exec_id: f.quantity for f in event.fills}
                # Found after all: it had only been on its way.
                self.absent = self.absent + 1 if event.standing is Standing.ABSENT else 0
                if event.standing not in {*_OPEN, Standing.ABSENT}:
                    self.over = event.standing.value
            case Canceled() | Expired() | Rejected():
                self.over = type(event).__name__
            case NotSent(asked=Asked.SUBMIT):
                self.over = "NotSent"
            case _:
                pass
        if sum(self.fills.values()) == self.submit.quantity:
            self.over = "filled"
        self.news.set()


@dataclass(slots=True)
class Tally:
    """What came of it all."""

    sends: int
    words: Counter[str]
    faults: dict[str, int]
    wrong: list[str]

    def __str__(self) -> str:
        told = ", ".join(f"{n} {word}" for word, n in sorted(self.words.items()))
        struck = ", ".join(f"{n} {word}" for word, n in sorted(self.faults.items()))
        lines = [
            f"{self.sends} orders sent; told: {told}",
            f"faults: {struck}",
            *self.wrong,
            f"{len(self.wrong)} orders twice or not as at the venue",
        ]
        return "\n".join(lines)


class Trader:
    """Sends orders and asks on until it knows what became of each, as the engine does."""

    def __init__(
        self, name: str, gateway: LiveGateway, venue: Exchange, front: Front, rng: Random
    ) -> None:
        self._place, self._middle, self._step = PLACES[name]
        self._gateway = gateway
        self._venue = venue
        self._front = front
        self._rng = rng
        self._asked = 0
        self.orders: dict[ClientOrderId, Wanted] = {}

    async def listen(self) -> None:
        async for batch in self._gateway.events():
            for event in batch:
                self.orders[event.client_order_id].hear(event)

    async def trade(self, number: int) -> None:
        """Take, rest and cancel, or post too far: one order from beginning to end."""
        style = self._rng.choice(("take", "rest", "rest and be met", "post over"))
        bid = style in {"rest", "rest and be met"}
        steps = -10 - number % 50 if bid else 10
        price = self._middle + steps * self._step
        submit = Submit(
            client_order_id=ClientOrderId(f"fa{number:016d}"),
            parent_id=ParentId("p"),
            child_no=number,
            attempt=1,
            account=MAIN_ACCOUNT,
            venue=_VENUE,
            symbol=self._place.symbol,
            side=Side.BUY,
            quantity=Decimal("0.002"),
            price=price,
            time_in_force=TimeInForce.IOC if style == "take" else TimeInForce.GTC,
            decided_ns=0,
            deadline_ns=2**62,
            post_only=style != "take" and self._rng.random() < 0.5,
        )
        if style == "post over":
            submit = msgspec.structs.replace(submit, post_only=True)
        wanted = self.orders[submit.client_order_id] = Wanted(submit)
        await self._say(wanted, submit)
        if style == "rest and be met" and not wanted.over:
            self._venue.crowd_takes(
                self._place.listed.symbol, Side.SELL, price, Decimal("0.001"), self._front.now_ns()
            )
        await self._until_over(wanted)

    async def _until_over(self, wanted: Wanted) -> None:
        for _ in range(_LOOKS):
            if wanted.over:
                return
            last = wanted.words[-1]
            order = wanted.submit
            self._asked += 1
            of = {
                "client_order_id": order.client_order_id,
                "parent_id": order.parent_id,
                "account": order.account,
                "venue": order.venue,
                "symbol": order.symbol,
                "number": self._asked,
            }
            doubt = last in {"AnswerLost", "CancelRejected", "NotSent"}
            if wanted.absent >= 2 and last == "Reported":
                wanted.over = "absent"  # a late request of this weather lives for 2 s at most
                return
            if doubt or (last == "Reported" and wanted.absent):
                if wanted.absent:
                    await asyncio.sleep(2.5)
                await self._say(wanted, msgspec.convert(of, Query))
            else:
                await self._say(wanted, msgspec.convert(of, Cancel))

    async def _say(self, wanted: Wanted, command: Command) -> None:
        wanted.news.clear()
        await self._gateway.send(Approved(command))
        await asyncio.wait_for(wanted.news.wait(), 30)
        await asyncio.sleep(0)


def compare(place: Place, venue: Exchange, orders: dict[ClientOrderId, Wanted]) -> list[str]:
    """Return a sentence for each order that is there twice, or not as we were told."""
    there: dict[str, list[int]] = {}
    for order in venue.orders(WHO.name):
        named = read(order.ask.client_id, place.dialect.client_ids) or order.ask.client_id
        there.setdefault(named, []).append(order.order_id)
    fills: dict[int, dict[str, Decimal]] = {}
    for fill in venue.fills(WHO.name):
        exec_id = f"{fill.order_id}:{fill.trade.trade_id}"
        fills.setdefault(fill.order_id, {})[exec_id] = fill.trade.quantity
    wrong: list[str] = []
    for name, wanted in orders.items():
        found = there.get(name, [])
        if len(found) > 1:
            wrong.append(f"{name} is there {len(found)} times: {wanted.words}")
        if not wanted.over:
            wrong.append(f"{name} was never known to the end: {wanted.words}")
        never = wanted.over in {"Rejected", "NotSent", "absent", "rejected"}
        if never == bool(found):
            wrong.append(f"{name} is {wanted.over} here and there {found}: {wanted.words}")
        for order_id in found:
            last = venue.order(order_id)
            if last is None or last.is_live or fills.get(order_id, {}) != wanted.fills:
                wrong.append(f"{name}: {fills.get(order_id)} there, {wanted.fills} here")
    return wrong


async def faulty_sends(name: str, sends: int, seed: int, chance: float = 0.5) -> Tally:
    """Send that many orders into the weather at one of `PLACES`, and compare."""
    place, middle, step = PLACES[name]
    rng = Random(seed)
    exchange = Exchange([place.listed])
    exchange.accounts.deposit(WHO.name, place.currency, Decimal(10**9))
    faults = Faults(Random(seed + 1))
    server = place.serve(exchange, faults)
    _without_quotas(server)
    clock = WallClock()
    front = Front(server, clock=clock, certificate=throw_away(server.hosts), faults=faults)
    dialect = msgspec.structs.replace(place.dialect, quotas=_FASTER)
    async with AsyncExitStack() as stack:
        await front.start()
        server.pulse(front.now_ns())
        stack.push_async_callback(front.stop)
        session = await stack.enter_async_context(redirected_session(front.redirect()))
        client = Client(dialect, session, place.credentials, timeout_ms=_TIMEOUT_MS)
        (row,) = await load_rows(client, [place.symbol])
        listed = {place.symbol: listing(row, _VENUE, dialect)}
        gateway = LiveGateway(_VENUE, client, listed, clock, poll_s=1)
        stack.push_async_callback(gateway.close)
        trader = Trader(name, gateway, exchange, front, rng)
        beside = [asyncio.ensure_future(work) for work in (gateway.run(), trader.listen())]
        for side, steps in ((Side.BUY, -100), (Side.SELL, 5)):
            price = middle + steps * step
            much = Decimal(10_000)
            exchange.set_level(place.listed.symbol, side, price, much, front.now_ns())
        faults.load(weather(chance))
        slots = asyncio.Semaphore(_AT_ONCE)

        async def one(number: int) -> None:
            async with slots:
                await trader.trade(number)

        await asyncio.gather(*(one(number) for number in range(sends)))
        faults.clear()
        await asyncio.sleep(2.5 * _TIMEOUT_MS / 1000)  # what is still on its way arrives
        for _ in range(2):
            await gateway.settled()
            await gateway.reconcile()
        for task in beside:
            assert not task.done() or task.result()
            task.cancel()
        words = Counter(word for wanted in trader.orders.values() for word in wanted.words)
        return Tally(sends, words, dict(faults.counts), compare(place, exchange, trader.orders))


def _without_quotas(server: Served) -> None:
    """Let the venue be asked as often as anyone likes: what it makes of haste is another test."""
    match server:
        case BinanceSpot() | BinanceUsdm():
            server.limits = Limits(Quotas(weight=10**9, orders=((10_000, "10S", 10**9),)))
        case Hyperliquid():
            server._afford = lambda weight, now_ms: True  # type: ignore[method-assign]
        case _:
            raise AssertionError(server)


def main(arguments: list[str]) -> int:
    """Run and print; 1 when anything was sent twice or is not as at the venue."""
    sends = int(arguments[0]) if arguments else 1000
    seed = int(arguments[1]) if len(arguments) > 1 else 1
    wrong = 0
    for name in arguments[2:] or PLACES:
        tally = asyncio.run(faulty_sends(name, sends, seed))
        wrong += len(tally.wrong)
        print(f"{name}: {tally}\n", flush=True)  # noqa: T201 - for a person
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
