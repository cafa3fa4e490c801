"""Which instruments count as one asset, and on whose terms: the config over what the data says."""

from collections.abc import Sequence

import msgspec

from router.settings.fields import MarketSection, Settings
from venues.model.ids import Symbol
from venues.model.instrument import Instrument, Market, Member


def on_terms(instruments: Sequence[Instrument], settings: Settings) -> tuple[Instrument, ...]:
    """Return `instruments` with the fees and minimums of [[venue]] and [[instrument]] put in."""
    return tuple(_on_terms(instrument, settings) for instrument in instruments)


def market_of(
    symbol: Symbol, instruments: Sequence[Instrument], settings: Settings
) -> Market | None:
    """Return the market that `symbol` names, None when there is nothing to trade it on.

    Declared by [[market]], else every instrument with exactly that symbol. Members keep the order
    of `instruments`; declared members that this run does not have are left out.
    """
    declared = next((m for m in settings.market if m.symbol == symbol), None)
    if declared is None:
        members = tuple(Member(instrument=i) for i in instruments if i.symbol == symbol)
    else:
        members = _declared(declared, instruments)
    return Market(symbol=symbol, members=members) if members else None


def tradable(instruments: Sequence[Instrument], settings: Settings) -> tuple[Symbol, ...]:
    """Return every symbol that `market_of` knows, sorted: what to offer for an unknown one."""
    named = {i.symbol for i in instruments} | {Symbol(m.symbol) for m in settings.market}
    return tuple(s for s in sorted(named) if market_of(s, instruments, settings) is not None)


def _on_terms(instrument: Instrument, settings: Settings) -> Instrument:
    for venue in settings.venue:
        if venue.name == instrument.venue:
            instrument = msgspec.structs.replace(
                instrument,
                maker_fee=instrument.maker_fee if venue.maker_fee is None else venue.maker_fee,
                taker_fee=instrument.taker_fee if venue.taker_fee is None else venue.taker_fee,
            )
    for own in settings.instrument:
        if (own.venue, own.symbol) == (instrument.venue, instrument.symbol):
            instrument = msgspec.structs.replace(
                instrument,
                maker_fee=instrument.maker_fee if own.maker_fee is None else own.maker_fee,
                taker_fee=instrument.taker_fee if own.taker_fee is None else own.taker_fee,
                min_quantity=(
                    instrument.min_quantity if own.min_quantity is None else own.min_quantity
                ),
                min_notional=(
                    instrument.min_notional if own.min_notional is None else own.min_notional
                ),
            )
    return instrument


def _declared(market: MarketSection, instruments: Sequence[Instrument]) -> tuple[Member, ...]:
    said = {(member.venue, member.symbol): member for member in market.member}
    return tuple(
        Member(instrument=i, unit=said[address].unit, conversion=said[address].conversion)
        for i in instruments
        if (address := (str(i.venue), str(i.symbol))) in said
    )
