"""What is answered to a line: exact money, legal legs, a reason for every venue left out."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.route_files.answer import RouteAnswer, answer, answer_line, error_line
from router.route_files.ask import LineError
from router.route_files.figures import figures
from router.route_files.integers import exact_ask
from router.route_files.parser import parse_line
from router.routing.exact import solve
from tests.unit.route_files.questions import line, question, venue
from venues.model.numbers import plain


def _answered(tree: dict[str, Any]) -> RouteAnswer:
    exact = exact_ask(parse_line(line(tree)))
    return answer(exact, solve(exact.problem))


def _legs(given_: RouteAnswer) -> list[tuple[str, str, str]]:
    return [(leg.venue, plain(leg.quantity), plain(leg.limit_price)) for leg in given_.legs]


def test_the_cheapest_levels_are_bought_at_exact_cost() -> None:
    got = _answered(
        question(
            venue("alpha", ("100", "0.4"), ("102", "5"), taker_fee="0.001"),
            venue("beta", ("101", "9"), taker_fee="0.0005"),
            quantity="1",
        )
    )
    assert _legs(got) == [("alpha", "0.4", "100"), ("beta", "0.6", "101")]
    assert plain(got.cost) == "100.6703"  # 40 * 1.001 + 60.6 * 1.0005
    assert (plain(got.unrouted), plain(got.certified_gap), got.skipped) == ("0", "0", ())


def test_a_sale_reports_its_net_proceeds() -> None:
    got = _answered(
        question(
            venue("alpha", ("100", "0.4"), ("99", "5"), taker_fee="0.001", fixed_cost="0.5"),
            side="sell",
        )
    )
    assert _legs(got) == [("alpha", "1", "99")]
    assert plain(got.cost) == "98.8006"  # 99.4 * 0.999 - 0.5


def test_a_sale_that_costs_more_than_it_brings_says_so() -> None:
    got = _answered(question(venue("alpha", ("100", "5"), fixed_cost="250"), side="sell"))
    assert plain(got.cost) == "-150"


def test_a_fixed_cost_moves_a_small_order_to_the_dearer_book() -> None:
    got = _answered(
        question(
            venue("gas", ("100", "9"), fixed_cost="3"), venue("free", ("102", "9")), quantity="1"
        )
    )
    assert _legs(got) == [("free", "1", "102")]
    assert dict(got.skipped) == {"gas": "fixed cost 3 is more than it would save"}


def test_no_level_beyond_the_limit_is_taken() -> None:
    got = _answered(
        question(
            venue("alpha", ("100", "0.5"), ("101", "0.25"), ("102", "9")),
            venue("beta", ("103", "9")),
            limit_price="101",
        )
    )
    assert _legs(got) == [("alpha", "0.75", "101")]
    assert plain(got.unrouted) == "0.25"
    assert dict(got.skipped) == {"beta": "no depth within limit"}


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"min_qty": "2"}, "below minimum: quantity 1, smallest order 2"),
        ({"min_notional": "150"}, "below minimum: quantity 1, smallest order 1.5"),
        ({"cap": "0.5", "min_qty": "0.6"}, "below minimum: cap 0.5, smallest order 0.6"),
        ({"cap": "0"}, "below minimum: cap 0, smallest order 0.001"),
        ({"lot": "20"}, "below minimum: depth 9, smallest order 20"),
        ({"lot": "2"}, "below minimum: quantity 1, smallest order 2"),
        ({"levels": []}, "no depth"),
        ({"levels": [["100", "0"], ["101", "0.000"]]}, "no depth"),
    ],
    ids=repr,
)
def test_a_quantity_no_venue_takes_is_an_empty_plan_with_reasons(
    terms: dict[str, object], reason: str
) -> None:
    got = _answered(question(venue("alpha", ("100", "9"), **terms)))
    assert (got.legs, plain(got.unrouted), plain(got.cost)) == ((), "1", "0")
    assert dict(got.skipped) == {"alpha": reason}


def test_no_venues_is_an_empty_plan() -> None:
    got = _answered(question())
    assert (got.legs, plain(got.unrouted), got.skipped) == ((), "1", ())


def test_a_level_of_size_zero_is_no_depth() -> None:
    got = _answered(question(venue("alpha", ("99", "0"), ("100", "1"))))
    assert _legs(got) == [("alpha", "1", "100")]


def test_the_reference_price_turns_a_minimum_notional_into_lots() -> None:
    asked = question(venue("alpha", ("100", "9"), min_notional="100"), quantity="1")
    assert len(_answered({**asked, "reference_price": "99.99"}).legs) == 0
    assert len(_answered({**asked, "reference_price": "100"}).legs) == 1
    assert len(_answered(asked).legs) == 1  # without one: the best level


def test_what_no_lot_can_hold_stays_unrouted() -> None:
    got = _answered(question(venue("alpha", ("100", "9")), quantity="1.00049"))
    assert _legs(got) == [("alpha", "1", "100")]
    assert plain(got.unrouted) == "0.00049"


def test_lots_that_are_not_nested_are_routed_whole() -> None:
    got = _answered(
        question(
            venue("alpha", ("100", "9"), lot="0.3"),
            venue("beta", ("101", "9"), lot="0.2"),
            quantity="1",
        )
    )
    assert _legs(got) == [("alpha", "0.6", "100"), ("beta", "0.4", "101")]
    assert (plain(got.unrouted), plain(got.certified_gap)) == ("0", "0")


def test_a_search_cut_short_certifies_its_distance_to_the_optimum() -> None:
    gas = [
        venue(f"v{n}", (f"{100 + n}", "0.4"), (f"{120 - n}", "0.5"), fixed_cost=f"{n + 1}.5")
        for n in range(8)
    ]
    exact = exact_ask(parse_line(line(question(*gas, quantity="2"))))
    best = answer(exact, solve(exact.problem))
    cut = answer(exact, solve(exact.problem, nodes_most=1))
    assert best.certified_gap == 0
    assert cut.certified_gap > 0
    assert cut.cost - cut.certified_gap <= best.cost <= cut.cost


def test_sizes_finer_than_a_lot_are_walked_exactly() -> None:
    got = _answered(
        question(
            venue("alpha", ("100", "0.333333333333333333333333333333"), ("103", "9"), lot="0.5"),
        )
    )
    assert _legs(got) == [("alpha", "1", "103")]
    assert plain(got.cost) == "102.000000000000000000000000000001"


def test_the_longest_numbers_are_exact() -> None:
    most = "9" * 30 + "." + "9" * 30
    got = _answered(
        question(
            venue("alpha", (most, most), lot="0." + "0" * 29 + "1", taker_fee="0." + "9" * 30),
            quantity=most,
        )
    )
    whole = int(most.replace(".", ""))
    cost = whole * whole * (2 * 10**30 - 1)
    assert got.cost == Decimal(f"{cost}E-90")
    assert plain(got.cost).replace(".", "").rstrip("0") == str(cost).rstrip("0")


def test_equal_prices_go_to_the_venue_listed_first() -> None:
    same = [venue(name, ("100", "9")) for name in ("beta", "alpha")]
    assert _legs(_answered(question(*same))) == [("beta", "1", "100")]


def test_the_line_of_a_plan_has_exactly_the_fields_of_the_contract() -> None:
    asked = question(venue("caf\u00e9", ("100", "0.50")), venue("b"), id="\u20bf-1")
    said = answer_line("\u20bf-1", _answered(asked))
    assert said.isascii()
    assert json.loads(said) == {
        "id": "\u20bf-1",
        "legs": [{"venue": "caf\u00e9", "quantity": "0.5", "limit_price": "100"}],
        "unrouted": "0.5",
        "cost": "50",
        "certified_gap": "0",
        "skipped": {"b": "no depth"},
    }


def test_the_line_of_a_mistake_has_exactly_the_fields_of_the_contract() -> None:
    told = {"field": "side", "message": "missing"}
    assert json.loads(error_line(3, LineError("side", "missing", "q"))) == {
        "id": "q",
        "line": 3,
        "error": told,
    }
    assert json.loads(error_line(3, LineError("side", "missing"))) == {"line": 3, "error": told}


def test_figures_split_the_hidden_cost_into_depth_fees_and_fixed_cost() -> None:
    exact = exact_ask(
        parse_line(
            line(
                question(
                    venue("alpha", ("100", "0.5"), ("102", "9"), taker_fee="0.001"),
                    venue("beta", ("104", "9"), fixed_cost="1"),
                    venue("gamma", ("105", "0.5")),
                )
            )
        )
    )
    known = figures(exact, solve(exact.problem))
    assert known.best == 100
    assert known.average == 101
    assert known.net == Decimal("101.101")
    assert (known.depth_bps, known.fee_bps, known.fixed_bps) == (100, Decimal("10.1"), 0)
    assert known.hidden_bps == Decimal("110.1")
    assert [(one.venue, one.cost) for one in known.alone] == [
        ("alpha", Decimal("101.101")),
        ("beta", Decimal(105)),
    ]
    assert [v.near for v in known.venues] == [Decimal("0.5"), 0, 0]


_PRICE = st.integers(1, 400).map(lambda n: Decimal(n) / 4)
_SIZE = st.integers(0, 3000).map(lambda n: Decimal(n) / 2000)
_CENTS = st.integers(0, 300).map(lambda n: str(Decimal(n) / 100))


@st.composite
def _venues(draw: st.DrawFn, side: str) -> list[dict[str, Any]]:
    out = []
    for n in range(draw(st.integers(0, 4))):
        prices = sorted(draw(st.sets(_PRICE, max_size=5)), reverse=side == "sell")
        out.append(
            venue(
                f"v{n}",
                *[(str(price), str(draw(_SIZE))) for price in prices],
                taker_fee=draw(st.sampled_from(["0", "0.001", "-0.0002", "0.01"])),
                lot=draw(st.sampled_from(["0.001", "0.003", "0.01", "0.1"])),
                min_qty=draw(_CENTS),
                min_notional=draw(_CENTS),
                fixed_cost=draw(_CENTS),
                cap=draw(st.none() | _CENTS),
            )
        )
    return out


@settings(max_examples=150)
@given(data=st.data(), side=st.sampled_from(["buy", "sell"]))
def test_every_leg_is_legal_and_the_cost_is_its_walk(data: st.DataObject, side: str) -> None:
    tree = question(
        *data.draw(_venues(side)),
        side=side,
        quantity=data.draw(st.integers(1, 4000).map(lambda n: str(Decimal(n) / 1000))),
        limit_price=data.draw(st.none() | _PRICE.map(str)),
        reference_price=data.draw(st.none() | _PRICE.map(str)),
    )
    got = _answered(tree)
    by_name = {v["name"]: v for v in tree["venues"]}
    assert list(by_name) == sorted(
        [leg.venue for leg in got.legs] + [name for name, _ in got.skipped]
    )
    money = Decimal(0)
    for leg in got.legs:
        terms = by_name[leg.venue]
        assert leg.quantity > 0
        assert leg.quantity % Decimal(terms["lot"]) == 0
        assert leg.quantity >= Decimal(terms["min_qty"])
        reference = tree["reference_price"] or terms["levels"][0][0]
        assert leg.quantity * Decimal(reference) >= Decimal(terms["min_notional"])
        assert terms["cap"] is None or leg.quantity <= Decimal(terms["cap"])
        left, last = leg.quantity, Decimal(0)
        fee = Decimal(terms["taker_fee"])
        for price, size in [(Decimal(p), Decimal(s)) for p, s in terms["levels"]]:
            take = min(left, size)
            if take:
                money += take * price * (1 + fee if side == "buy" else 1 - fee)
                left, last = left - take, price
        money += Decimal(terms["fixed_cost"]) * (1 if side == "buy" else -1)
        assert left == 0
        assert leg.limit_price == last
        if tree["limit_price"] is not None:
            limit = Decimal(tree["limit_price"])
            assert last <= limit if side == "buy" else last >= limit
    assert got.cost == money
    assert sum((leg.quantity for leg in got.legs), got.unrouted) == Decimal(tree["quantity"])
    assert got.unrouted >= 0
    assert got.certified_gap >= 0
