"""A mistake in an order file costs one line, never a trade."""

import json
import re
from pathlib import Path

import pytest

from router.documents.source import SIZE_MAX
from router.order_files.parser import read_order
from venues.errors import InputError

GOOD = """\
[order]
id = "btc-entry-001"
symbol = "BTC/USDT"
side = "buy"
quantity = "250"
limit_price = "61800"
kind = "twap"

[order.twap]
horizon_s = 1800
slices = 60
passive_fraction = "0.6"
"""

# What is replaced in GOOD, by what, and the line it must be answered with.
MALFORMED: dict[str, tuple[str, str, str]] = {
    "unknown key": (
        'side = "buy"',
        'side = "buy"\nsides = "buy"',
        'o.toml:5: order.sides = "buy": unknown key; did you mean side? (buy or sell)',
    ),
    "unknown key in a section": (
        "slices = 60",
        "slices = 60\nfrobnicate = 1",
        "o.toml:12: order.twap.frobnicate = 1: unknown key; known here: horizon_s, slices, "
        "interval_s, size_jitter, time_jitter, passive_fraction, repeg_max, catch_up_mode, catch_up, "
        "leftover, pause",
    ),
    "float money": (
        '"250"',
        "250.5",
        'o.toml:5: order.quantity = 250.5: money and quantity are decimals in quotes: "250.5"',
    ),
    "integer money": (
        '"250"',
        "250",
        'o.toml:5: order.quantity = 250: money and quantity are decimals in quotes: "250"',
    ),
    "negative": ('"250"', '"-250"', 'o.toml:5: order.quantity = "-250": must be above 0'),
    "zero": ('"250"', '"0"', 'o.toml:5: order.quantity = "0": must be above 0'),
    "NaN": (
        '"250"',
        '"NaN"',
        'o.toml:5: order.quantity = "NaN": must be a plain decimal in quotes, e.g. "0.25": '
        "no exponent, NaN, infinity or blanks",
    ),
    "unquoted nan": (
        '"250"',
        "nan",
        "o.toml:5: order.quantity = nan: money and quantity are decimals in quotes",
    ),
    "most of no venue": (
        '"61800"',
        '"61800"\nvenues = { most = 0 }',
        "o.toml:7: order.venues.most = 0: must be a whole number from 1 to 1000",
    ),
    "1e999": (
        '"61800"',
        '"1e999"',
        'o.toml:6: order.limit_price = "1e999": must be a plain decimal in quotes, e.g. "0.25": '
        "no exponent, NaN, infinity or blanks",
    ),
    "unquoted 1e999": (
        '"61800"',
        "1e999",
        "o.toml:6: order.limit_price = 1e999: money and quantity are decimals in quotes",
    ),
    "blanks": (
        '"250"',
        '" 250"',
        'o.toml:5: order.quantity = " 250": must be a plain decimal in quotes, e.g. "0.25": '
        "no exponent, NaN, infinity or blanks",
    ),
    "wrong unit": (
        "horizon_s = 1800",
        "horizon_ms = 1800000",
        "o.toml:10: order.twap.horizon_ms = 1800000: unknown key; did you mean horizon_s? "
        "(time from the first slice to the end of the last) (and 1 more)",
    ),
    "float seconds": (
        "= 1800",
        "= 1800.5",
        "o.toml:10: order.twap.horizon_s = 1800.5: "
        "write a whole number of seconds without quotes, e.g. 1",
    ),
    "quoted count": (
        "60",
        '"60"',
        'o.toml:11: order.twap.slices = "60": write a whole number without quotes, e.g. 1',
    ),
    "boolean count": (
        "60",
        "true",
        "o.toml:11: order.twap.slices = true: write a whole number without quotes, e.g. 1",
    ),
    "no slices at all": (
        "60",
        "0",
        "o.toml:11: order.twap.slices = 0: must be a whole number from 1 to 100000",
    ),
    "more slices than time": (
        "= 1800",
        "= 5",
        "o.toml:11: order.twap.slices = 60: at most 10 slices a second: 50 for this horizon_s",
    ),
    "interval that does not divide": (
        "slices = 60",
        "interval_s = 7",
        "o.toml:11: order.twap.interval_s = 7: must divide horizon_s = 1800; "
        "or give slices instead",
    ),
    "slices and interval": (
        "slices = 60",
        "slices = 60\ninterval_s = 30",
        "o.toml:12: order.twap.interval_s = 30: slices stands too; keep one of them",
    ),
    "neither slices nor interval": (
        "slices = 60\n",
        "",
        "o.toml:9: order.twap.slices: missing; add slices = ... (a count) or "
        "interval_s = ... (whole seconds)",
    ),
    "jitter above a half": (
        "slices = 60",
        'slices = 60\nsize_jitter = "0.51"',
        'o.toml:12: order.twap.size_jitter = "0.51": must be at most 0.5',
    ),
    "always passive": (
        '"0.6"',
        '"1"',
        'o.toml:12: order.twap.passive_fraction = "1": must be below 1',
    ),
    "missing field": (
        'symbol = "BTC/USDT"\n',
        "",
        "o.toml:1: order.symbol: missing; add symbol = ... (the market, as ccxt writes it)",
    ),
    "missing kind section": (
        GOOD[GOOD.index("[order.twap]") :],
        "",
        "o.toml:1: order.twap: the section is missing; add [order.twap] with horizon_s and slices",
    ),
    "section of another kind": (
        'kind = "twap"',
        'kind = "take"',
        "o.toml:9: order.twap: is for kind twap, this order is a take; drop one of them",
    ),
    "missing order section": (
        GOOD,
        'side = "buy"\n',
        'o.toml:1: side = "buy": unknown key; known here: order (and 1 more)',
    ),
    "unknown kind": (
        '"twap"',
        '"teleport"',
        'o.toml:7: order.kind = "teleport": must be one of take | rest | twap | ladder | limit_stop | oco '
        '| "module:name" of your own',
    ),
    "kind of a later version": (
        '"twap"',
        '"iceberg"',
        'o.toml:7: order.kind = "iceberg": not available in this version; '
        'use take | rest | twap | ladder | limit_stop | oco | "module:name" of your own',
    ),
    "section of a later version": (
        "[order.twap]",
        "[order.iceberg]\nshow = 3\n[order.twap]",
        "o.toml:9: order.iceberg = {...}: not available in this version; leave it out",
    ),
    "wrong side": ('"buy"', '"BUY"', 'o.toml:4: order.side = "BUY": must be one of buy | sell'),
    "symbol without a quote": (
        '"BTC/USDT"',
        '"BTCUSDT"',
        'o.toml:3: order.symbol = "BTCUSDT": must be a symbol in quotes, '
        'e.g. "BTC/USDT" or "BTC/USDT:USDT"',
    ),
    "two limits": (
        'limit_price = "61800"',
        'limit_price = "61800"\nlimit_bps = "50"',
        "o.toml:7: order.limit_bps = 50: limit_price stands too; keep one of them",
    ),
    "limit of more than everything": (
        'limit_price = "61800"',
        'limit_bps = "10000"',
        'o.toml:6: order.limit_bps = "10000": must be below 10000',
    ),
    "start without a time zone": (
        'side = "buy"',
        'side = "buy"\nstart = "2026-01-31T09:30:00"',
        'o.toml:5: order.start = "2026-01-31T09:30:00": say in which time zone: '
        'append Z for UTC, e.g. "2026-01-31T09:30:00Z"',
    ),
    "start in words": (
        'side = "buy"',
        'side = "buy"\nstart = "tomorrow"',
        'o.toml:5: order.start = "tomorrow": must be ISO 8601 with a time zone, '
        'e.g. "2026-01-31T09:30:00Z"',
    ),
    "allowed and denied": (
        'side = "buy"',
        'side = "buy"\nvenues = { allow = ["a", "b"], deny = ["b"] }',
        'o.toml:5: order.venues.deny[0] = "b": is allowed and denied; keep one of them',
    ),
    "allowing nothing": (
        'side = "buy"',
        'side = "buy"\nvenues = { allow = [] }',
        "o.toml:5: order.venues.allow = []: an empty list means nothing here; leave it out or fill it",
    ),
    "float cap": (
        'side = "buy"',
        'side = "buy"\nvenues = { cap = { binance = 1.5 } }',
        "o.toml:5: order.venues.cap.binance = 1.5: "
        'money and quantity are decimals in quotes: "1.5"',
    ),
    "venue name in capitals": (
        'side = "buy"',
        'side = "buy"\nvenues = { cap = { Binance = "1" } }',
        "o.toml:5: order.venues.cap.Binance: must be a venue name: "
        'lower-case letters, digits, _ -, e.g. "binance"',
    ),
    "id that is a path": (
        '"btc-entry-001"',
        '"../../etc"',
        'o.toml:2: order.id = "../../etc": must be 1 to 64 letters, digits, dots, - or _ in quotes',
    ),
    "id that moves the cursor": (
        '"btc-entry-001"',
        '"\\u001b[2J"',
        'o.toml:2: order.id = "\\x1b[2J": must be 1 to 64 letters, digits, dots, - or _ in quotes',
    ),
    "duplicate key": (
        'side = "buy"',
        'side = "buy"\nside = "sell"',
        "o.toml:5: not valid TOML: Cannot overwrite a value (column 14); "
        "the key stands twice, keep one of them",
    ),
    "not TOML": (
        'side = "buy"',
        "side: buy",
        "o.toml:4: not valid TOML: Expected '=' after a key in a key/value pair (column 5)",
    ),
    "order is a number": (
        GOOD,
        "order = 5\n",
        "o.toml:1: order = 5: must be a table",
    ),
    "number of ten thousand digits": (
        "slices = 60",
        f"slices = {'6' * 10_000}",
        "o.toml:11: a number is too long: write it in quotes, with at most 30 digits",
    ),
}

