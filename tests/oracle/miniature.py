"""How do the oracle's own tests make a market of a few lines and a replay that may lie about it?

One venue "alpha", BTC/USDT, tick 0.5, lot 0.1, taker fee 0.001, maker rebate 0.0001.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import polars as pl

from tests.oracle.re_execute import check
from tests.oracle.verdict import Rule, Verdict

TAKER_FEE = Decimal("0.001")
MAKER_FEE = Decimal("-0.0001")
TERMS = """
[[instrument]]
venue = "alpha"
symbol = "BTC/USDT"
kind = "spot"
tick_size = "0.5"
lot_size = "0.1"
min_quantity = "0.1"
min_notional = "5"
maker_fee = "-0.0001"
taker_fee = "0.001"
contract_size = "1"
book = "alpha-BTC_USDT.book.parquet"
trades = "alpha-BTC_USDT.trades.parquet"
"""

Level = tuple[str, float, float]


@dataclass(frozen=True, slots=True)
class Message:
    """One book message: exchange time, rows of (side, price, size), whether it replaces the book."""

    time_ns: int
    rows: Sequence[Level]
    snapshot: bool = False


@dataclass(frozen=True, slots=True)
class Trade:
    """One print: exchange time, side of the taker, price, size."""

    time_ns: int
    side: str
    price: float
    size: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One line of orders.jsonl."""

    child: str
    side: str
    price: str
    quantity: str
    arrived_ns: int | None
    cum_quantity: str
    closed_ns: int | None = None
    time_in_force: str = "ioc"
    post_only: bool = False
    state: str = "filled"
    parent: str = "p1"
    venue: str = "alpha"
    symbol: str = "BTC/USDT"
    stop: tuple[str, str, int | None] | None = None  # trigger price, direction, taken at
    reduce_only: bool = False
    list_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One line of fills.jsonl."""

    child: str
    side: str
    price: str
    quantity: str
    ts_ns: int
    arrived_ns: int
    fee: str
    exec_id: str
    liquidity: str
    fee_currency: str = "USDT"
    parent: str = "p1"
    venue: str = "alpha"
    symbol: str = "BTC/USDT"


@dataclass(slots=True)
class Replay:
    """What a replay says it did; fills get true fees and ids unless a test changes them."""

    sent: list[Sent] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)

    def takes(
        self,
        child: str,
        at_ns: int,
        side: str,
        price: str,
        quantity: str,
        fills: Sequence[tuple[str, str]],
        state: str = "filled",
    ) -> None:
        """Claim an IOC that arrived at `at_ns` and got `fills` of (price, quantity)."""
        total = sum((Decimal(got) for _, got in fills), Decimal(0))
        self.sent.append(
            Sent(
                child=child,
                side=side,
                price=price,
                quantity=quantity,
                arrived_ns=at_ns,
                closed_ns=at_ns,
                cum_quantity=str(total),
                state=state,
            )
        )
        for paid, got in fills:
            self._fill(child, side, paid, got, at_ns, at_ns, "taker")

    def rests(
        self,
        child: str,
        from_ns: int,
        until_ns: int | None,
        side: str,
        price: str,
        quantity: str,
        fills: Sequence[tuple[int, str]],
    ) -> None:
        """Claim a post-only order with maker `fills` of (time, quantity) at its own price."""
        total = sum((Decimal(got) for _, got in fills), Decimal(0))
        self.sent.append(
            Sent(
                child=child,
                side=side,
                price=price,
                quantity=quantity,
                arrived_ns=from_ns,
                closed_ns=until_ns,
                cum_quantity=str(total),
                time_in_force="gtc",
                post_only=True,
            )
        )
        for time_ns, got in fills:
            self._fill(child, side, price, got, time_ns, from_ns, "maker")

    def pays_in_base(self) -> None:
        """Take the fee of every buy from what it brought in."""
        for position, fill in enumerate(self.done):
            if fill.side == "buy":
                fee = str(Decimal(fill.fee) / Decimal(fill.price))
                self.change_fill(position, fee=fee, fee_currency="BTC")

    def pays_per_order(self, cost: str) -> None:
        """Charge every order with its first fill."""
        charged: set[str] = set()
        for position, fill in enumerate(self.done):
            if fill.child not in charged:
                self.change_fill(position, fee=str(Decimal(fill.fee) + Decimal(cost)))
            charged.add(fill.child)

    def change_fill(self, position: int, **lie: str) -> None:
        """Tell something else about one fill."""
        self.done[position] = replace(self.done[position], **lie)  # type: ignore[arg-type]  # str fields

    def _fill(
        self,
        child: str,
        side: str,
        price: str,
        quantity: str,
        time_ns: int,
        arrived_ns: int,
        liquidity: str,
    ) -> None:
        rate = TAKER_FEE if liquidity == "taker" else MAKER_FEE
        self.done.append(
            Done(
                child=child,
                side=side,
                price=price,
                quantity=quantity,
                ts_ns=time_ns,
                arrived_ns=arrived_ns,
                fee=str(Decimal(price) * Decimal(quantity) * rate),
                exec_id=f"x{len(self.done)}",
                liquidity=liquidity,
            )
        )

    def write(self, out: Path) -> Path:
        """Write fills.jsonl and orders.jsonl into `out`."""
        out.mkdir(parents=True, exist_ok=True)
        for name, rows in (("orders", self.sent), ("fills", self.done)):
            text = "".join(json.dumps(_line(row)) + "\n" for row in rows)
            (out / f"{name}.jsonl").write_text(text, encoding="utf-8")
        return out


def _line(row: Sent | Done) -> dict[str, object]:
    """Return a row as it is written; the terms of a stop stand in keys of their own."""
    line = asdict(row)
    stop = line.pop("stop", None)
    if (name := line.pop("list_name", None)) is not None:
        line["list"] = name
    if stop is not None:
        price, direction, taken_ns = stop
        line |= {
            "trigger_price": price,
            "trigger_direction": direction,
            "trigger_source": "last",
            "taken_ns": taken_ns,
        }
    return line


def write_tape(
    folder: Path, messages: Sequence[Message], trades: Sequence[Trade] = (), terms: str = TERMS
) -> Path:
    """Write a tape folder; local time only counts the messages."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tape.toml").write_text(terms, encoding="utf-8")
    rows = [
        (message.time_ns, number * 1000, number, message.snapshot, *row)
        for number, message in enumerate(messages)
        for row in message.rows
    ]
    pl.DataFrame(
        rows,
        schema={
            "ts_exchange_ns": pl.Int64,
            "ts_local_ns": pl.Int64,
            "message": pl.Int32,
            "is_snapshot": pl.Boolean,
            "side": pl.String,
            "price": pl.Float64,
            "size": pl.Float64,
        },
        orient="row",
    ).write_parquet(folder / "alpha-BTC_USDT.book.parquet")
    pl.DataFrame(
        [(t.time_ns, n, t.side, t.price, t.size) for n, t in enumerate(trades)],
        schema={
            "ts_exchange_ns": pl.Int64,
            "ts_local_ns": pl.Int64,
            "side": pl.String,
            "price": pl.Float64,
            "size": pl.Float64,
        },
        orient="row",
    ).write_parquet(folder / "alpha-BTC_USDT.trades.parquet")
    return folder


def judged(
    where: Path, replay: Replay, messages: Sequence[Message], trades: Sequence[Trade] = ()
) -> Verdict:
    """Return the oracle's verdict on `replay` over a miniature tape."""
    return check(write_tape(where / "tape", messages, trades), replay.write(where / "out"))


def rules(verdict: Verdict) -> list[Rule]:
    """Return the broken rules in the order found."""
    return [mismatch.rule for mismatch in verdict.mismatches]
