"""Is it safe to trade with this account from this machine? Asked before the first order."""

from collections.abc import Mapping
from typing import Final

from venues.errors import InputError, VenueProtocolError, VenueUnreachable
from venues.live.dialect import Family
from venues.live.exchange import Exchange
from venues.live.flight import Landed
from venues.ports import Clock

# Binance takes a request that is 1 s ahead of its own clock, and no older than its validity.
_MOST_OFF_MS: Final = 1_000
_MS: Final = 1_000_000


async def refuse_keys_that_withdraw(exchange: Exchange) -> bool:
    """Return whether the venue could tell what the key may do; InputError if it may withdraw.

    VenueUnreachable where it could tell and does not answer.
    """
    if exchange.dialect.family is not Family.BINANCE_SPOT:
        return False
    landed = await exchange.fly(None, exchange.ccxt.sapi_get_account_apirestrictions)
    said = _answer(landed, exchange, "what the key may do")
    may = said.get("enableWithdrawals") if isinstance(said, Mapping) else None
    if not isinstance(may, bool):
        raise VenueProtocolError(f"{exchange.dialect.exchange} does not say what the key may do")
    if may:
        raise InputError(
            f"{exchange.dialect.exchange}: this key may withdraw; make one that may trade and read only"
        )
    return True


async def refuse_a_clock_that_is_off(exchange: Exchange, clock: Clock) -> int:
    """Return by how many ms the venue's clock is ahead of ours; InputError beyond a second.

    VenueUnreachable where it does not answer.
    """
    before_ns = clock.wall_ns()
    landed = await exchange.fly(None, exchange.ccxt.fetch_time)
    after_ns = clock.wall_ns()
    said = _answer(landed, exchange, "what time it is")
    if not isinstance(said, int):
        raise VenueProtocolError(f"{exchange.dialect.exchange} does not say what time it is")
    middle_ms = (before_ns + after_ns) // 2 // _MS
    doubt_ms = (after_ns - before_ns) // 2 // _MS  # as long as the answer took, nothing is known
    off_ms = said - middle_ms
    if abs(off_ms) > _MOST_OFF_MS + doubt_ms:
        raise InputError(
            f"{exchange.dialect.exchange}: this machine's clock is {-off_ms} ms ahead of the venue's; "
            "set it (NTP)"
        )
    return off_ms


def _answer(landed: Landed, exchange: Exchange, what: str) -> object:
    if landed.error is not None:
        name = type(landed.error).__name__  # its text holds the signed address
        raise VenueUnreachable(f"{exchange.dialect.exchange} does not say {what}: {name}")
    return landed.value
