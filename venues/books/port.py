"""What can a book store be asked, whoever keeps the books?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from venues.books.layout import HORIZON_NS, HORIZONS
from venues.model.instrument import Instrument
from venues.model.market import BookMessage, BookState, DerivKind, Int64s

DEFAULT_MOST = 512


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much room a book starts with: a hint, never a bound on what it can hold.

    `window`: ticks per side kept dense around the touch, a power of two from 256 on.
    `slots`: entries of its tables, a power of two from 16 on, three quarters of which are used.
    """

    window: int = 1 << 14
    slots: int = 1 << 10

    def __post_init__(self) -> None:
        for name, value, least in (("window", self.window, 256), ("slots", self.slots, 16)):
            if value < least or value & (value - 1):
                raise ValueError(f"{name} {value} is not a power of two from {least} on")


DEFAULT_CAPACITY = Capacity()


def horizon_of(way_ns: int) -> int:
    """Return the number of the shortest horizon that is no shorter than a way, else the longest."""
    for number, horizon_ns in enumerate(HORIZON_NS):
        if way_ns <= horizon_ns:
            return number
    return HORIZONS - 1


class Books(Protocol):
    """The order books of `instruments`, addressed by their index `i`.

    `key` is a level address (`venues.model.market.level_key`), sizes are lots, prices ticks, times
    ns. Displayed is what the feed shows less what we consumed; net is displayed less own orders.
    """

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """Return whose books these are."""
        ...

    def apply(self, i: int, message: BookMessage) -> None:
        """Apply one book message, all its rows or, on a snapshot, in place of the whole book."""
        ...

    def print_(self, i: int, tick: int, lots: int) -> None:
        """Note a public trade."""
        ...

    def deriv(self, i: int, kind: DerivKind, value_e12: int, next_ns: int) -> None:
        """Note a mark, an index or a funding rate in 10^-12 units."""
        ...

    def gap(self, i: int) -> None:
        """Note that something was missed: BROKEN until the next snapshot."""
        ...

    def doubt(self, i: int) -> None:
        """Make the book UNVERIFIED until `trust`."""
        ...

    def trust(self, i: int) -> None:
        """Take a doubt back."""
        ...

    def take(self, i: int, key: int, lots: int) -> int:
        """Consume up to `lots` (>= 0) of a level; return how many were there to take."""
        ...

    def show_own(self, i: int, key: int, delta: int) -> None:
        """Show more (or fewer) of our own lots at a level; ValueError below nothing."""
        ...

    def set_own(self, i: int, own: Mapping[int, int]) -> None:
        """Leave exactly these own lots (key -> lots > 0) out of what is read from now on."""
        ...

    def best(self, i: int, side: int) -> int | None:
        """Return the best tick net of own orders."""
        ...

    def size(self, i: int, key: int) -> int:
        """Return the displayed lots of a level; 0 where nothing is known."""
        ...

    def net(self, i: int, key: int) -> int:
        """Return the displayed lots of a level less own orders."""
        ...

    def levels(
        self, i: int, side: int, *, limit_tick: int | None, enough: int, most: int = DEFAULT_MOST
    ) -> tuple[Int64s, Int64s]:
        """Return ticks and net lots of `side`, best first.

        Ends before the first tick worse than `limit_tick`, with the level at which `enough` lots
        are reached, or after `most` levels. Beyond the last level nothing is known.
        """
        ...

    def within(self, i: int, side: int, *, limit_tick: int | None, enough: int) -> int:
        """Return the net lots of `side` no worse than `limit_tick`, counted up to `enough`.

        `enough` is at most 2^60.
        """
        ...

    def all_levels(self, i: int) -> Int64s:
        """Return every level held, ordered by key.

        Columns: key, recorded, effective, own shown, own left out.
        """
        ...

    def crossed(self, i: int) -> bool:
        """Return whether the displayed touch is crossed or locked."""
        ...

    def state(self, i: int, now_ns: int, stale_after_ns: int) -> BookState:
        """Return UNVERIFIED, BROKEN, STALE or LIVE: the first that applies."""
        ...

    def quote(
        self, i: int, now_ns: int, stale_after_ns: int
    ) -> tuple[BookState, int | None, int | None, int]:
        """Return state, best bid, best ask and local time at once, each as its own question does."""
        ...

    def last_local_ns(self, i: int) -> int:
        """Return when we knew the last book message; 0 before the first."""
        ...

    def last_tick(self, i: int) -> int | None:
        """Return the price of the last print."""
        ...

    def volume(self, i: int) -> int:
        """Return the lots printed so far."""
        ...

    def mark(self, i: int) -> int | None:
        """Return the mark price in 10^-12 units."""
        ...

    def index(self, i: int) -> int | None:
        """Return the index price in 10^-12 units."""
        ...

    def funding(self, i: int) -> tuple[int, int] | None:
        """Return the funding rate in 10^-12 units and when it is next paid."""
        ...

    def learn(self, i: int) -> None:
        """Take down from now on what becomes of displayed depth; see `venues.books.outcomes`."""
        ...

    def disturbed(self, i: int, now_ns: int) -> None:
        """Note that an order of ours leaves for this book: what happens next is not an outcome."""
        ...

    def outcomes(self, i: int, side: int, horizon: int, limit_tick: int) -> tuple[Int64s, Int64s]:
        """Return outcomes alike to what the book shows now, and how much more or less will change.

        Outcomes, shape (n, REACHES): up to WHOLE which share of what was displayed was there on
        arrival, beyond it lots more. Change, shape (CHANGES, REACHES), up to the distance of
        `limit_tick`: of what is displayed now so much more than in the outcomes goes (row GOES), and
        so much more comes (row COMES), in 1 / WHOLE.
        """
        ...

    def dump_outcomes(self, i: int) -> Int64s:
        """Return all that has been learned of book `i`, to be put back by `restore_outcomes`."""
        ...

    def restore_outcomes(self, i: int, dumped: Int64s) -> None:
        """Put back what was learned; ValueError for anything of another size."""
        ...
