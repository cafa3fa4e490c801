"""How is a client order id written at a venue, and which of ours is one that a venue shows?"""

import re
from typing import Final

from venues.live.dialect import ClientIds, IdForm
from venues.model.ids import ClientOrderId

# Ours: a tag and sixteen letters or digits, which are a number of base 36 below 2^83.
_OURS: Final = re.compile(r"fa([0-9a-z]{16})")
_TAGGED: Final = re.compile(r"0xfa0{8}([0-9a-f]{22})")
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_PLACES: Final = 16


def written(order: ClientOrderId, ids: ClientIds) -> str:
    """Return the id as the venue takes it; ValueError where it cannot be written there."""
    text = _hexed(order) if ids.form is IdForm.HEX128 else str(order)
    if len(text) > ids.length_max or not re.fullmatch(ids.charset, text):
        raise ValueError(f"client order id {order!r} cannot be written: {text!r}")
    return text


def read(text: str, ids: ClientIds) -> ClientOrderId | None:
    """Return our id behind one that a venue shows; None for what cannot be ours."""
    match ids.form:
        case IdForm.PLAIN:
            return ClientOrderId(text) if _OURS.fullmatch(text) else None
        case IdForm.HEX128:
            tagged = _TAGGED.fullmatch(text.lower())
            return _unhexed(int(tagged[1], 16)) if tagged else None


def _hexed(order: ClientOrderId) -> str:
    ours = _OURS.fullmatch(order)
    if ours is None:
        raise ValueError(f"client order id {order!r} is not of our making: fa and 16 of 0-9, a-z")
    return f"0xfa{int(ours[1], 36):030x}"


def _unhexed(number: int) -> ClientOrderId | None:
    digits = ""
    for _ in range(_PLACES):
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return ClientOrderId(f"fa{digits}") if not number else None
