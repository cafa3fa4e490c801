"""What a trader writes is what the engine is asked for."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from router.documents.document import Document, parse_json, parse_toml
from router.order_files.parser import parse_order, read_order
from strategies.spec import ParentSpec, RestParams, TakeParams, TwapParams
from venues.model.ids import ParentId, Symbol, VenueId
from venues.model.order import Side

EXAMPLES = Path(__file__).parents[3] / "examples"


def _order(fields: str) -> ParentSpec:
    return parse_order(parse_toml("o.toml", fields)).spec


TAKE = '[order]\nid = "x"\nsymbol = "BTC/USDT"\nside = "sell"\nquantity = "0.10"\nkind = "take"\n'


def test_a_twap_arrives_as_written() -> None:
    spec = read_order(EXAMPLES / "twap-btc.toml").spec
    assert spec == ParentSpec(
        id=ParentId("twap-btc"),
        symbol=Symbol("BTC/USDT"),
        side=Side.BUY,
        quantity=Decimal(250),
        limit_bps=Decimal(50),
        params=TwapParams(horizon_s=480, slices=96),
    )


def test_the_short_twap_differs_in_its_horizon_only() -> None:
    spec = read_order(EXAMPLES / "twap-btc-240.toml").spec
    assert spec.params == TwapParams(horizon_s=240, slices=96)
    assert (spec.quantity, spec.limit_bps) == (Decimal(250), Decimal(50))


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.name)
def test_every_example_can_be_ordered(path: Path) -> None:
    assert read_order(path).spec.quantity > 0


def test_a_take_needs_no_section_and_no_limit() -> None:
    spec = _order(TAKE)
    assert spec.params == TakeParams()
    assert (spec.limit_price, spec.limit_bps, spec.start_ns) == (None, None, 0)


def test_trailing_zeros_do_not_change_the_quantity() -> None:
    assert _order(TAKE).quantity == Decimal("0.1")


def test_a_rest_is_told_in_whole_seconds() -> None:
    spec = _order(
        TAKE.replace('"take"', '"rest"')
        + '[order.rest]\nrepeg_interval_s = 2\ndeadline_s = 60\nat_deadline = "cancel"\n'
    )
    assert spec.params == RestParams(repeg_interval_ms=2000, deadline_s=60, at_deadline="cancel")


def test_an_interval_is_another_way_to_count_slices() -> None:
    spec = _order(
        TAKE.replace('"take"', '"twap"') + "[order.twap]\nhorizon_s = 600\ninterval_s = 20\n"
    )
    assert spec.params == TwapParams(horizon_s=600, slices=30)


def test_venues_are_allowed_denied_and_capped() -> None:
    spec = _order(
        TAKE + 'venues = { allow = ["b", "a"], deny = ["c"], cap = { a = "3" }, most = 2 }\n'
    )
    assert spec.venues_most == 2
    assert spec.venues_allow == (VenueId("b"), VenueId("a"))
    assert spec.venues_deny == (VenueId("c"),)
    assert spec.venue_caps == ((VenueId("a"), Decimal(3)),)


@pytest.mark.parametrize(
    ("written", "start_ns"),
    [
        ('"2024-08-08T23:54:15Z"', 1_723_161_255_000_000_000),
        ('"2024-08-09T01:54:15+02:00"', 1_723_161_255_000_000_000),
        ('"2024-08-08T23:54:15.123456789Z"', 1_723_161_255_123_456_789),
        ("2024-08-08T23:54:15.5Z", 1_723_161_255_500_000_000),
    ],
)
def test_a_start_is_exact_to_the_nanosecond(written: str, start_ns: int) -> None:
    assert _order(TAKE + f"start = {written}\n").start_ns == start_ns


def test_json_asks_for_the_same_as_toml() -> None:
    document = parse_toml("o.toml", (EXAMPLES / "twap-btc.toml").read_text())
    same: Document = parse_json("o.json", json.dumps(document.tree))
    assert parse_order(same).spec == parse_order(document).spec


def test_a_doubt_found_later_still_names_the_line() -> None:
    order = parse_order(parse_toml("o.toml", TAKE))
    told = str(order.problem("symbol", "BTC/USDT", "no venue has it"))
    assert told == 'o.toml:3: order.symbol = "BTC/USDT": no venue has it'


def test_a_hold_is_said_in_whole_seconds_and_is_none_where_nothing_is_said() -> None:
    assert _order(TAKE + "hold_s = 86400\n").hold_s == 86_400
    assert _order(TAKE).hold_s == 0
