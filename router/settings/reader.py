"""What does a config say: strict fields, then the rules between them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from router.documents.document import Document, parse_toml
from router.documents.source import read_text
from router.documents.validation import validated
from router.resources import config_folder
from router.settings.fields import FAULT_KEYS, FaultSection, MarketSection, Settings
from venues.model.instrument import FeeIn
from venues.model.numbers import ONE, plain

_OPTIONAL_FAULT_KEYS = ("command", "number", "delay_ms", "reason", "from_ms", "for_ms")


def default_config() -> Path:
    """Return the config that holds when none is named; it travels with the package."""
    return config_folder() / "paper.toml"


def read_settings(path: Path) -> Settings:
    """Read a config from a TOML file.

    Raises InputError: one line with file, line, field, value and remedy.
    """
    return parse_settings(parse_toml(str(path), read_text(path)))


def parse_settings(document: Document) -> Settings:
    """Return the settings in `document`; InputError as `read_settings`."""
    settings = validated(document, Settings)
    _check_latency(document, settings)
    _check_faults(document, settings)
    _check_terms(document, settings)
    _check_markets(document, settings)
    return settings


def _check_latency(document: Document, settings: Settings) -> None:
    if "default" not in settings.paper.latency:
        remedy = "the section is missing; add [paper.latency.default], it holds for other venues"
        raise document.problem(("paper", "latency", "default"), None, remedy)


def _check_faults(document: Document, settings: Settings) -> None:
    for index, fault in enumerate(settings.paper.fault):
        needed = FAULT_KEYS[fault.kind]
        for key in _OPTIONAL_FAULT_KEYS:
            value = getattr(fault, key)
            field = ("paper", "fault", index, key)
            if value is None and key in needed:
                meaning = FaultSection.model_fields[key].description
                raise document.problem(
                    field, None, f"missing; a fault {fault.kind.value} needs {key} ({meaning})"
                )
            if value is not None and key not in needed:
                remedy = f"has no meaning for a fault {fault.kind.value}; leave it out"
                raise document.problem(field, value, remedy)


def _check_terms(document: Document, settings: Settings) -> None:
    _once(document, "venue", "name", [(venue.name,) for venue in settings.venue])
    _once(document, "instrument", "symbol", [(i.venue, i.symbol) for i in settings.instrument])
    for index, venue in enumerate(settings.venue):
        if venue.order_cost and venue.fee_in is FeeIn.RECEIVED:
            remedy = "a venue that takes fees in base charges no order in quote; leave it out"
            raise document.problem(("venue", index, "order_cost"), str(venue.order_cost), remedy)
    for index, own in enumerate(settings.instrument):
        if own.fee_in is FeeIn.RECEIVED and ":" in own.symbol:
            remedy = "a perp brings in no base to take a fee from; leave fee_in out"
            raise document.problem(("instrument", index, "fee_in"), own.fee_in.value, remedy)


def _check_markets(document: Document, settings: Settings) -> None:
    _once(document, "market", "symbol", [(market.symbol,) for market in settings.market])
    owner: dict[tuple[str, str], str] = {}
    for index, market in enumerate(settings.market):
        for position, member in enumerate(market.member):
            address = (member.venue, member.symbol)
            if address in owner:
                field = ("market", index, "member", position, "symbol")
                remedy = f"is already a member of {owner[address]}; keep one of them"
                raise document.problem(field, " ".join(address), remedy)
            owner[address] = market.symbol
    for index, market in enumerate(settings.market):
        _check_conversions(document, index, market, owner)


def _check_conversions(
    document: Document, index: int, market: MarketSection, owner: Mapping[tuple[str, str], str]
) -> None:
    for position, member in enumerate(market.member):
        by = member.conversion_book
        if by is None:
            continue
        field = ("market", index, "member", position, "conversion_book")
        wanted = f"{_quote(member.symbol)}/{_quote(market.symbol)}"
        if by.symbol != wanted:
            remedy = f"does not convert the quote of {member.symbol}; it must be {wanted}"
            raise document.problem((*field, "symbol"), by.symbol, remedy)
        if (by.venue, by.symbol) in owner:
            remedy = f"is a member of {owner[by.venue, by.symbol]}; a conversion stands outside"
            raise document.problem((*field, "symbol"), by.symbol, remedy)
        if member.conversion != ONE:
            remedy = "is a constant beside a conversion_book; keep one of them"
            raise document.problem((*field[:-1], "conversion"), plain(member.conversion), remedy)
    if all(member.conversion_book for member in market.member):
        remedy = "no member is priced in the market's own quote; add one, it says what the price is"
        raise document.problem(("market", index, "member"), None, remedy)


def _quote(symbol: str) -> str:
    """Return the currency in which a symbol is priced."""
    return symbol.split("/", 1)[-1].split(":", 1)[0]


def _once(document: Document, table: str, key: str, names: Sequence[tuple[str, ...]]) -> None:
    for index, name in enumerate(names):
        if name in names[:index]:
            remedy = f"two [[{table}]] for it; keep one of them"
            raise document.problem((table, index, key), " ".join(name), remedy)
