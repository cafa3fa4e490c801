"""Who reads the requests of a family, so that none leaves unread?"""

from typing import assert_never

from venues.live.dialect import Family
from venues.live.read_binance import read_binance
from venues.live.read_bybit import read_bybit
from venues.live.read_hyperliquid import read_hyperliquid
from venues.live.read_kraken import read_kraken
from venues.live.read_okx import read_okx
from venues.live.wire import Unreadable, Wire


def request_says(family: Family, method: str, url: str, body: str | None) -> Wire:
    """Return what a signed request says; whatever cannot be read is Unreadable, never an error."""
    try:
        return _read(family, method, url, body)
    except KeyError as missing:
        return Unreadable(why=f"the request does not say {missing.args[0]}")
    except ValueError as error:
        return Unreadable(why=str(error))


def _read(family: Family, method: str, url: str, body: str | None) -> Wire:
    match family:
        case Family.BINANCE_SPOT | Family.BINANCE_USDM:
            return read_binance(family, method, url, body)
        case Family.HYPERLIQUID:
            return read_hyperliquid(method, url, body)
        case Family.OKX:
            return read_okx(method, url, body)
        case Family.BYBIT:
            return read_bybit(method, url, body)
        case Family.KRAKEN:
            return read_kraken(method, url, body)
        case _:
            assert_never(family)
