"""Is a log line whole, honest and free of secrets, and is there never a flood of them?"""

import base64
import enum
import io
import json
import logging
from collections.abc import Iterator
from decimal import Decimal
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.typing import FilteringBoundLogger

from router.runtime.clocks import VirtualClock
from router.runtime.log import KEYS, _Bridge, capture_stdlib, make_logger
from router.runtime.redaction import Redaction, Secrets

CANARY = "cAnArY/key+with=odd&chars"
START_NS = 1_700_000_000_123_456_789


class Desk:
    """A logger and what it wrote."""

    def __init__(self, *secrets: str) -> None:
        self.clock = VirtualClock(START_NS)
        self.stream = io.StringIO()
        known = Secrets()
        for secret in secrets:
            known.register(secret)
        self.log: FilteringBoundLogger = make_logger(self.stream, self.clock, known)

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.text.splitlines()]


class Vault:
    def __repr__(self) -> str:
        return f"Vault({CANARY})"


def fail(text: str) -> None:
    raise OSError(text)


class Colour(enum.Enum):
    RED = "red"


def test_every_line_says_what_when_and_whose() -> None:
    desk = Desk()
    order = desk.log.bind(parent="btc-entry-001", order="fa1", venue="binance")
    order.info("child sent", seq=17, quantity=Decimal("0.10"), colour=Colour.RED)
    desk.log.warning("venue silent")
    sent, silent = desk.lines()
    assert tuple(sent)[: len(KEYS)] == KEYS
    assert sent == {
        "at": "2023-11-14T22:13:20.123456+00:00",
        "level": "info",
        "event": "child sent",
        "parent": "btc-entry-001",
        "order": "fa1",
        "venue": "binance",
        "seq": 17,
        "quantity": "0.10",
        "colour": "red",
    }
    assert (silent["level"], silent["parent"], silent["seq"]) == ("warning", None, None)


def test_what_is_below_the_level_is_not_written() -> None:
    desk = Desk()
    desk.log.debug("each depth message")
    assert desk.text == ""


@pytest.mark.parametrize(
    "name", ["apiKey", "api_key", "secret", "X-MBX-APIKEY", "Authorization", "client_secret"]
)
def test_a_value_with_a_telling_name_is_never_written(name: str) -> None:
    desk = Desk()
    desk.log.info("connected", **{name: "plain"}, headers={name: ["plain", {"a": "plain"}]})
    assert "plain" not in desk.text
    assert "[redacted]" in desk.text


@pytest.mark.parametrize(
    "spelling",
    [
        CANARY,
        base64.b64encode(CANARY.encode()).decode(),
        quote_plus(CANARY),
        CANARY.encode().hex(),
        CANARY[:5] + "\x00" + CANARY[5:],
        CANARY[:5] + "\u202e" + CANARY[5:],
    ],
)
def test_a_registered_secret_is_never_written_in_any_spelling(spelling: str) -> None:
    desk = Desk(CANARY)
    said, key = f"sent {spelling}", f"k {spelling}"
    desk.log.info(said, **{key: 1}, deep=[{"x": f"<{spelling}>"}])
    desk.log.info("object", thing=Vault(), raw=spelling.encode(), made={Vault(): Vault()})
    try:
        fail(f"signed with {spelling}")
    except OSError:
        desk.log.exception("failed")
    assert len(desk.lines()) == 3
    assert "cAnArY" not in desk.text
    assert spelling not in desk.text


def test_a_key_of_several_lines_is_never_written_line_by_line() -> None:
    desk = Desk("-----BEGIN KEY-----\nMIIBVgIBADANBg\nkqhkiG9w0BAQEF\n-----END KEY-----")
    desk.log.info("loaded", text="MIIBVgIBADANBg", all="x MIIBVgIBADANBg\nkqhkiG9w0BAQEF y")
    assert "MIIB" not in desk.text
    assert "kqhk" not in desk.text


def test_a_signed_url_in_an_error_loses_its_key_and_signature() -> None:
    desk = Desk()
    desk.log.error(
        "unreachable",
        error="GET https://venue/order?symbol=BTC&signature=abc123&apiKey=def456 "
        'headers {"X-MBX-APIKEY": "ghi789"} Authorization: Bearer jkl012',
    )
    for value in ("abc123", "def456", "ghi789", "jkl012"):
        assert value not in desk.text
    assert "symbol=BTC" in desk.text


