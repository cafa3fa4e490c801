"""What did each venue record, in exchange time and in whole ticks and lots?"""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from pathlib import Path

import polars as pl

from tests.oracle.verdict import OracleError


class Grid(dict[float, int]):
    """Doubles of one column as whole steps; a value that is no multiple's nearest double is refused."""

    def __init__(self, step: Decimal, where: str) -> None:
        super().__init__()
        self.step = step
        self.where = where

    def __missing__(self, value: float) -> int:
        steps = int((Decimal(value) / self.step).to_integral_value())
        if float(steps * self.step) != value:
            raise OracleError(f"{self.where}: {value!r} is not a multiple of {self.step}")
        self[value] = steps
        return steps


@dataclass(frozen=True, slots=True)
class Terms:
    """What tape.toml says of one instrument; `lot` is the lot in base units, of inverse in quote."""

    venue: str
    symbol: str
    tick: Fraction
    lot: Fraction
    maker_fee: Fraction
    taker_fee: Fraction
    book: Path
    trades: Path
    derivs: Path | None
    fee_of_buys_in_base: bool = False
    inverse_of: Fraction | None = None  # an inverse contract is worth so much quote
    order_cost: Fraction = Fraction(0)

    @property
    def base(self) -> str:
        """Return what is bought."""
        return self.symbol.split("/", 1)[0]

    @property
    def quote(self) -> str:
        """Return the currency fees are paid in."""
        return self.symbol.split("/", 1)[-1].split(":", 1)[0]


@dataclass(frozen=True, slots=True)
class RawBook:
    """Book messages of one instrument: message m has rows starts[m] to starts[m + 1].

    `times_ns` is exchange time as a running maximum: a venue's book never steps back.
    """

    times_ns: list[int]
    snapshot: list[bool]
    starts: list[int]
    is_bid: list[bool]
    ticks: list[int]
    lots: list[int]


@dataclass(frozen=True, slots=True)
class RawTrades:
    """Prints of one instrument in the order they were recorded; times as in RawBook."""

    times_ns: list[int]
    taker_buys: list[bool]
    ticks: list[int]
    lots: list[int]


def read_terms(folders: tuple[Path, ...]) -> dict[tuple[str, str], Terms]:
    """Return the instruments of all tapes by (venue, symbol); the same one twice is an error."""
    found: dict[tuple[str, str], Terms] = {}
    for folder in folders:
        path = folder / "tape.toml"
        if not path.is_file():
            raise OracleError(f"{path} does not exist")
        for row in tomllib.loads(path.read_text(encoding="utf-8")).get("instrument", []):
            key = (str(row["venue"]), str(row["symbol"]))
            if key in found:
                raise OracleError(f"{path}: {key[0]} {key[1]} is in two tapes")
            found[key] = Terms(
                venue=key[0],
                symbol=key[1],
                tick=Fraction(row["tick_size"]),
                lot=Fraction(row["lot_size"]) * Fraction(row["contract_size"]),
                maker_fee=Fraction(row["maker_fee"]),
                taker_fee=Fraction(row["taker_fee"]),
                book=folder / row["book"],
                trades=folder / row["trades"],
                derivs=folder / row["derivs"] if "derivs" in row else None,
                inverse_of=_worth(row),
                order_cost=Fraction(row.get("order_cost", "0")),
                fee_of_buys_in_base=row.get("fee_in", "quote") == "received",
            )
    return found


def _worth(row: dict[str, str]) -> Fraction | None:
    inverse = row.get("contract", "linear") == "inverse"
    return Fraction(row["contract_size"]) if inverse else None


def read_book(terms: Terms) -> RawBook:
    """Read the book file of one instrument."""
    frame = pl.read_parquet(terms.book)
    numbers = frame["message"].to_list()
    count = len(numbers)
    starts = [i for i in range(count) if i == 0 or numbers[i] != numbers[i - 1]]
    times = frame["ts_exchange_ns"].to_list()
    snapshot = frame["is_snapshot"].to_list()
    ticks, lots = _grids(terms, terms.book)
    return RawBook(
        times_ns=list(accumulate((times[i] for i in starts), max)),
        snapshot=[snapshot[i] for i in starts],
        starts=[*starts, count],
        is_bid=(frame["side"].cast(pl.String) == "b").to_list(),
        ticks=[ticks[price] for price in frame["price"].to_list()],
        lots=[lots[size] for size in frame["size"].to_list()],
    )


def read_trades(terms: Terms) -> RawTrades:
    """Read the trades file of one instrument."""
    frame = pl.read_parquet(terms.trades).sort("ts_local_ns", maintain_order=True)
    ticks, lots = _grids(terms, terms.trades)
    return RawTrades(
        times_ns=list(accumulate(frame["ts_exchange_ns"].to_list(), max)),
        taker_buys=(frame["side"].cast(pl.String) == "buy").to_list(),
        ticks=[ticks[price] for price in frame["price"].to_list()],
        lots=[lots[size] for size in frame["size"].to_list()],
    )


def last_word_ns(terms: Terms, book: RawBook, trades: RawTrades) -> int:
    """Return the exchange time after which nothing is known of the instrument."""
    derivs: list[int] = []
    if terms.derivs is not None:
        derivs = pl.read_parquet(terms.derivs)["ts_exchange_ns"].to_list()
    return max([0, *book.times_ns[-1:], *trades.times_ns[-1:], *derivs])


def _grids(terms: Terms, path: Path) -> tuple[Grid, Grid]:
    return Grid(_decimal(terms.tick), path.name), Grid(_decimal(terms.lot), path.name)


def _decimal(step: Fraction) -> Decimal:
    # A step comes from a decimal string, so this division is exact.
    return Decimal(step.numerator) / Decimal(step.denominator)
