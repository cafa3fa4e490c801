"""What is the Keccak-256 of some bytes, as Ethereum hashes: the padding before it became SHA-3.

The sponge of G. Bertoni, J. Daemen, M. Peeters, G. Van Assche, The Keccak reference, 2011.
"""

from typing import Final

_RATE: Final = 136
_MASK: Final = (1 << 64) - 1


def keccak(data: bytes) -> bytes:
    """Return the 32 bytes of Keccak-256."""
    padded = bytearray(data)
    padded.append(1)
    padded.extend(bytes(-len(padded) % _RATE))
    padded[-1] |= 0x80
    lanes = [0] * 25
    for start in range(0, len(padded), _RATE):
        for i in range(_RATE // 8):
            lanes[i] ^= int.from_bytes(padded[start + 8 * i : start + 8 * i + 8], "little")
        lanes = _permuted(lanes)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])


def _turned(lane: int, by: int) -> int:
    by %= 64
    return ((lane << by) | (lane >> (64 - by))) & _MASK


def _permuted(lanes: list[int]) -> list[int]:
    """Return the state after 24 rounds; lane (x, y) is at x + 5 y."""
    register = 1
    for _ in range(24):
        columns = [
            lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20]
            for x in range(5)
        ]
        lanes = [
            lanes[i] ^ columns[(i + 4) % 5] ^ _turned(columns[(i + 1) % 5], 1) for i in range(25)
        ]
        x, y, moved = 1, 0, lanes[1]
        for step in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            lanes[x + 5 * y], moved = _turned(moved, (step + 1) * (step + 2) // 2), lanes[x + 5 * y]
        lanes = [
            lanes[i] ^ (~lanes[i - i % 5 + (i + 1) % 5] & lanes[i - i % 5 + (i + 2) % 5] & _MASK)
            for i in range(25)
        ]
        for j in range(7):
            if register & 1:
                lanes[0] ^= 1 << ((1 << j) - 1)
            register = (register << 1) ^ (0x171 if register & 0x80 else 0)
    return lanes
