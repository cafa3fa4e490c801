"""What does an answer prove of the command it answers? One of four verdicts; in doubt it is UNKNOWN.

Only three things are ever proven: that nothing left us, that the venue has the order, and what is on
the list of `venues.live.proofs`. The class of an exception proves nothing: ccxt raises the same one
for an order that was refused and for one that is live.
"""

import enum
import re
from collections.abc import Mapping
from typing import Final

import aiohttp
import msgspec

from venues.live.dialect import Family
from venues.live.flight import Landed, WireRefused
from venues.live.proofs import ORDER_IDS, PROOFS, Fate, Pace, Proof
from venues.live.wire import WireCancel, WireOrder

_LONGEST_REASON: Final = 200
_REFUSED_ORDER: Final = frozenset({Fate.REJECTED, Fate.UNMATCHED})
_REFUSED_CANCEL: Final = frozenset({Fate.REJECTED, Fate.NOT_OPEN})


class Verdict(enum.Enum):
    """How a write ended, as far as it is proven."""

    NOT_SENT = "not_sent"
    REJECTED = "rejected"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict, in whose words, and what the answer says of our pace.

    `fate` is set where the answer is on the list of proofs; `venue_order_id` where it is ACCEPTED.
    """

    verdict: Verdict
    reason: str
    fate: Fate | None = None
    venue_order_id: str = ""
    pace: Pace = Pace.FINE
    retry_after_s: int = 0


class _Said(msgspec.Struct, frozen=True):
    """A refusal in the venue's words: its code and its text."""

    code: str
    text: str


class _BinanceError(msgspec.Struct, frozen=True):
    code: int
    msg: str


class _Statuses(msgspec.Struct, frozen=True):
    statuses: list[Mapping[str, object] | str]


class _Response(msgspec.Struct, frozen=True):
    data: _Statuses


class _HyperliquidAnswer(msgspec.Struct, frozen=True):
    status: str
    response: _Response | str = ""


def pace_of(landed: Landed, family: Family) -> tuple[Pace, int]:
    """Return what any answer says of our pace, and for how many seconds (0 = it does not say)."""
    return _pace(proven(landed, family), landed.flight.http_status), landed.flight.retry_after_s


def verdict_on(landed: Landed, family: Family) -> Outcome:
    """Return what is proven of a submit or a cancel that has landed."""
    flight = landed.flight
    proof = proven(landed, family)
    pace = _pace(proof, flight.http_status)
    if not flight.writes:
        return Outcome(verdict=Verdict.NOT_SENT, reason=_own_words(landed))
    if isinstance(flight.meant, WireOrder) and not flight.http_status and _never_connected(landed):
        return Outcome(verdict=Verdict.NOT_SENT, reason="no connection to the venue")
    if proof is not None:
        refused = _REFUSED_ORDER if isinstance(flight.meant, WireOrder) else _REFUSED_CANCEL
        return Outcome(
            verdict=Verdict.REJECTED if proof.fate in refused else Verdict.UNKNOWN,
            reason=_short(said_by(flight.body, family)),
            fate=proof.fate,
            pace=pace,
            retry_after_s=flight.retry_after_s,
        )
    order_id = _accepted_id(landed, family)
    if order_id:
        return Outcome(verdict=Verdict.ACCEPTED, reason="", venue_order_id=order_id)
    return Outcome(
        verdict=Verdict.UNKNOWN,
        reason=_why_unknown(landed),
        pace=pace,
        retry_after_s=flight.retry_after_s,
    )


def proven(landed: Landed, family: Family) -> Proof | None:
    """Return the row that a whole answer of the venue's own matches; None proves nothing."""
    said = _said(landed.flight.body, family)
    if said is None or landed.error is None:
        return None
    for row in PROOFS[family]:
        if (
            row.status == landed.flight.http_status
            and row.code == said.code
            and said.text.startswith(row.text)
        ):
            return row
    return None


def said_by(body: str, family: Family) -> str:
    """Return the venue's own words for a refusal, "" where it refused nothing we can read."""
    said = _said(body, family)
    return f"{said.code} {said.text}".strip() if said else ""


def _said(body: str, family: Family) -> _Said | None:
    try:
        match family:
            case Family.BINANCE_SPOT | Family.BINANCE_USDM:
                error = msgspec.json.decode(body, type=_BinanceError)
                return _Said(str(error.code), error.msg)
            case Family.HYPERLIQUID:
                return _hyperliquid_said(msgspec.json.decode(body, type=_HyperliquidAnswer))
            case Family.OKX | Family.BYBIT | Family.KRAKEN:
                return None
    except msgspec.MsgspecError:
        return None


def _hyperliquid_said(answer: _HyperliquidAnswer) -> _Said | None:
    match answer:
        case _HyperliquidAnswer(status="unknownOid"):
            return _Said("unknownOid", "")
        case _HyperliquidAnswer(status="err", response=str(text)):
            return _Said("err", text)
        case _HyperliquidAnswer(
            status="ok", response=_Response(data=_Statuses(statuses=[{"error": str(text)}]))
        ):
            return _Said("error", text)
        case _:
            return None


def _accepted_id(landed: Landed, family: Family) -> str:
    """Return the order id of a whole acceptance: 2xx, no error, an id of the venue's shape, ours."""
    value, flight = landed.value, landed.flight
    if landed.error is not None or not 200 <= flight.http_status < 300:
        return ""
    if not isinstance(value, Mapping) or flight.meant is None:
        return ""
    if isinstance(flight.meant, WireCancel) and family is Family.HYPERLIQUID:
        return "by client id" if value.get("status") == "success" else ""
    info = value.get("info")
    order_id, ours = str(value.get("id") or ""), value.get("clientOrderId")
    if isinstance(info, Mapping) and info.get("origClientOrderId"):
        ours = info["origClientOrderId"]  # the answer to a cancel has an id of its own, too
    if ours is not None and str(ours) != flight.meant.client_order_id:
        return ""
    return order_id if re.fullmatch(ORDER_IDS[family], order_id) else ""


def _never_connected(landed: Landed) -> bool:
    # Only this one: a connection that broke later may have carried the order.
    error = landed.error
    return error is not None and isinstance(error.__cause__, aiohttp.ClientConnectorError)


def _pace(proof: Proof | None, status: int) -> Pace:
    if proof is not None and proof.pace is not Pace.FINE:
        return proof.pace
    return {429: Pace.LIMITED, 418: Pace.BANNED}.get(status, Pace.FINE)


def _why_unknown(landed: Landed) -> str:
    flight = landed.flight
    name = type(landed.error).__name__ if landed.error is not None else "no whole acceptance"
    answered = f"HTTP {flight.http_status}" if flight.http_status else "no answer"
    return f"{answered}, {name}"  # never the text: it holds the signed address


def _own_words(landed: Landed) -> str:
    """Return why no write left: in full only what was raised before any request was signed."""
    error = landed.error
    if error is None:
        return "the client sent nothing"
    signed = landed.flight.left and not isinstance(error, WireRefused)
    return type(error).__name__ if signed else _short(str(error) or type(error).__name__)


def _short(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_REASON]
