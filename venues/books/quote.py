"""What does one look at a book tell? Its state, its touch and when we knew, in one call."""

from typing import Final

from venues.books.jit import jit
from venues.books.kernels import book_best, book_state
from venues.books.layout import H_TS_LOCAL
from venues.model.market import Int64s

QUOTE_WORDS: Final = 4
Q_STATE: Final = 0
Q_BEST: Final = 1  # [1] bid, [2] ask, net of own orders, or NO_TICK
Q_LOCAL: Final = 3


@jit
def book_quote(mem: Int64s, b: int, now_ns: int, stale_after_ns: int, out: Int64s) -> None:
    """Write QUOTE_WORDS words about the book at `b` into `out`."""
    out[Q_STATE] = book_state(mem, b, now_ns, stale_after_ns)
    for side in range(2):
        out[Q_BEST + side] = book_best(mem, b, side)
    out[Q_LOCAL] = mem[b + H_TS_LOCAL]
