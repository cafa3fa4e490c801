"""How things are named: derived ids, so that a retry or a replay cannot make a twin."""

import base64
import hashlib
from typing import Final, NewType

VenueId = NewType("VenueId", str)
Symbol = NewType("Symbol", str)
AccountId = NewType("AccountId", str)
ParentId = NewType("ParentId", str)
ClientOrderId = NewType("ClientOrderId", str)
RunId = NewType("RunId", str)

MAIN_ACCOUNT = AccountId("main")

_TAG = "fa"
_DIGITS: Final = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS: Final = tuple(first + second for first in _DIGITS for second in _DIGITS)
_SHIFTS: Final = range(70, -1, -10)


def client_order_id(run: RunId, parent: ParentId, child_no: int, attempt: int = 1) -> ClientOrderId:
    """Return the 18-character id of one child attempt: a tag and 80 bits of a hash of its facts.

    Lower-case letters and digits only, the charset every venue accepts as it is or encoded.
    """
    facts = f"{run}\x1f{parent}\x1f{child_no}\x1f{attempt}".encode()
    digest = hashlib.blake2b(facts, digest_size=10).digest()
    # Base 32 (RFC 4648) of sixteen digits, two at a time.
    bits = int.from_bytes(digest)
    return ClientOrderId(_TAG + "".join([_PAIRS[bits >> shift & 1023] for shift in _SHIFTS]))


def run_id(*facts: bytes) -> RunId:
    """Return the id of a run: a hash of what determines it (tape, config, seed, orders)."""
    digest = hashlib.blake2b(b"\x1f".join(facts), digest_size=10).digest()
    return RunId(base64.b32encode(digest).decode().lower())
