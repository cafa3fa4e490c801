"""What are the synthetic venues like: terms, depth, speed and honesty of each?"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from venues.model.ids import Symbol, VenueId
from venues.model.instrument import Instrument, Kind

MID_PRICE: Final = 60_000.0
BTC_USDT: Final = Symbol("BTC/USDT")


@dataclass(frozen=True, slots=True)
class Profile:
    """One synthetic venue. Depth is thousand units of quote per side within 1, 5 and 10 bps."""

    venue: str
    tick_size: str
    lot_size: str
    min_notional: str
    maker_fee: str
    taker_fee: str
    depth_k: tuple[float, float, float]
    slots: int  # most levels a side
    view_bps: float  # nothing is shown beyond
    message_ms: int
    lag_ms: float  # exchange to us, least
    jitter_ms: float  # median of what comes on top
    behind_ms: int  # how late its price follows the common one
    offset_half_life_s: float
    trades_per_s: float
    flicker_per_s: float  # how often size is shown for one message only

    def instrument(self, symbol: Symbol) -> Instrument:
        """Return the venue's terms for `symbol`, a spot pair."""
        return Instrument(
            venue=VenueId(self.venue),
            symbol=symbol,
            kind=Kind.SPOT,
            tick_size=Decimal(self.tick_size),
            lot_size=Decimal(self.lot_size),
            min_quantity=Decimal(self.lot_size),
            min_notional=Decimal(self.min_notional),
            maker_fee=Decimal(self.maker_fee),
            taker_fee=Decimal(self.taker_fee),
        )

    @property
    def ticks_per_bps(self) -> float:
        """Return how many ticks one basis point of the price is."""
        return MID_PRICE * 1e-4 / float(self.tick_size)


# Invented names: none of these is a real exchange. Figures follow the recorded range.
FIVE_VENUES: Final = (
    Profile(
        venue="alder",
        tick_size="0.01",
        lot_size="0.00001",
        min_notional="5",
        maker_fee="0.00005",
        taker_fee="0.00020",
        depth_k=(257, 1_399, 2_781),
        slots=120,
        view_bps=14,
        message_ms=90,
        lag_ms=5,
        jitter_ms=1,
        behind_ms=0,
        offset_half_life_s=10,
        trades_per_s=8,
        flicker_per_s=0.1,
    ),
    Profile(
        venue="birch",
        tick_size="0.1",
        lot_size="0.001",
        min_notional="5",
        maker_fee="0",
        taker_fee="0.00017",
        depth_k=(436, 3_316, 8_753),
        slots=140,
        view_bps=20,
        message_ms=90,
        lag_ms=9,
        jitter_ms=2,
        behind_ms=0,
        offset_half_life_s=8,
        trades_per_s=8,
        flicker_per_s=0.1,
    ),
    Profile(
        venue="cedar",
        tick_size="0.1",
        lot_size="0.0001",
        min_notional="10",
        maker_fee="-0.00005",
        taker_fee="0.00022",
        depth_k=(280, 1_499, 3_997),
        slots=110,
        view_bps=16,
        message_ms=80,
        lag_ms=18,
        jitter_ms=3,
        behind_ms=30,
        offset_half_life_s=5,
        trades_per_s=4,
        flicker_per_s=0.2,
    ),
    Profile(
        venue="dogwood",
        tick_size="0.5",
        lot_size="0.001",
        min_notional="20",
        maker_fee="0",
        taker_fee="0.00030",
        depth_k=(80, 600, 1_275),
        slots=80,
        view_bps=11,
        message_ms=90,
        lag_ms=25,
        jitter_ms=4,
        behind_ms=20,
        offset_half_life_s=5,
        trades_per_s=3,
        flicker_per_s=0.5,
    ),
    Profile(
        venue="elm",
        tick_size="1",
        lot_size="0.0005",
        min_notional="50",
        maker_fee="0.00004",
        taker_fee="0.00012",
        depth_k=(245, 1_051, 1_439),
        slots=50,
        view_bps=8.3,
        message_ms=95,
        lag_ms=45,
        jitter_ms=4,
        behind_ms=40,
        offset_half_life_s=3,
        trades_per_s=3,
        flicker_per_s=0.2,
    ),
)
