"""Which book store is used here: kernels, or their twin in plain Python?"""

from collections.abc import Sequence

from venues.books.port import DEFAULT_CAPACITY, Books, Capacity
from venues.model.instrument import Instrument


def make_books(
    instruments: tuple[Instrument, ...],
    *,
    kernels: bool,
    capacities: Sequence[Capacity] | None = None,
) -> Books:
    """Return empty books for `instruments`; both kinds answer alike to the lot.

    `capacities`: room per instrument to start with. Only kernels load numba; without numba they
    would run interpreted, slower than the twin: ask `venues.books.jit.kernels_available` first.
    """
    if not kernels:
        from venues.books.twin import TwinBooks

        return TwinBooks(instruments)
    from venues.books.arena import BookArena
    from venues.books.store import KernelBooks

    if capacities is None:
        capacities = (DEFAULT_CAPACITY,) * len(instruments)
    if len(capacities) != len(instruments):
        raise ValueError(f"{len(capacities)} capacities for {len(instruments)} instruments")
    return KernelBooks(instruments, BookArena(capacities))
