"""A line that makes no sense is told by field and reason, and never routed."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from router.route_files.ask import LineError
from router.route_files.parser import NAME_MAX, VENUES_MAX, parse_line
from tests.unit.route_files.questions import line, question, venue

GOOD = question(venue("alpha", ("100", "1"), ("101", "2")), venue("beta", ("100.5", "3")))
DECIMAL = 'a plain decimal in quotes, e.g. "0.25"'


def _spoilt(spoil: Callable[[dict[str, Any]], object]) -> bytes:
    tree = json.loads(json.dumps(GOOD))
    spoil(tree)
    return line(tree)


def _refused(data: bytes) -> LineError:
    with pytest.raises(LineError) as caught:
        parse_line(data)
    error = caught.value
    assert error.field.isprintable()
    assert error.message.isprintable()
    assert len(error.field) + len(error.message) < 1000
    return error


@pytest.mark.parametrize("path", ["quantity", "limit_price", "reference_price"])
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("NaN", DECIMAL),
        ("Infinity", DECIMAL),
        ("-Infinity", DECIMAL),
        ("1e999", DECIMAL),
        ("1E5", DECIMAL),
        ("1_000", DECIMAL),
        (" 1", DECIMAL),
        ("1\n", DECIMAL),
        ("", DECIMAL),
        (".5", DECIMAL),
        ("0x10", DECIMAL),
        ("\u0661", DECIMAL),  # a digit, but not of ours
        ("1" * 31, DECIMAL),
        ("0." + "1" * 31, DECIMAL),
        ("-1", "must be above 0"),
        ("0", "must be above 0"),
        ("-0.0", "must be above 0"),
        (1.5, "must be a decimal in quotes"),
        (1, "must be a decimal in quotes"),
        (True, "must be a decimal in quotes"),
        ([], "must be a decimal in quotes"),
        ({}, "must be a decimal in quotes"),
        (float("nan"), "must be a decimal in quotes"),
        (float("inf"), "must be a decimal in quotes"),
    ],
    ids=repr,
)
def test_money_is_a_positive_plain_decimal_in_quotes(path: str, value: object, reason: str) -> None:
    error = _refused(line({**GOOD, path: value}))
    assert error.field == path
    assert reason in error.message
    assert error.ask_id == "q"


@pytest.mark.parametrize(
    ("levels", "field", "reason"),
    [
        ([["101", "1"], ["100", "1"]], "[1][0]", "unsorted: asks rise"),
        ([["100", "1"], ["100", "1"]], "[1][0]", "stands twice"),
        ([["100", "1"], ["100.00", "1"]], "[1][0]", "stands twice"),
        ([["0", "1"]], "[0][0]", "above 0"),
        ([["-100", "1"]], "[0][0]", "above 0"),
        ([["100", "-1"]], "[0][1]", "not be below 0"),
        ([["NaN", "1"]], "[0][0]", DECIMAL),
        ([["100", "Infinity"]], "[0][1]", DECIMAL),
        ([["1e999", "1"]], "[0][0]", DECIMAL),
        ([[100, "1"]], "[0][0]", "decimal in quotes"),
        ([["100", 1.5]], "[0][1]", "decimal in quotes"),
        ([["100", None]], "[0][1]", "decimal in quotes"),
        ([["100"]], "[0]", 'must be ["price", "size"]'),
        ([["100", "1", "1"]], "[0]", 'must be ["price", "size"]'),
        (["100"], "[0]", 'must be ["price", "size"]'),
        ([{"price": "100", "size": "1"}], "[0]", 'must be ["price", "size"]'),
        ({}, "", "must be a list"),
        ("100", "", "must be a list"),
        (None, "", "must be a list"),
    ],
    ids=repr,
)
def test_levels_are_sorted_pairs_of_price_and_size(levels: object, field: str, reason: str) -> None:
    error = _refused(_spoilt(lambda t: t["venues"][0].update(levels=levels)))
    assert error.field == f"venues[0].levels{field}"
    assert reason in error.message


def test_bids_fall_from_the_best_price_on() -> None:
    error = _refused(line({**GOOD, "side": "sell"}))
    assert error.field == "venues[0].levels[1][0]"
    assert "unsorted: bids fall" in error.message


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("lot", "0"),
        ("lot", "-0.1"),
        ("min_qty", "-1"),
        ("min_notional", "-1"),
        ("fixed_cost", "-0.01"),
        ("cap", "-1"),
        ("cap", 5),
        ("taker_fee", "1"),
        ("taker_fee", "-1"),
        ("taker_fee", 0.001),
        ("taker_fee", None),
        ("name", ""),
        ("name", 7),
        ("name", "a\x1b[2J"),
        ("name", "a\nb"),
        ("name", "\ud800"),
        ("name", "n" * (NAME_MAX + 1)),
    ],
    ids=repr,
)
def test_the_terms_of_a_venue_are_checked(key: str, value: object) -> None:
    error = _refused(_spoilt(lambda t: t["venues"][1].update({key: value})))
    assert error.field == f"venues[1].{key}"


def _venue_key_gone(tree: dict[str, Any], key: str) -> None:
    del tree["venues"][0][key]


@pytest.mark.parametrize(
    "key", ["name", "levels", "taker_fee", "lot", "min_qty", "min_notional", "fixed_cost"]
)
def test_nothing_of_a_venue_is_guessed(key: str) -> None:
    error = _refused(_spoilt(lambda t: _venue_key_gone(t, key)))
    assert (error.field, error.message) == (f"venues[0].{key}", "missing")


@pytest.mark.parametrize("key", ["id", "side", "quantity", "venues"])
def test_nothing_of_a_line_is_guessed(key: str) -> None:
    error = _refused(_spoilt(lambda t: t.pop(key)))
    assert (error.field, error.message) == (key, "missing")
    assert error.ask_id == (None if key == "id" else "q")


@pytest.mark.parametrize(
    ("spoil", "field", "reason"),
    [
        (lambda t: t.update(limit="1"), "limit", "unknown key"),
        (lambda t: t["venues"][0].update(fee="1"), "venues[0].fee", "unknown key"),
        (lambda t: t.update(side="BUY"), "side", 'must be "buy" or "sell"'),
        (lambda t: t.update(side=1), "side", 'must be "buy" or "sell"'),
        (lambda t: t.update(side=["buy"]), "side", 'must be "buy" or "sell"'),
        (lambda t: t.update(id=5), "id", "printable characters"),
        (lambda t: t.update(id=""), "id", "printable characters"),
        (lambda t: t.update(venues={}), "venues", "must be a list"),
        (lambda t: t.update(venues=None), "venues", "must be a list"),
        (lambda t: t.update(venues=["alpha"]), "venues[0]", "must be an object"),
        (lambda t: t["venues"][1].update(name="alpha"), "venues[1].name", "stands twice"),
        (
            lambda t: t.update(venues=[venue(f"v{n}") for n in range(VENUES_MAX + 1)]),
            "venues",
            f"at most {VENUES_MAX} venues",
        ),
    ],
)
def test_the_shape_of_a_line_is_strict(
    spoil: Callable[[dict[str, Any]], object], field: str, reason: str
) -> None:
    error = _refused(_spoilt(spoil))
    assert error.field == field
    assert reason in error.message


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (b'{"id":"q","id":"q"}', "id"),
        (line(GOOD).replace(b'"quantity"', b'"side": "buy", "quantity"'), "side"),
        (line(GOOD).replace(b'"lot"', b'"lot": "1", "lot"', 1), "venues[0].lot"),
    ],
)
def test_a_key_that_stands_twice_is_refused(data: bytes, field: str) -> None:
    error = _refused(data)
    assert error.field == field
    assert "stands twice" in error.message


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"{", "not valid JSON"),
        (b"not json", "not valid JSON"),
        (b"{'id': 'q'}", "not valid JSON"),
        (line(GOOD) + b" trailing", "not valid JSON"),
        (line(GOOD)[:-7], "not valid JSON"),
        (b"\xef\xbb\xbf" + line(GOOD), "not valid JSON"),
        (b'{"id": "\x00"}', "not valid JSON"),
        (b'{"id": "\xff"}', "not UTF-8"),
        ("{}".encode("utf-16"), "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"[" + b"[]," * 1_000_000 + b"[]]", "more than"),
        (b"[]", "one JSON object"),
        (b'"text"', "one JSON object"),
        (b"null", "one JSON object"),
        (b"7" * 5000, "one JSON object"),
    ],
    ids=lambda v: repr(v)[:40],
)
def test_what_is_no_json_object_is_told_as_a_whole(data: bytes, reason: str) -> None:
    error = _refused(data)
    assert error.field == "line"
    assert reason in error.message
    assert error.ask_id is None


def test_a_hostile_key_does_not_fill_the_screen() -> None:
    error = _refused(line({**GOOD, "\x1b[2J" * 10_000: "1"}))
    assert "unknown key" in error.message


def test_what_may_be_left_out_may_be_null() -> None:
    asked = parse_line(
        line(question(venue("alpha", cap=None), limit_price=None, reference_price=None))
    )
    assert (asked.limit_price, asked.reference_price, asked.venues[0].cap) == (None, None, None)


def test_a_fee_may_be_a_rebate() -> None:
    asked = parse_line(line(question(venue("alpha", taker_fee="-0.0001"))))
    assert str(asked.venues[0].taker_fee) == "-0.0001"
