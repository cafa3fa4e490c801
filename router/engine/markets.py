"""What is the market of a parent at this instant, and the worst price it may trade at there?"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import msgspec

from router.depth.composite import Composite, observe
from router.depth.funding import expected_funding
from router.depth.scale import Scale, charged, market_scale
from router.engine.settings import EngineSettings
from router.engine.state import EngineState
from router.orders.parent import Parent
from venues.books.port import Books
from venues.model.ids import ParentId, Symbol, VenueId
from venues.model.instrument import Member
from venues.model.numbers import BPS

_NS_PER_S: Final = 1_000_000_000

_Counts = Mapping[tuple[VenueId, Symbol], Member]


class Markets:
    """The markets as a step sees them: each is observed once a step, and priced per parent.

    `scales`: one per market.
    """

    def __init__(
        self,
        scales: Mapping[Symbol, Scale],
        books: Books,
        state: EngineState,
        settings: EngineSettings,
    ) -> None:
        self._scales = scales
        self._books = books
        self._state = state
        self._settings = settings
        self._now_ns = 0
        # The scale with funding by market (or parent) and hold, as long as charges stay the same.
        self._charged: dict[tuple[str, int], tuple[tuple[int, ...], Scale, Scale]] = {}
        self._own: dict[ParentId, tuple[_Counts, Scale]] = {}  # who counts contracts
        self._composites: dict[Symbol, Composite] = {}
        self._collars: dict[tuple[Symbol, int], Decimal] = {}

    def look(self, now_ns: int) -> None:
        """Look anew, at engine time `now_ns`."""
        self._now_ns = now_ns
        self._composites.clear()
        self._collars.clear()

    def composite(self, symbol: Symbol) -> Composite:
        """Return the market of `symbol` as it stands now; made once a step."""
        found = self._composites.get(symbol)
        if found is None:
            found = self._composites[symbol] = observe(
                self._books,
                self._scales[symbol],
                now_ns=self._now_ns,
                stale_after_ns=self._settings.stale_after_ns,
            )
        return found

    def of(self, parent: Parent) -> Composite:
        """Return the market of `parent` now, priced for it: with the funding its hold expects.

        The books, what is wrong with them and the mid are those of `composite`: funding is no part
        of what guards compare.
        """
        composite, hold_s = self.composite(parent.spec.symbol), parent.spec.hold_s
        scale = self.scale_of(parent)
        if not hold_s:
            if scale is composite.scale:
                return composite
            return msgspec.structs.replace(composite, scale=scale)
        expected = expected_funding(
            scale, self._books, now_ns=self._now_ns, hold_ns=hold_s * _NS_PER_S
        )
        asked = (parent.spec.id if parent.counted else parent.spec.symbol, hold_s)
        known = self._charged.get(asked)
        if known is None or known[:2] != (expected.charges, scale):
            known = expected.charges, scale, charged(scale, expected.charges)
            self._charged[asked] = known
        return msgspec.structs.replace(composite, scale=known[2], uncounted=expected.uncounted)

    def scale_of(self, parent: Parent) -> Scale:
        """Return the market of `parent` in integers, with its inverse contracts as it counts them."""
        scale = self._scales[parent.spec.symbol]
        if not parent.counted:
            return scale
        own = self._own.get(parent.spec.id)
        if own is None or own[0] is not parent.counted:
            kept = {parent.spec.id, *self._state.alive}
            self._own = {name: held for name, held in self._own.items() if name in kept}
            self._charged = {
                at: held for at, held in self._charged.items() if at[0] in {*kept, *self._scales}
            }
            members = tuple(
                parent.counted.get((m.instrument.venue, m.instrument.symbol), m)
                for m in scale.market.members
            )
            market = msgspec.structs.replace(scale.market, members=members)
            own = parent.counted, market_scale(market, self._books.instruments)
            self._own[parent.spec.id] = own
        return own[1]

    def limit_of(self, parent: Parent) -> Decimal:
        """Return the worst price a parent may trade at now: its limit, and never past the collar."""
        sign = parent.spec.side.sign
        symbol = parent.spec.symbol
        mid = self.composite(symbol).mid
        if mid is None:
            collar = self.beyond(parent.arrival_price, sign)
        elif (known := self._collars.get((symbol, sign))) is not None:
            collar = known
        else:
            collar = self._collars[symbol, sign] = self.beyond(mid, sign)
        if parent.limit is None:
            return collar
        return min(parent.limit, collar) if sign > 0 else max(parent.limit, collar)

    def beyond(self, reference: Decimal, sign: int) -> Decimal:
        """Return the collar of takers around `reference`: above for buys (+1), below for sells."""
        return reference + sign * reference * self._settings.limits.collar_bps / BPS
