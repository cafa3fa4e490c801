"""What must never be written: secrets by value, secrets by name, and characters that forge lines."""

import base64
import enum
import math
import re
import unicodedata
from collections.abc import Mapping, MutableMapping
from decimal import Decimal
from typing import Final
from urllib.parse import quote, quote_plus

REDACTED: Final = "[redacted]"

# Compared without case, "_" and "-", anywhere inside a name.
_DENIED: Final = (
    "apikey",
    "secret",
    "password",
    "passphrase",
    "token",
    "signature",
    "authorization",
    "privatekey",
    "cookie",
    "credential",
    "mnemonic",
)

# `name=value` and `"name": "value"` inside a text: a signed URL or a header in an error message.
_PAIR: Final = re.compile(
    r"""(?ix) ( [\w.-]* (?: api[_-]?key | secret | password | passphrase | token | signature
        | authorization | private[_-]?key | cookie | credential | mnemonic ) [\w.-]* )
        ( ["']? \s* [=:] \s* ) ( (?: bearer|basic ) \s+ [^\s"',;&}]+ | "[^"]*" | '[^']*' | [^\s"',;&}]+ )"""
)

_DEEPEST: Final = 8


class Secrets:
    """The values that must not leave, as the composition root loads them."""

    def __init__(self) -> None:
        self._spellings: tuple[str, ...] = ()

    def register(self, value: str) -> None:
        """Add a secret (not empty) in the spellings it is seen in: as it is, base64, in a URL."""
        if not value:
            raise ValueError("a secret is not empty")
        # A key of several lines is also quoted line by line.
        parts = {value, printable(value), *(line for line in value.splitlines() if len(line) > 8)}
        spelled = {
            spelling
            for part in parts
            for spelling in (
                part,
                base64.b64encode(part.encode()).decode(),
                base64.urlsafe_b64encode(part.encode()).decode(),
                quote(part, safe=""),
                quote_plus(part),
                part.encode().hex(),
            )
        }
        # The longest first: a secret may begin another.
        known = spelled.union(self._spellings)
        self._spellings = tuple(sorted(known, key=lambda text: (-len(text), text)))

    def scrub(self, text: str) -> str:
        """Return `text` with every registered secret replaced."""
        for spelling in self._spellings:
            if spelling in text:
                text = text.replace(spelling, REDACTED)
        return text


class Redaction:
    """The last processor before rendering: whatever comes, only clean plain values go on."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def __call__(
        self, logger: object, method: str, event: MutableMapping[str, object]
    ) -> Mapping[str, object]:
        return {self._text(name): self._value(name, value, 0) for name, value in event.items()}

    def _value(self, name: str, value: object, depth: int) -> object:
        if _denied(name):
            return REDACTED
        match value:
            case None | bool():
                return value
            case str():
                return self._text(value)
            case Decimal():
                return self._text(format(value, "f"))
            case float() if not math.isfinite(value):
                return self._text(repr(value))  # JSON has no word for it
            case int() | float():
                # A number stays one, unless a secret is made of digits.
                text = repr(value)
                return value if self._secrets.scrub(text) == text else REDACTED
            case enum.Enum():
                return self._value(name, value.value, depth)
            case _ if depth >= _DEEPEST:
                return "[too deep]"
            case Mapping():
                return {
                    self._text(str(key)): self._value(str(key), inner, depth + 1)
                    for key, inner in value.items()
                }
            case list() | tuple():
                return [self._value(name, inner, depth + 1) for inner in value]
            case _:
                # Spelled here, not by the renderer: its repr may hold anything.
                return self._text(repr(value))

    def _text(self, text: str) -> str:
        """Return `text` fit to be written; scrubbed twice, as cleaning may join a split secret."""
        scrubbed = self._secrets.scrub(printable(self._secrets.scrub(text)))
        return _PAIR.sub(rf"\1\2{REDACTED}", scrubbed)


def printable(text: str) -> str:
    """Return `text` without control and invisible characters; line ends become " | "."""
    if text.isascii() and text.isprintable():
        return text
    joined = " | ".join(text.splitlines())
    # Cc control, Cf invisible (text that runs backwards), Cs half characters.
    return "".join(c for c in joined if unicodedata.category(c) not in {"Cc", "Cf", "Cs"})


def _denied(name: str) -> bool:
    plain = name.lower().replace("_", "").replace("-", "")
    return any(word in plain for word in _DENIED)