# Whole files that are no order files, as bytes.
UNREADABLE: dict[str, tuple[bytes, str]] = {
    "wrong encoding": (
        b'[order]\nid = "caf\xe9"\n',
        "o.toml:2: byte 0xe9 is not UTF-8: save it as UTF-8",
    ),
    "UTF-16": (
        GOOD.encode("utf-16"),
        "o.toml:1: encoding: UTF-16: save it as UTF-8 without a byte order mark",
    ),
    "byte order mark": (
        b"\xef\xbb\xbf" + GOOD.encode(),
        "o.toml:1: encoding: UTF-8 with a byte order mark: "
        "save it as UTF-8 without a byte order mark",
    ),
    "NUL bytes": (
        b"[order]\nid = \0\n",
        "o.toml:2: a NUL byte: this is not a text file; save it as UTF-8",
    ),
    "ten megabytes": (
        b"#" * 10_000_000,
        f"o.toml: too large: at most {SIZE_MAX} bytes; is this the right file?",
    ),
    "empty": (b"\n", "o.toml: empty: see examples/ for complete files"),
    "deep arrays": (
        b"a = " + b"[" * 100_000,
        "o.toml: nested too deeply: no file of ours needs more than a few levels; write it flat",
    ),
    "deep tables": (
        b"a = " + b"{a=" * 50_000,
        "o.toml: nested too deeply: no file of ours needs more than a few levels; write it flat",
    ),
    "key of a hundred thousand parts": (
        b"a." * 100_000 + b"a = 1",
        "o.toml:1: a key of too many parts: "
        "no file of ours needs more than a few levels; write it flat",
    ),
}


