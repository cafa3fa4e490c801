"""Every venue's real client signs what was meant, or the order is refused: as recorded, and both ways."""

import asyncio

import pytest

from tests.wire.__main__ import GOLDEN
from tests.wire.markets import LISTED
from tests.wire.table import CANARY, Row, wire_table

GOLDEN_TEXT = GOLDEN.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return asyncio.run(wire_table())


def test_the_requests_are_those_recorded(rows: list[Row]) -> None:
    told = [line for row in rows for line in row.lines()]
    assert told == GOLDEN_TEXT.splitlines(), "python -m tests.wire shows what changed"


def test_what_is_not_refused_is_said_and_what_is_refused_would_not_have_been(
    rows: list[Row],
) -> None:
    for row in rows:
        if row.refused:
            assert row.otherwise.startswith(("[wire]", "[ccxt]")), row
        else:
            assert row.said.startswith(("POST", "DELETE")), row


def test_every_venue_places_takes_and_cancels_by_our_own_id(rows: list[Row]) -> None:
    for order in ("limit", "post-only limit", "IOC limit", "cancel by client id"):
        refused = [row.venue for row in rows if row.order == order and row.refused]
        assert refused == [], order
    assert len({row.venue for row in rows}) == len(LISTED)


def test_a_perp_reduces_only_where_it_was_meant_to(rows: list[Row]) -> None:
    perps = [row for row in rows if "reduce-only" in row.order and row.venue.endswith("perp")]
    assert len(perps) == 8
    assert not [row for row in perps if row.refused]


def test_no_key_signature_or_time_is_recorded() -> None:
    for word in (CANARY, "signature", "timestamp", "nonce", "1111111", "2222222", "canaryPASS"):
        assert word not in GOLDEN_TEXT, word
