"""What a config says is what the run does."""

import re
from decimal import Decimal

import msgspec
import pytest
from pydantic import BaseModel, ValidationError

from router.documents.document import parse_toml
from router.settings.fields import InstrumentSection, MemberSection, Queue, Settings, VenueSection
from router.settings.markets import market_of, on_terms, tradable
from router.settings.reader import default_config, parse_settings, read_settings
from venues.errors import InputError
from venues.model.ids import Symbol, VenueId
from venues.model.instrument import FeeIn, Instrument, Kind

DEFAULT = default_config().read_text()


def _settings(more: str) -> Settings:
    return parse_settings(parse_toml("c.toml", DEFAULT + more))


def _spot(venue: str, symbol: str = "BTC/USDT") -> Instrument:
    return Instrument(
        venue=VenueId(venue),
        symbol=Symbol(symbol),
        kind=Kind.SPOT,
        tick_size=Decimal("0.1"),
        lot_size=Decimal("0.001"),
        min_quantity=Decimal("0.001"),
        min_notional=Decimal(5),
        maker_fee=Decimal("0.0001"),
        taker_fee=Decimal("0.0004"),
    )


def test_a_venue_without_latency_of_its_own_has_the_default_one() -> None:
    paper = _settings("[paper.latency.near]\nentry_ms = 1\nresponse_ms = 2\njitter_ms = 0\n").paper
    assert (paper.latency_of("near").entry_ns, paper.latency_of("near").response_ns) == (
        1_000_000,
        2_000_000,
    )
    assert paper.latency_of("far").entry_ms == 5
    assert paper.queue is Queue.PESSIMISTIC


def test_settings_cannot_change_under_a_running_engine() -> None:
    settings = read_settings(default_config())
    with pytest.raises(ValidationError):
        settings.run.seed = 2  # type: ignore[misc]


def test_another_seed_is_another_run_and_nothing_else() -> None:
    settings = read_settings(default_config())
    other = settings.with_seed(99)
    assert (settings.run.seed, other.run.seed) == (1, 99)
    assert other.with_seed(1) == settings


def test_the_same_settings_have_the_same_bytes_however_they_are_written() -> None:
    tidy = read_settings(default_config())
    other = parse_toml("c.toml", DEFAULT.replace('"200"', '"200.00"').replace("#", "# x"))
    assert parse_settings(other).canonical() == tidy.canonical()
    assert tidy.with_seed(2).canonical() != tidy.canonical()


def test_terms_of_an_instrument_win_over_those_of_its_venue() -> None:
    settings = _settings(
        '[[venue]]\nname = "a"\ntaker_fee = "0.0002"\nmaker_fee = "-0.0001"\n'
        '[[instrument]]\nvenue = "a"\nsymbol = "BTC/USDT"\ntaker_fee = "0"\nmin_notional = "1"\n'
    )
    first, second, other = on_terms([_spot("a"), _spot("a", "ETH/USDT"), _spot("b")], settings)
    assert (first.taker_fee, first.maker_fee) == (0, Decimal("-0.0001"))
    assert (first.min_notional, first.min_quantity) == (1, Decimal("0.001"))
    assert second.taker_fee == Decimal("0.0002")
    assert other == _spot("b")


def test_a_venue_takes_fees_in_base_from_its_spot_alone() -> None:
    settings = _settings('[[venue]]\nname = "a"\nfee_in = "received"\n')
    perp = msgspec.structs.replace(_spot("a", "BTC/USDT:USDT"), kind=Kind.PERP)
    spot, untouched = on_terms([_spot("a"), perp], settings)
    assert spot.fee_in is FeeIn.RECEIVED
    assert untouched == perp


def test_an_instrument_may_differ_from_its_venue_in_what_fees_are_taken_in() -> None:
    settings = _settings(
        '[[venue]]\nname = "a"\nfee_in = "received"\n'
        '[[instrument]]\nvenue = "a"\nsymbol = "BTC/USDT"\nfee_in = "quote"\n'
    )
    bitcoin, ether = on_terms([_spot("a"), _spot("a", "ETH/USDT")], settings)
    assert (bitcoin.fee_in, ether.fee_in) == (FeeIn.QUOTE, FeeIn.RECEIVED)


def test_what_an_order_costs_is_said_of_a_venue_or_of_an_instrument() -> None:
    settings = _settings(
        '[[venue]]\nname = "a"\norder_cost = "0.35"\n'
        '[[instrument]]\nvenue = "a"\nsymbol = "BTC/USDT"\norder_cost = "0"\n'
    )
    instruments = [_spot("a"), _spot("a", "ETH/USDT"), _spot("b")]
    assert [i.order_cost for i in on_terms(instruments, settings)] == [0, Decimal("0.35"), 0]