def _refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_order(path)
    line = str(caught.value)
    assert line.isprintable(), "one line, and nothing in it that a terminal would obey"
    return line.removeprefix(f"{path.parent}/")


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_order_is_refused_in_one_line(case: str, tmp_path: Path) -> None:
    old, new, expected = MALFORMED[case]
    assert GOOD.count(old) >= 1, "the case must change something"
    path = tmp_path / "o.toml"
    path.write_text(GOOD.replace(old, new, 1))
    assert _refusal(path) == expected


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_file_that_is_no_text_is_refused_in_one_line(case: str, tmp_path: Path) -> None:
    data, expected = UNREADABLE[case]
    path = tmp_path / "o.toml"
    path.write_bytes(data)
    assert _refusal(path) == expected


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert _refusal(tmp_path / "o.toml") == "o.toml: no such file: check the path"


def test_a_directory_is_not_an_order_file(tmp_path: Path) -> None:
    (tmp_path / "o.toml").mkdir()
    assert _refusal(tmp_path / "o.toml") == "o.toml: a directory: name a file inside it"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"id": "x"', '"id": "x", "\\u0069d": "y"', "o.json:3: order.id: stands twice"),
        ('"quantity": "1"', '"quantity": 1.5', "o.json:6: order.quantity = 1.5: money"),
        ('"quantity": "1"', '"quantity": NaN', "o.json:6: order.quantity = NaN: money"),
        ('"quantity": "1"', '"quantity": 1e999', "o.json:6: order.quantity = 1e999: money"),
        ('"quantity": "1"', f'"quantity": {"9" * 9999}', "o.json:6: order.quantity = 99999"),
        ('"quantity": "1"', '"quantity": null', "o.json:6: order.quantity"),
        ('"quantity": "1",', "", "o.json:2: order.quantity: missing; add quantity"),
        ('"side": "buy",', '"side": "buy"', "o.json:6: not valid JSON: Expecting ',' delimiter"),
        ('"id": "x"', '"id": "\\ud800"', 'o.json:3: order.id = "\\ud800": must be 1 to 64'),
    ],
)
def test_a_malformed_json_order_is_refused_in_one_line(
    old: str, new: str, expected: str, tmp_path: Path
) -> None:
    fields = {"id": "x", "symbol": "BTC/USDT", "side": "buy", "quantity": "1", "kind": "take"}
    text = json.dumps({"order": fields}, indent=2)
    assert old in text
    path = tmp_path / "o.json"
    path.write_text(text.replace(old, new))
    assert _refusal(path).startswith(expected)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "[]", "7", "nonsense"])
def test_json_that_is_no_order_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "o.json"
    path.write_text(text)
    assert re.match(r"o\.json(:1)?: \S", _refusal(path))