def test_control_characters_cannot_forge_a_line_or_paint_the_terminal() -> None:
    desk = Desk()
    desk.log.info("venue\nsaid", reason='x\n{"event": "filled"}\r\x1b[31mred\x07\x9b1m')
    assert desk.text.count("\n") == 1
    (line,) = desk.lines()
    assert line["event"] == "venue | said"
    assert line["reason"] == 'x | {"event": "filled"} | [31mred1m'


def test_a_deep_value_is_cut() -> None:
    desk = Desk()
    deep: list[object] = []
    for _ in range(500):
        deep = [deep]
    desk.log.info("deep", value=deep)
    assert "[too deep]" in desk.text


OUR_WORDS = "[redacted]xeventvalue[too deep]"
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.decimals(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
)


@given(_VALUES, st.text(min_size=4), st.text())
def test_nothing_that_comes_in_breaks_redaction_or_carries_a_secret_out(
    value: object, secret: str, around: str
) -> None:
    secrets = Secrets()
    secrets.register(secret)
    event: dict[str, object] = {"event": "x"}
    event["value"] = [value, f"{around}{secret}{around}", {secret: secret}]
    clean = json.loads(json.dumps(Redaction(secrets)(None, "info", event)))
    text = "".join(_texts(clean))
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in text)
    if secret not in OUR_WORDS:
        assert all(secret not in part for part in _texts(clean))


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for inner in value:
                yield from _texts(inner)
        case dict():
            for key, inner in value.items():
                yield key
                yield from _texts(inner)
        case _:
            return


def test_a_flood_of_one_event_is_capped_and_counted_and_hides_no_other() -> None:
    desk = Desk()
    for _ in range(1000):
        desk.log.warning("book crossed")
    desk.log.warning("venue silent")
    assert len(desk.lines()) == 21
    desk.clock.advance_to(START_NS + 1_000_000_000)
    desk.log.warning("book crossed")
    assert desk.lines()[-1]["suppressed"] == 980
    desk.clock.advance_to(START_NS + 2_000_000_000)
    desk.log.warning("book crossed")
    assert "suppressed" not in desk.lines()[-1]


def test_endless_event_names_share_one_budget() -> None:
    desk = Desk()
    for number in range(5000):
        name = f"event {number}"
        desk.log.info(name)
    assert len(desk.lines()) == 1024 + 20


def test_a_closed_terminal_does_not_stop_trading() -> None:
    desk = Desk()
    desk.stream.close()
    desk.log.error("nobody hears this")


@pytest.fixture
def library() -> Iterator[Desk]:
    desk = Desk(CANARY)
    root = logging.getLogger()
    level = root.level
    handler = capture_stdlib(desk.log)
    yield desk
    root.removeHandler(handler)
    root.setLevel(level)
    logging.getLogger("ccxt").setLevel(logging.NOTSET)


def test_what_libraries_log_goes_through_the_same_redaction(library: Desk) -> None:
    logging.getLogger("ccxt.base").debug("headers %s", CANARY)
    logging.getLogger("ccxt.base").warning("retry %s of %d", CANARY, 3)
    unfit_record = logging.makeLogRecord(
        {"name": "other", "levelno": logging.ERROR, "msg": "does %d not fit", "args": ("this",)}
    )
    next(h for h in logging.getLogger().handlers if isinstance(h, _Bridge)).handle(unfit_record)
    try:
        fail(CANARY)
    except OSError:
        logging.getLogger("aiohttp").exception("closed")
    retry, unfit, closed = library.lines()
    assert (retry["event"], retry["level"]) == ("library ccxt.base", "warning")
    assert retry["message"] == "retry [redacted] of 3"
    assert unfit["message"] == "does %d not fit"
    assert "OSError: [redacted]" in str(closed["exception"])
    assert CANARY not in library.text


def test_an_empty_secret_is_our_bug() -> None:
    with pytest.raises(ValueError, match="not empty"):
        Secrets().register("")
