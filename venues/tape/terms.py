"""What does tape.toml say: window, instruments with their terms, and which file holds what?"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final, cast

import msgspec

from venues.errors import TapeError
from venues.model.ids import Symbol, VenueId
from venues.model.instrument import (
    FUNDING_INTERVAL_S,
    Contract,
    FeeIn,
    Instrument,
    Kind,
    ReduceOnly,
)
from venues.model.numbers import MONEY, ONE, ZERO, decimal
from venues.tape.grid import Step, step_of
from venues.tape.refusal import refuse

TERMS_FILE: Final = "tape.toml"
VERSION: Final = 1

_MOST_BYTES = 1_000_000
_TAPE_NEEDS = ("version", "name")
_TAPE_MAY = ("description", "source", "start_ns", "end_ns", "derived", "notes")
_STEPS = ("tick_size", "lot_size", "contract_size")
_MINIMUMS = ("min_quantity", "min_notional")
_FEES = ("maker_fee", "taker_fee")
_INSTRUMENT_NEEDS = ("venue", "symbol", "kind", *_STEPS, *_MINIMUMS, *_FEES, "book", "trades")
_INSTRUMENT_MAY = (
    "derivs",
    "contract",
    "fee_in",
    "order_cost",
    "funding_interval_s",
    "stop_orders",
    "order_lists",
    "reduce_only",
)


@dataclass(frozen=True, slots=True)
class Source:
    """One instrument of a tape, the steps of its columns, and its files."""

    instrument: Instrument
    price_step: Step
    size_step: Step
    book: Path
    trades: Path
    derivs: Path | None


@dataclass(frozen=True, slots=True)
class Terms:
    """A whole tape.toml; a bound of the window is None where the file does not give it."""

    file: Path
    name: str
    start_ns: int | None
    end_ns: int | None
    sources: tuple[Source, ...]


def read_terms(folder: Path) -> Terms:
    """Return the terms of the tape in `folder`; TapeError naming key, value and remedy."""
    file = folder / TERMS_FILE
    document = _document(file)
    top = _Table(file, "", document)
    top.allow(("tape", "instrument"), ())
    tape = _Table(file, "[tape]", top.table("tape"))
    tape.allow(_TAPE_NEEDS, _TAPE_MAY)
    if tape.whole("version") != VERSION:
        raise tape.refuse("version", f"this reader knows version {VERSION}")
    for name in ("description", "source"):
        tape.optional_text(name)
    start_ns, end_ns = tape.optional_whole("start_ns"), tape.optional_whole("end_ns")
    if start_ns is not None and end_ns is not None and end_ns < start_ns:
        raise tape.refuse("end_ns", f"must not be before start_ns = {start_ns}")
    sources = tuple(
        _source(folder, _Table(file, f"instrument {number}", entry))
        for number, entry in enumerate(top.tables("instrument"), start=1)
    )
    _refuse_twice(file, sources)
    return Terms(file, tape.text("name"), start_ns, end_ns, sources)


def steps_of_instrument(instrument: Instrument) -> tuple[Step, Step] | None:
    """Return the steps of price and size columns, None where a double cannot carry them.

    The size step is what one lot is worth, lot_size x contract_size: base, of inverse contracts quote.
    """
    price = step_of(instrument.tick_size)
    size = step_of(MONEY.multiply(instrument.lot_size, instrument.contract_size))
    return (price, size) if price is not None and size is not None else None


def _document(file: Path) -> Mapping[str, object]:
    try:
        if file.stat().st_size > _MOST_BYTES:
            remedy = f"too large, a {TERMS_FILE} has at most {_MOST_BYTES} bytes"
            raise refuse(file, "size in bytes", file.stat().st_size, remedy)
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        remedy = f"a tape is a folder with a {TERMS_FILE}; give the path of such a folder"
        raise refuse(file, "file", "missing", remedy) from None
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise refuse(file, "file", reason, "make it a readable file") from None
    except UnicodeDecodeError as error:
        raise refuse(file, "encoding", error.reason, "save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise refuse(file, "TOML", str(error), "correct the syntax there") from None


def _source(folder: Path, entry: "_Table") -> Source:
    entry.allow(_INSTRUMENT_NEEDS, _INSTRUMENT_MAY)
    kinds = {kind.value: kind for kind in Kind}
    if entry.text("kind") not in kinds:
        raise entry.refuse("kind", f"must be one of {', '.join(kinds)}")
    symbol = entry.text("symbol")
    if not all(symbol.partition("/")[::2]):
        raise entry.refuse("symbol", 'must be base/quote, like "BTC/USDT" or "BTC/USDT:USDT"')
    instrument = Instrument(
        venue=VenueId(entry.text("venue")),
        symbol=Symbol(symbol),
        kind=kinds[entry.text("kind")],
        tick_size=entry.money("tick_size", above=Decimal(0)),
        lot_size=entry.money("lot_size", above=Decimal(0)),
        min_quantity=entry.money("min_quantity", least=Decimal(0)),
        min_notional=entry.money("min_notional", least=Decimal(0)),
        maker_fee=entry.money("maker_fee", above=-ONE, below=ONE),
        taker_fee=entry.money("taker_fee", above=-ONE, below=ONE),
        contract_size=entry.money("contract_size", above=Decimal(0)),
        contract=_contract(entry, kinds[entry.text("kind")]),
        fee_in=_fee_in(entry, kinds[entry.text("kind")]),
        funding_interval_s=_funding_interval_s(entry),
        stop_orders=entry.switch("stop_orders"),
        order_lists=_order_lists(entry),
        reduce_only=_reduce_only(entry, kinds[entry.text("kind")]),
    )
    instrument = _with_order_cost(entry, instrument)
    steps = steps_of_instrument(instrument)
    if steps is None:
        field = "tick_size" if step_of(instrument.tick_size) is None else "lot_size"
        raise entry.refuse(field, "too fine or too coarse: at most 22 places and 2^53 units")
    derivs = entry.path("derivs", folder) if "derivs" in entry.values else None
    return Source(
        instrument, *steps, entry.path("book", folder), entry.path("trades", folder), derivs
    )


def _order_lists(entry: "_Table") -> bool:
    if entry.switch("order_lists") and not entry.switch("stop_orders"):
        raise entry.refuse("order_lists", "a list is of a stop, too: needs stop_orders = true")
    return entry.switch("order_lists")


def _contract(entry: "_Table", kind: Kind) -> Contract:
    """Return what a contract is worth; LINEAR where the file does not say."""
    if "contract" not in entry.values:
        return Contract.LINEAR
    words = {contract.value: contract for contract in Contract}
    if entry.text("contract") not in words:
        raise entry.refuse("contract", f"must be one of {', '.join(words)}")
    contract = words[entry.text("contract")]
    if contract is Contract.INVERSE and kind is not Kind.PERP:
        raise entry.refuse(
            "contract", 'only a perp can be inverse; leave it out or say kind = "perp"'
        )
    return contract


def _fee_in(entry: "_Table", kind: Kind) -> FeeIn:
    """Return what the venue takes its fee in; QUOTE where the file does not say."""
    if "fee_in" not in entry.values:
        return FeeIn.QUOTE
    words = {fee_in.value: fee_in for fee_in in FeeIn}
    if entry.text("fee_in") not in words:
        raise entry.refuse("fee_in", f"must be one of {', '.join(words)}")
    fee_in = words[entry.text("fee_in")]
    if fee_in is FeeIn.RECEIVED and kind is not Kind.SPOT:
        raise entry.refuse("fee_in", "a perp brings in no base to take a fee from; leave it out")
    return fee_in


def _reduce_only(entry: "_Table", kind: Kind) -> ReduceOnly:
    """Return what the venue says of reduce-only orders; UNSAID where the file does not say."""
    if "reduce_only" not in entry.values:
        return ReduceOnly.UNSAID
    words = {said.value: said for said in ReduceOnly}
    if entry.text("reduce_only") not in words:
        raise entry.refuse("reduce_only", f"must be one of {', '.join(words)}")
    said = words[entry.text("reduce_only")]
    if said is not ReduceOnly.UNSAID and kind is not Kind.PERP:
        raise entry.refuse("reduce_only", "spot has no position to reduce; leave it out")
    return said


def _with_order_cost(entry: "_Table", instrument: Instrument) -> Instrument:
    """Return `instrument` with what an order costs there beside its fee; nothing if not said."""
    if "order_cost" not in entry.values:
        return instrument
    cost = entry.money("order_cost", least=ZERO)
    if cost and not instrument.pays_in_quote:
        raise entry.refuse("order_cost", "is for instruments that pay their fees in quote")
    return msgspec.structs.replace(instrument, order_cost=cost)


def _funding_interval_s(entry: "_Table") -> int:
    """Return the seconds between funding times; eight hours where the file does not say."""
    if "funding_interval_s" not in entry.values:
        return FUNDING_INTERVAL_S
    seconds = entry.whole("funding_interval_s")
    if not seconds:
        raise entry.refuse("funding_interval_s", "must be at least one second, like 28800")
    return seconds


def _refuse_twice(file: Path, sources: tuple[Source, ...]) -> None:
    instruments: set[tuple[VenueId, Symbol]] = set()
    files: set[Path] = set()
    for number, source in enumerate(sources, start=1):
        where = f"instrument {number}"
        address = (source.instrument.venue, source.instrument.symbol)
        if address in instruments:
            remedy = "this venue and symbol are listed twice, drop one of the two instruments"
            raise refuse(file, "venue and symbol", " ".join(address), remedy, where=where)
        instruments.add(address)
        for path in (source.book, source.trades, source.derivs):
            if path is not None and path in files:
                remedy = "this file is used twice, give every table a file of its own"
                raise refuse(file, "file", path.name, remedy, where=where)
            if path is not None:
                files.add(path)


@dataclass(frozen=True, slots=True)
class _Table:
    """One TOML table with the words to refuse it."""

    file: Path
    where: str
    values: Mapping[str, object]

    def refuse(self, key: str, remedy: str) -> TapeError:
        return refuse(self.file, key, self.values.get(key, "missing"), remedy, where=self.where)

    def allow(self, needs: tuple[str, ...], may: tuple[str, ...]) -> None:
        for key in self.values:
            if key not in needs and key not in may:
                known = ", ".join((*needs, *may))
                raise self.refuse(key, f"unknown key; remove it (known: {known})")
        for key in needs:
            if key not in self.values:
                raise self.refuse(key, "this key is required, add it")

    def table(self, key: str) -> Mapping[str, object]:
        value = self.values[key]
        if not isinstance(value, dict):
            raise self.refuse(key, f"must be a table, written [{key}]")
        return cast("Mapping[str, object]", value)

    def tables(self, key: str) -> list[Mapping[str, object]]:
        value = self.values[key]
        if not isinstance(value, list) or not value or not all(isinstance(v, dict) for v in value):
            raise self.refuse(key, f"must be one or more tables, each written [[{key}]]")
        return cast("list[Mapping[str, object]]", value)

    def text(self, key: str) -> str:
        value = self.values[key]
        if not isinstance(value, str) or not value or value != value.strip():
            raise self.refuse(key, "must be text in quotes, not empty, no blanks around it")
        return value

    def optional_text(self, key: str) -> None:
        if not isinstance(self.values.get(key, ""), str):
            raise self.refuse(key, "must be text in quotes")

    def whole(self, key: str) -> int:
        value = self.values[key]
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**62:
            raise self.refuse(key, "must be a whole number without quotes, not negative")
        return value

    def optional_whole(self, key: str) -> int | None:
        return self.whole(key) if key in self.values else None

    def switch(self, key: str) -> bool:
        """Return what the file says, False where it does not."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise self.refuse(key, "must be true or false, without quotes")
        return value

    def money(
        self,
        key: str,
        *,
        above: Decimal | None = None,
        least: Decimal | None = None,
        below: Decimal | None = None,
    ) -> Decimal:
        value = self.values[key]
        if not isinstance(value, str):
            raise self.refuse(key, f'must be a decimal number in quotes, like "{value}"')
        try:
            number = decimal(value)
        except ValueError:
            raise self.refuse(key, 'must be a plain decimal number, like "0.01"') from None
        if above is not None and number <= above:
            raise self.refuse(key, f"must be more than {above}")
        if least is not None and number < least:
            raise self.refuse(key, f"must be at least {least}")
        if below is not None and number >= below:
            raise self.refuse(key, f"must be less than {below}")
        return number

    def path(self, key: str, folder: Path) -> Path:
        name = self.text(key)
        if "/" in name or "\\" in name or name in {".", ".."}:
            raise self.refuse(key, "must be the name of a file in the tape's own folder")
        return folder / name
