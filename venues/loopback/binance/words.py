"""How does Binance spell what an exchange knows: numbers, sides, types, statuses."""

from decimal import Decimal
from typing import Final, assert_never

from venues.loopback.matching.values import Ask, Order, State, Tif
from venues.model.numbers import plain
from venues.model.order import Side, TriggerDirection

# One JSON object on its way out: names are the venue's, and it is written once and never read here.
Json = dict[str, object]

NS_PER_MS: Final = 1_000_000
_EIGHT: Final = Decimal("0.00000001")


def num(value: Decimal) -> str:
    """Return a number with eight decimals, as Binance writes it; with more where it has more."""
    if value % _EIGHT == 0:
        return format(value, ".8f")
    return plain(value)


def fixed(value: Decimal, places: int) -> str:
    """Return a number with so many decimals, as USD-M writes market data; with more if it has more."""
    text = format(value, f".{places}f")
    return text if Decimal(text) == value else plain(value)


def places_of(step: Decimal) -> int:
    """Return how many decimals a step has."""
    return max(-int(step.normalize().as_tuple().exponent), 0)


def side_word(side: Side) -> str:
    """Return BUY or SELL."""
    return "BUY" if side is Side.BUY else "SELL"


def stops_loss(ask: Ask) -> bool:
    """Return whether a trigger is a stop's: it sells below or buys above the market."""
    assert ask.trigger is not None
    return (ask.side is Side.SELL) == (ask.trigger.direction is TriggerDirection.DOWN)


def tif_word(ask: Ask) -> str:
    """Return the time in force of spot, which has no word for post-only."""
    return "GTC" if ask.tif is Tif.POST_ONLY else ask.tif.name


def status_word(order: Order) -> str:
    """Return the status; partly filled is one at Binance."""
    match order.state:
        case State.DORMANT:
            return "NEW"
        case State.WORKING:
            return "PARTIALLY_FILLED" if order.filled else "NEW"
        case State.FILLED | State.CANCELED | State.EXPIRED:
            return order.state.name
        case State.SELF_TRADE:
            return "EXPIRED_IN_MATCH"
        case _:
            assert_never(order.state)
