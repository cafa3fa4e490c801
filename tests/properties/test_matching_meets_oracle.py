"""Does the oracle, from the raw tape, agree with every fill the matching rules hand out?"""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.recordings import stops_until
from tests.oracle.re_execute import check
from venues.model.market import BID
from venues.model.numbers import plain
from venues.paper.market import RecordedMarket
from venues.paper.played import QueueModel
from venues.synthetic.small import small_tape
from venues.tape.recording import Tape
from venues.tape.writer import write_tape

S = 1_000_000_000


@dataclass(slots=True)
class Order:
    """One of our orders at instrument `i`, in ticks and lots; `fills` are (time, tick, lots)."""

    i: int
    side: int
    tick: int
    lots: int
    arrived_ns: int
    rests: bool
    closed_ns: int | None = None
    fills: list[tuple[int, int, int]] = field(default_factory=list)

    @property
    def filled(self) -> int:
        return sum(lots for _, _, lots in self.fills)


@dataclass(slots=True)
class Desk:
    """Sends random orders into a market and remembers what became of them."""

    tape: Tape
    market: RecordedMarket
    orders: list[Order] = field(default_factory=list)

    def play_until(self, now_ns: int) -> None:
        for stop in stops_until(self.market, now_ns):
            for fill in stop.fills:
                order = self.orders[fill.order_no]
                order.fills.append((stop.time_ns, order.tick, fill.lots))
                if order.filled == order.lots:
                    order.closed_ns = stop.time_ns

    def send(self, rng: Random, now_ns: int) -> None:
        matcher = self.market.matcher
        i, side, rests = (
            rng.randrange(len(self.tape.recordings)),
            rng.randrange(2),
            rng.random() < 0.6,
        )
        best = self.market.view.best(i, side)
        ends_ns = matcher.last_exchange_ns(i)
        if best is None or (ends_ns is not None and now_ns > ends_ns):
            return
        away = rng.randrange(-2, 3) if rests else -rng.randrange(1, 15)
        tick = best - away if side == BID else best + away
        lots = rng.randrange(1, 200)
        if rests and matcher.would_cross(i, side, tick):
            return
        order_no, order = len(self.orders), Order(i, side, tick, lots, now_ns, rests)
        self.orders.append(order)
        if rests:
            matcher.rest(i, order_no, side, tick, lots, now_ns)
        else:
            taken = matcher.sweep(i, side, tick, lots, now_ns)
            order.fills.extend((now_ns, *part) for part in taken)
            order.closed_ns = now_ns

    def cancel(self, rng: Random, now_ns: int) -> None:
        open_nos = [n for n, o in enumerate(self.orders) if o.closed_ns is None]
        if open_nos:
            order_no = rng.choice(open_nos)
            self.market.matcher.remove(self.orders[order_no].i, order_no, now_ns)
            self.orders[order_no].closed_ns = now_ns

    def write(self, out: Path) -> None:
        """Write what happened in the files a replay leaves."""
        out.mkdir()
        told = [self._told(number) for number in range(len(self.orders))]
        sent = "".join(json.dumps(row) + "\n" for row, _ in told)
        done = "".join(json.dumps(row) + "\n" for _, rows in told for row in rows)
        (out / "orders.jsonl").write_text(sent, encoding="utf-8")
        (out / "fills.jsonl").write_text(done, encoding="utf-8")

    def _told(self, number: int) -> tuple[dict[str, object], list[dict[str, object]]]:
        order, terms = self.orders[number], self.tape.instruments[self.orders[number].i]
        common: dict[str, object] = {
            "child": f"c{number}",
            "parent": "p",
            "venue": terms.venue,
            "symbol": terms.symbol,
            "side": "buy" if order.side == BID else "sell",
            "arrived_ns": order.arrived_ns,
        }
        sent = common | {
            "price": plain(terms.price_of(order.tick)),
            "quantity": plain(terms.quantity_of(order.lots)),
            "time_in_force": "gtc" if order.rests else "ioc",
            "post_only": order.rests,
            "closed_ns": order.closed_ns,
            "cum_quantity": plain(terms.quantity_of(order.filled)),
            "state": "closed",
        }
        rate = terms.maker_fee if order.rests else terms.taker_fee
        done = []
        for place, (at_ns, tick, lots) in enumerate(order.fills):
            price, quantity = terms.price_of(tick), terms.quantity_of(lots)
            money: dict[str, Decimal] = {
                "price": price,
                "quantity": quantity,
                "fee": price * quantity * rate,
            }
            fill: dict[str, object] = {name: plain(value) for name, value in money.items()}
            done.append(
                common
                | fill
                | {
                    "ts_ns": at_ns,
                    "fee_currency": terms.quote,
                    "liquidity": "maker" if order.rests else "taker",
                    "exec_id": f"x{number}-{place}",
                }
            )
        return sent, done


@pytest.mark.parametrize("queue", list(QueueModel))
@given(seed=st.integers(0, 2**32))
@settings(max_examples=25)
def test_every_fill_is_one_the_oracle_reproduces(seed: int, queue: QueueModel) -> None:
    rng = Random(seed)
    tape = small_tape(seed=seed, duration_ns=120 * S, start_ns=S, messages_per_s=4, levels=6)
    market = RecordedMarket(tape, kernels=False, queue=queue, stale_after_ns=5 * S)
    desk = Desk(tape, market)
    now_ns = S
    while now_ns < 119 * S:
        now_ns += rng.randrange(1, 2 * S)
        desk.play_until(now_ns)
        desk.send(rng, now_ns)
        if rng.random() < 0.3:
            desk.cancel(rng, now_ns)
    desk.play_until(200 * S)
    with TemporaryDirectory() as folder:
        write_tape(tape, Path(folder, "tape"))
        desk.write(Path(folder, "out"))
        verdict = check(Path(folder, "tape"), Path(folder, "out"))
    assert verdict.mismatches == ()
