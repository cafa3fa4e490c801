"""Which instruments count as one asset, and on whose terms: the config over what the data says."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from router.settings.fields import MarketSection, MemberSection, Settings
from venues.errors import InputError
from venues.model.ids import Symbol, VenueId
from venues.model.instrument import FeeIn, Instrument, Kind, Market, Member, ReduceOnly
from venues.model.numbers import ZERO, plain


def on_terms(instruments: Sequence[Instrument], settings: Settings) -> tuple[Instrument, ...]:
    """Return `instruments` with the fees, costs and minimums of [[venue]] and [[instrument]] put in.

    InputError where they ask for what an instrument cannot have.
    """
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
    # Put in last: whether there can be one depends on other terms.
    cost, instrument = instrument.order_cost, _put_in(instrument, order_cost=ZERO)
    lists, instrument = instrument.order_lists, _put_in(instrument, order_lists=False)
    for venue in settings.venue:
        if venue.name == instrument.venue:
            cost = cost if venue.order_cost is None else venue.order_cost
            lists = lists if venue.order_lists is None else venue.order_lists
            # Fees that are taken from what was bought are a matter of spot alone, positions of perps.
            reduce_only = venue.reduce_only if instrument.kind is Kind.PERP else None
            fee_in = venue.fee_in if instrument.brings_base else None
            instrument = _put_in(
                instrument,
                maker_fee=venue.maker_fee,
                taker_fee=venue.taker_fee,
                fee_in=fee_in,
                funding_interval_s=venue.funding_interval_s,
                reduce_only=reduce_only,
                stop_orders=venue.stop_orders,
            )
    for own in settings.instrument:
        if (own.venue, own.symbol) == (instrument.venue, instrument.symbol):
            if own.fee_in is FeeIn.RECEIVED and not instrument.brings_base:
                raise InputError(
                    f'instrument {own.venue} {own.symbol}: fee_in = "received": '
                    "is not spot, a buy brings in no base to take a fee from; leave fee_in out"
                )
            if own.reduce_only is not None and instrument.kind is not Kind.PERP:
                raise InputError(
                    f"instrument {own.venue} {own.symbol}: reduce_only = "
                    f'"{own.reduce_only.value}": spot has no position to reduce; leave it out'
                )
            cost = cost if own.order_cost is None else own.order_cost
            lists = lists if own.order_lists is None else own.order_lists
            instrument = _put_in(
                instrument,
                maker_fee=own.maker_fee,
                taker_fee=own.taker_fee,
                fee_in=own.fee_in,
                funding_interval_s=own.funding_interval_s,
                reduce_only=own.reduce_only,
                stop_orders=own.stop_orders,
                min_quantity=own.min_quantity,
                min_notional=own.min_notional,
            )
    if lists and not instrument.stop_orders:
        raise InputError(
            f"instrument {instrument.venue} {instrument.symbol}: order_lists = true: "
            "a list is of a stop, too, and it holds none; set stop_orders = true"
        )
    if cost and not instrument.pays_in_quote:
        raise InputError(
            f'instrument {instrument.venue} {instrument.symbol}: order_cost = "{plain(cost)}": '
            f'is not charged there in {instrument.quote}; set order_cost = "0" in its [[instrument]]'
        )
    return _put_in(instrument, order_cost=cost, order_lists=lists)


def _put_in(
    instrument: Instrument, **terms: Decimal | FeeIn | ReduceOnly | int | None
) -> Instrument:
    """Return `instrument` with those of `terms` that are given."""
    given = {name: value for name, value in terms.items() if value is not None}
    return msgspec.structs.replace(instrument, **given)


def _declared(market: MarketSection, instruments: Sequence[Instrument]) -> tuple[Member, ...]:
    said = {(member.venue, member.symbol): member for member in market.member}
    return tuple(
        _member(i, said[address])
        for i in instruments
        if (address := (str(i.venue), str(i.symbol))) in said
    )


def _member(instrument: Instrument, said: MemberSection) -> Member:
    """Return the member that the config describes; InputError where it would cost the unknown."""
    by = said.conversion_book
    if by is not None and instrument.order_cost:
        raise InputError(
            f"instrument {instrument.venue} {instrument.symbol}: order_cost = "
            f'"{plain(instrument.order_cost)}": its quote is converted by a book, which says '
            'nothing of what an order costs; set order_cost = "0" in its [[instrument]]'
        )
    return Member(
        instrument=instrument,
        unit=said.unit,
        conversion=said.conversion,
        conversion_book=None if by is None else (VenueId(by.venue), Symbol(by.symbol)),
    )
