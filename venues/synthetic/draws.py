"""Where does chance come from, bit for bit the same on every machine?

Only raw PCG64 bits (numpy guarantees their stream) and single IEEE operations are used: numpy's
own distributions may change between versions, and its exp and log differ between processors.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from venues.model.market import Int64s

Doubles = npt.NDArray[np.float64]

_ROOT_OF_3 = 1.7320508075688772
_UNIT = 2.0**-53


class Draws:
    """One stream of chance; `seed` and the numbers in `stream` (all >= 0) decide all of it."""

    __slots__ = ("_raw",)

    def __init__(self, seed: int, *stream: int) -> None:
        bits = np.random.PCG64(np.random.SeedSequence([seed, *stream]))
        self._raw: Callable[[int], npt.NDArray[np.uint64]] = bits.random_raw

    def uniform(self, *shape: int) -> Doubles:
        """Return doubles in [0, 1)."""
        raw = self._raw(int(np.prod(shape)))
        values: Doubles = (raw >> np.uint64(11)).astype(np.float64) * _UNIT
        return values.reshape(shape)

    def bell(self, *shape: int) -> Doubles:
        """Return bell-shaped doubles of mean 0 and sd 1, none beyond 3.47 (four uniforms added)."""
        a, b, c, d = self.uniform(4, *shape)
        values: Doubles = (a + b + c + d - 2.0) * _ROOT_OF_3
        return values

    def whole(self, below: int, *shape: int) -> Int64s:
        """Return whole numbers in [0, below), `below` far under 2^53."""
        return (self.uniform(*shape) * below).astype(np.int64)


def growth(x: Doubles) -> Doubles:
    """Return (1 + x / 1024)^1024, a stand-in for exp that every processor rounds alike."""
    power: Doubles = 1.0 + x / 1024.0
    for _ in range(10):
        power = power * power
    return power