def test_where_fees_are_not_paid_in_quote_no_order_is_charged_in_it() -> None:
    settings = _settings('[[venue]]\nname = "a"\norder_cost = "0.35"\n')
    coin = msgspec.structs.replace(_spot("a", "BTC/USD:BTC"), kind=Kind.PERP)
    with pytest.raises(InputError, match=r'BTC/USD:BTC: order_cost = "0\.35": is not charged'):
        on_terms([coin], settings)
    kept = msgspec.structs.replace(_spot("a"), fee_in=FeeIn.RECEIVED)
    with pytest.raises(InputError, match="is not charged there in USDT"):
        on_terms([kept], settings)


def test_a_perp_by_any_name_takes_no_fee_in_base() -> None:
    settings = _settings('[[instrument]]\nvenue = "a"\nsymbol = "BTC/USDT"\nfee_in = "received"\n')
    perp = msgspec.structs.replace(_spot("a"), kind=Kind.PERP)
    with pytest.raises(InputError, match='a BTC/USDT: fee_in = "received": is not spot'):
        on_terms([perp], settings)


def test_an_undeclared_market_is_every_instrument_with_that_symbol() -> None:
    instruments = [_spot("a"), _spot("b", "BTC/USDC"), _spot("c")]
    market = market_of(Symbol("BTC/USDT"), instruments, read_settings(default_config()))
    assert market is not None
    assert [m.instrument.venue for m in market.members] == ["a", "c"]


def test_a_declared_market_joins_what_the_config_says_and_no_more() -> None:
    settings = _settings(
        '[[market]]\nsymbol = "BTC/USDT"\n'
        '[[market.member]]\nvenue = "b"\nsymbol = "BTC/USDC"\nconversion = "0.9998"\n'
        '[[market.member]]\nvenue = "c"\nsymbol = "mBTC/USDT"\nunit = "0.001"\n'
        '[[market.member]]\nvenue = "gone"\nsymbol = "BTC/USDT"\n'
    )
    instruments = [_spot("a"), _spot("c", "mBTC/USDT"), _spot("b", "BTC/USDC")]
    market = market_of(Symbol("BTC/USDT"), instruments, settings)
    assert market is not None
    assert [(m.instrument.venue, m.unit, m.conversion) for m in market.members] == [
        ("c", Decimal("0.001"), 1),
        ("b", 1, Decimal("0.9998")),
    ]


def test_an_unknown_symbol_is_answered_with_what_there_is() -> None:
    instruments = [_spot("b", "ETH/USDT"), _spot("a")]
    settings = read_settings(default_config())
    assert market_of(Symbol("DOGE/USDT"), instruments, settings) is None
    assert tradable(instruments, settings) == ("BTC/USDT", "ETH/USDT")


SECTIONS: list[type[BaseModel]] = [Settings, VenueSection, InstrumentSection, MemberSection]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__name__)
def test_every_key_is_shown_in_the_config_that_travels(section: type[BaseModel]) -> None:
    shown = set(re.findall(r"[a-z_]+", DEFAULT))
    missing = [key for key in section.model_fields if key not in shown]
    assert missing == []


def test_the_commented_examples_of_the_config_are_valid() -> None:
    uncommented = re.sub(r"^# (?=\[|[a-z_]+ = )", "", DEFAULT, flags=re.MULTILINE)
    settings = parse_settings(parse_toml("c.toml", uncommented))
    assert settings.market
    assert settings.venue
    assert len(settings.paper.fault) == 2


CONVERTED = """
[[market]]
symbol = "BTC/USDT"
[[market.member]]
venue = "a"
symbol = "BTC/USDT"
[[market.member]]
venue = "b"
symbol = "BTC/USDC"
conversion_book = { venue = "c", symbol = "USDC/USDT" }
"""


def test_a_member_may_be_converted_by_a_book_outside_the_market() -> None:
    instruments = [_spot("a"), _spot("b", "BTC/USDC"), _spot("c", "USDC/USDT")]
    market = market_of(Symbol("BTC/USDT"), instruments, _settings(CONVERTED))
    assert market is not None
    assert [m.conversion_book for m in market.members] == [
        None,
        (VenueId("c"), Symbol("USDC/USDT")),
    ]


def test_what_an_order_costs_in_a_currency_that_a_book_converts_is_not_known() -> None:
    costly = [_spot("a"), msgspec.structs.replace(_spot("b", "BTC/USDC"), order_cost=Decimal(1))]
    with pytest.raises(InputError, match=r"b BTC/USDC: order_cost = .* converted by a book"):
        market_of(Symbol("BTC/USDT"), costly, _settings(CONVERTED))
