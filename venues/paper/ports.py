"""What a paper venue needs of a recorded market: matching against what really stood there."""

from typing import Protocol

from venues.model.order import Trigger


class Prices(Protocol):
    """A venue's own last and mark prices, in exchange time; `i` as in `Matcher`."""

    def reached(self, i: int, trigger: Trigger, now_ns: int) -> bool:
        """Return whether the price as it stands at `now_ns` is at the trigger; False without one."""
        ...

    def reached_ns(self, i: int, trigger: Trigger, after_ns: int) -> int | None:
        """Return when the price first comes to the trigger after `after_ns`; None: it never does."""
        ...


class Matcher(Protocol):
    """The venue side of a recorded market; `i` is the instrument's index in the tape.

    `side` is the side of *our* order: `venues.model.market.BID` buys, `ASK` sells. Prices are
    ticks, quantities lots, `now_ns` the time at the venue, at which its book already stands.
    `order_no` is unique per instrument.
    """

    @property
    def prices(self) -> Prices: ...

    def sweep(
        self, i: int, side: int, limit_tick: int, lots: int, now_ns: int
    ) -> list[tuple[int, int]]:
        """Take up to `lots` within `limit_tick`; return what traded as (tick, lots), best first."""
        ...

    def would_cross(self, i: int, side: int, tick: int) -> bool:
        """Return whether an order at `tick` would trade at once."""
        ...

    def rest(self, i: int, order_no: int, side: int, tick: int, lots: int, now_ns: int) -> None:
        """Queue `lots` at `tick`, behind all that stands there; fills come with market entries."""
        ...

    def remove(self, i: int, order_no: int, now_ns: int) -> None:
        """Take a resting order out; a completely filled one has left by itself."""
        ...

    def last_exchange_ns(self, i: int) -> int | None:
        """Return the venue time of the last recorded event; None: the market goes on."""
        ...
