"""Lines for `fathom route`, good ones to be spoilt by a test."""

import json
from collections.abc import Sequence
from typing import Any

Level = tuple[str, str]


def venue(name: str, *levels: Level, **terms: object) -> dict[str, Any]:
    """Return one venue, best level first, without fee, minimum or fixed cost unless said."""
    plain: dict[str, Any] = {
        "name": name,
        "levels": [list(level) for level in levels],
        "taker_fee": "0",
        "lot": "0.001",
        "min_qty": "0",
        "min_notional": "0",
        "fixed_cost": "0",
    }
    return {**plain, **terms}


def question(
    *venues: dict[str, Any], side: str = "buy", quantity: str = "1", **terms: object
) -> dict[str, Any]:
    """Return one line as a tree."""
    return {
        "id": "q",
        "side": side,
        "quantity": quantity,
        "venues": list(venues),
        **terms,
    }


def line(tree: object) -> bytes:
    """Return `tree` as the bytes of a line."""
    return json.dumps(tree).encode()


def lines(trees: Sequence[object]) -> bytes:
    """Return `trees` as the bytes of a file."""
    return b"".join(line(tree) + b"\n" for tree in trees)
