"""What does a stream of frames make of a book? Decided from the JSON alone, in decimals.

Shares nothing with the readers under test: Python's own parser, dictionaries, the venue's rules.
"""

import json
import re
from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal
from typing import Any

_DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?")
_MOST = 2**53


class Wrong(Exception):
    """The frame is not one that can be believed."""


class PlainBook:
    """One book of Binance spot from diffs that go on from a snapshot; `None`: BROKEN."""

    def __init__(self, tick: Decimal, lot: Decimal, symbol: str) -> None:
        self.tick, self.lot, self.symbol = tick, lot, symbol
        self.levels: dict[tuple[str, Decimal], Decimal] | None = None
        self.last = -1
        self.joining = False

    def snapshot(self, body: bytes) -> None:
        said = json.loads(body)
        self.levels = {}
        self._put(said["bids"], said["asks"])
        self.last, self.joining = said["lastUpdateId"], True

    def hear(self, frame: bytes) -> None:
        """Apply a frame, or break."""
        if self.levels is None:
            return
        try:
            said = self._said(frame)
            if said is None or said["u"] <= self.last:
                return
            self._follow(said["U"])
            self._put(said["b"], said["a"])
        except Wrong:
            self.levels = None
            return
        self.last, self.joining = said["u"], False

    def _follow(self, first: int) -> None:
        if first > self.last + 1 or (not self.joining and first != self.last + 1):
            raise Wrong

    def _said(self, frame: bytes) -> Mapping[str, Any] | None:
        try:
            text = frame.decode()
            said: Any = json.loads(text, parse_constant=_refuse)
        except ValueError:
            raise Wrong from None
        if isinstance(said, dict) and next(iter(said), "") == "stream":
            said = said.get("data") if isinstance(said["stream"], str) else None
        if not isinstance(said, dict) or "stream" in said:
            raise Wrong
        for name, kind in (("e", str), ("E", int), ("s", str), ("U", int), ("u", int)):
            if type(said.get(name)) is not kind:
                raise Wrong
        for name in ("b", "a"):
            if not _pairs(said.get(name)):
                raise Wrong
        numbers = [said["U"], said["u"], said.get("pu") or 0]
        if type(numbers[2]) is not int or not all(0 <= n < 2**62 for n in numbers):
            raise Wrong
        if not 0 <= said["E"] < 9 * 10**12:
            raise Wrong
        if said["e"] != "depthUpdate" or said["s"] != self.symbol:
            return None
        if said["U"] > said["u"]:
            raise Wrong
        return said

    def _put(self, bids: object, asks: object) -> None:
        assert self.levels is not None
        levels = dict(self.levels)
        for side, rows in (("b", bids), ("a", asks)):
            assert isinstance(rows, list)
            for price_text, size_text in rows:
                price, size = _number(price_text), _number(size_text)
                if price % self.tick or not 0 < price / self.tick < _MOST:
                    raise Wrong
                lots = (size / self.lot).to_integral_value(ROUND_FLOOR)
                if lots >= _MOST:
                    raise Wrong
                levels[side, price] = lots * self.lot
        self.levels = {at: size for at, size in levels.items() if size}


def _number(text: object) -> Decimal:
    if not isinstance(text, str) or not _DECIMAL.fullmatch(text):
        raise Wrong
    return Decimal(text)


def _pairs(rows: object) -> bool:
    return isinstance(rows, list) and all(
        isinstance(row, list) and len(row) == 2 and all(isinstance(x, str) for x in row)
        for row in rows
    )


def _refuse(text: str) -> object:
    raise ValueError(text)
