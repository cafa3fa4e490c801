"""How does Python keep the virtual orders that kernels follow?"""

import numpy as np

from venues.books.layout import FAR_TICK, NO_TICK
from venues.books.probe_kernels import probes_looked, probes_printed
from venues.books.probe_layout import (
    GENERATIONS,
    O_TICK,
    P_FLOW,
    P_NEAREST,
    P_ON,
    P_ORDERS,
    P_REACH,
    P_SWING,
    P_TABLE,
    PROBE_WORDS,
    SLOTS,
)
from venues.books.probes import TABLE_WORDS
from venues.books.store import KernelBooks
from venues.model.market import Int64s


class KernelProbes:
    """`venues.books.probes.Probes` over books of kernels; `words` has a row per instrument.

    Kernels that play a market follow the rows themselves.
    """

    __slots__ = ("_books", "words")

    def __init__(self, books: KernelBooks, *, learn: bool) -> None:
        self._books = books
        self.words: Int64s = np.zeros((len(books.instruments), PROBE_WORDS), np.int64)
        asks = P_ORDERS + (2 * O_TICK + 1) * SLOTS
        self.words[:, P_ON] = learn
        self.words[:, P_REACH] = NO_TICK
        self.words[:, P_REACH + 1] = FAR_TICK
        self.words[:, asks - SLOTS : asks] = NO_TICK
        self.words[:, asks : asks + SLOTS] = FAR_TICK
        middle = P_NEAREST + GENERATIONS
        self.words[:, P_NEAREST:middle] = NO_TICK
        self.words[:, middle : middle + GENERATIONS] = FAR_TICK

    def looked(self, i: int, now_ns: int) -> None:
        """Follow book `i` after a message that became known at `now_ns`."""
        probes_looked(self.words[i], self._books.arena.mem, self._books.base(i), now_ns)

    def printed(self, i: int, taker_is_buy: bool, tick: int, lots: int, now_ns: int) -> None:
        """Follow a public trade of instrument `i`."""
        mem, base = self._books.arena.mem, self._books.base(i)
        probes_printed(self.words[i], mem, base, int(taker_is_buy), tick, lots, now_ns)

    def table(self, i: int) -> Int64s:
        """Return what has been counted, cell by cell; it goes on counting."""
        return self.words[i, P_TABLE : P_TABLE + TABLE_WORDS]

    def flow(self, i: int, side: int) -> int:
        """Return the lots, in parts of `FLOW_ONE`, that prints take from `side` in a second."""
        return int(self.words[i, P_FLOW + side])

    def swing(self, i: int) -> int:
        """Return the mean move of the mid in a second, in parts of `SWING_ONE` x 10^-8 of it."""
        return int(self.words[i, P_SWING])

    def teach(self, i: int, table: Int64s, flows: tuple[int, int], swing: int) -> None:
        """Go on from what was counted before, where nothing has been counted yet."""
        self.words[i, P_TABLE : P_TABLE + TABLE_WORDS] = table
        self.words[i, P_FLOW : P_FLOW + 2] = flows
        self.words[i, P_SWING] = swing
