"""What has a client asked Binance: parameters by name, signed by whoever holds the secret."""

import hashlib
import hmac
from collections.abc import Mapping
from decimal import Decimal
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote_plus

import msgspec

from venues.loopback.binance.errors import ApiError, missing
from venues.model.numbers import decimal

_WINDOW_MS: Final = 5_000
_WINDOW_MAX_MS: Final = 60_000
_AHEAD_MS: Final = 1_000


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One API key of the sandbox and whose it is. The secret opens nothing outside this machine."""

    name: str
    key: str
    secret: str
    may_withdraw: bool = False  # a permission that no trading key should have


class Params:
    """Parameters as text, with the errors Binance has for those that make no sense."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def text(self, name: str) -> str:
        found = self._texts.get(name)
        if not found:
            raise missing(name)
        return found

    def optional(self, name: str, default: str = "") -> str:
        return self._texts.get(name) or default

    def number(self, name: str) -> Decimal:
        try:
            return decimal(self.text(name))
        except ValueError:
            raise ApiError(-1100, f"Illegal characters found in parameter '{name}'.") from None

    def optional_number(self, name: str) -> Decimal | None:
        return self.number(name) if self._texts.get(name) else None

    def whole(self, name: str, default: int | None = None) -> int:
        text = self._texts.get(name)
        if not text and default is not None:
            return default
        if not text or not text.lstrip("-").isdecimal():
            raise missing(name)
        return int(text)

    def flag(self, name: str) -> bool:
        return self._texts.get(name, "").lower() == "true"


def parsed(query: str) -> dict[str, str]:
    """Return the parameters of a form, in their order; of repeated ones the last."""
    pairs = (part.partition("=") for part in query.split("&") if part)
    return {unquote_plus(name): unquote_plus(value) for name, _, value in pairs}


def signed_text(query: str, body: str) -> tuple[str, str]:
    """Return what a REST request signs (query then body, signature left out), and the signature."""
    kept: list[str] = []
    signature = ""
    for form in (query, body):
        parts = [part for part in form.split("&") if part]
        signature = next((p[10:] for p in parts if p.startswith("signature=")), signature)
        kept.append("&".join(p for p in parts if not p.startswith("signature=")))
    return "".join(kept), signature


def socket_text(texts: Mapping[str, str]) -> str:
    """Return what a websocket request signs: all but the signature, in order of names, unencoded."""
    return "&".join(f"{name}={texts[name]}" for name in sorted(texts) if name != "signature")


def check_signature(account: Account, payload: str, signature: str) -> None:
    """Raise -1022 where the payload was not signed with the account's secret."""
    right = hmac.new(account.secret.encode(), payload.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(right, signature):
        raise ApiError(-1022, "Signature for this request is not valid.")


def check_time(params: Params, now_ms: int) -> None:
    """Raise -1021 where the request is from the future, or came too late."""
    sent_ms, window_ms = params.whole("timestamp"), params.whole("recvWindow", _WINDOW_MS)
    if window_ms > _WINDOW_MAX_MS:
        raise ApiError(-1131, "recvWindow must be less than 60000")
    if sent_ms >= now_ms + _AHEAD_MS:
        msg = "Timestamp for this request was 1000ms ahead of the server's time."
        raise ApiError(-1021, msg)
    if now_ms - sent_ms > window_ms:
        raise ApiError(-1021, "Timestamp for this request is outside of the recvWindow.")


def account_of(accounts: Mapping[str, Account], key: str) -> Account:
    """Return whose key it is; raises -2014 without one and -2015 for one nobody has."""
    if not key:
        raise ApiError(-2014, "API-key format invalid.", HTTPStatus.UNAUTHORIZED)
    account = accounts.get(key)
    if account is None:
        msg = "Invalid API-key, IP, or permissions for action."
        raise ApiError(-2015, msg, HTTPStatus.UNAUTHORIZED)
    return account
