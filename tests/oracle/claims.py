"""What does a replay claim to have done: which orders met which book when, and what did they fill?"""

import enum
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.oracle.verdict import OracleError


class Liquidity(enum.Enum):
    """Which side of a trade the fill was."""

    MAKER = "maker"
    TAKER = "taker"


@dataclass(frozen=True, slots=True)
class Fill:
    """One line of fills.jsonl; `happened_ns` is the venue's time of the trade."""

    happened_ns: int
    parent: str
    child: str
    venue: str
    symbol: str
    is_buy: bool
    price: Fraction
    quantity: Fraction
    fee: Fraction
    fee_currency: str
    liquidity: Liquidity
    exec_id: str
    arrived_ns: int
    contracts: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """What a stop waits for; `taken_ns`: when its venue had it, None = never told."""

    price: Fraction
    is_up: bool
    source: str
    taken_ns: int | None


@dataclass(slots=True)
class Order:
    """One line of orders.jsonl with its fills; times are the venue's, None = never (yet)."""

    child: str
    parent: str
    venue: str
    symbol: str
    is_buy: bool
    price: Fraction
    quantity: Fraction
    is_ioc: bool
    post_only: bool
    arrived_ns: int | None
    closed_ns: int | None
    cum_quantity: Fraction
    rejected: bool
    contracts: Fraction | None = None
    cum_contracts: Fraction | None = None
    stop: Stop | None = None
    reduce_only: bool = False
    account: str = "main"
    list_name: str | None = None
    fills: list[Fill] = field(default_factory=list)


def read_fills(out: Path) -> list[Fill]:
    """Return the fills in the order written."""
    return [_fill(row, where) for row, where in _lines(out / "fills.jsonl")]


def read_orders(out: Path) -> list[Order]:
    """Return the child orders in the order written, without their fills."""
    return [_order(row, where) for row, where in _lines(out / "orders.jsonl")]


def _lines(path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    if not path.is_file():
        raise OracleError(f"{path} does not exist: nothing to re-execute")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        where = f"{path.name} line {number}"
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise OracleError(f"{where}: {error}") from error
        if not isinstance(row, dict):
            raise OracleError(f"{where}: not an object")
        yield row, where


def _fill(row: dict[str, Any], where: str) -> Fill:
    # A venue's own stamp wins over the time at which the engine heard of the trade.
    stamp = "ts_exchange_ns" if "ts_exchange_ns" in row else "ts_ns"
    return Fill(
        happened_ns=_whole(row, stamp, where),
        parent=_text(row, "parent", where),
        child=_text(row, "child", where),
        venue=_text(row, "venue", where),
        symbol=_text(row, "symbol", where),
        is_buy=_choice(row, "side", ("sell", "buy"), where) == 1,
        price=_number(row, "price", where),
        quantity=_number(row, "quantity", where),
        fee=_number(row, "fee", where),
        fee_currency=_text(row, "fee_currency", where),
        liquidity=(Liquidity.MAKER, Liquidity.TAKER)[
            _choice(row, "liquidity", ("maker", "taker"), where)
        ],
        exec_id=_text(row, "exec_id", where),
        arrived_ns=_whole(row, "arrived_ns", where),
        contracts=_number(row, "contracts", where) if "contracts" in row else None,
    )


def _order(row: dict[str, Any], where: str) -> Order:
    return Order(
        child=_text(row, "child", where),
        parent=_text(row, "parent", where),
        venue=_text(row, "venue", where),
        symbol=_text(row, "symbol", where),
        is_buy=_choice(row, "side", ("sell", "buy"), where) == 1,
        price=_number(row, "price", where),
        quantity=_number(row, "quantity", where),
        is_ioc=_choice(row, "time_in_force", ("gtc", "ioc"), where) == 1,
        post_only=_flag(row, "post_only", where),
        arrived_ns=_whole_or_none(row, "arrived_ns", where),
        closed_ns=_whole_or_none(row, "closed_ns", where),
        cum_quantity=_number(row, "cum_quantity", where),
        rejected=str(row.get("state", "")).lower() == "rejected",
        contracts=_number(row, "contracts", where) if "contracts" in row else None,
        reduce_only=_flag(row, "reduce_only", where) if "reduce_only" in row else False,
        account=_text(row, "account", where) if "account" in row else "main",
        cum_contracts=_number(row, "cum_contracts", where) if "cum_contracts" in row else None,
        stop=_stop(row, where) if "trigger_price" in row else None,
        list_name=_text(row, "list", where) if "list" in row else None,
    )


def _stop(row: dict[str, Any], where: str) -> Stop:
    sources = ("last", "mark")
    return Stop(
        price=_number(row, "trigger_price", where),
        is_up=_choice(row, "trigger_direction", ("down", "up"), where) == 1,
        source=sources[_choice(row, "trigger_source", sources, where)],
        taken_ns=_whole_or_none(row, "taken_ns", where),
    )


def _field(row: dict[str, Any], name: str, where: str) -> object:
    if name not in row:
        raise OracleError(f"{where}: {name} is missing")
    value: object = row[name]
    return value


def _text(row: dict[str, Any], name: str, where: str) -> str:
    value = _field(row, name, where)
    if not isinstance(value, str):
        raise OracleError(f"{where}: {name} is {value!r}, not a string")
    return value


def _number(row: dict[str, Any], name: str, where: str) -> Fraction:
    text = _text(row, name, where)
    try:
        return Fraction(text)
    except ValueError as error:
        raise OracleError(f"{where}: {name} is {text!r}, not a decimal number") from error


def _whole_or_none(row: dict[str, Any], name: str, where: str) -> int | None:
    return None if _field(row, name, where) is None else _whole(row, name, where)


def _whole(row: dict[str, Any], name: str, where: str) -> int:
    value = _field(row, name, where)
    if isinstance(value, bool) or not isinstance(value, int):
        raise OracleError(f"{where}: {name} is {value!r}, not a whole number of ns")
    return value


def _flag(row: dict[str, Any], name: str, where: str) -> bool:
    value = _field(row, name, where)
    if not isinstance(value, bool):
        raise OracleError(f"{where}: {name} is {value!r}, not true or false")
    return value


def _choice(row: dict[str, Any], name: str, words: tuple[str, ...], where: str) -> int:
    text = _text(row, name, where).lower()
    if text not in words:
        raise OracleError(f"{where}: {name} is {text!r}, not one of {', '.join(words)}")
    return words.index(text)
