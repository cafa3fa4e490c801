"""Where do the keys of an account come from: the environment, a private file, or the keyring; never a config.

A config names a source, not a secret: `env:FATHOM_BINANCE` (then FATHOM_BINANCE_API_KEY and so on),
`file:~/.fathom/binance.toml` or `keyring:fathom-binance`.
"""

import os
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from venues.errors import InputError
from venues.live.credentials import Credentials
from venues.live.dialect import Family

_BIGGEST_FILE: Final = 64 * 1024
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
# Not quoted: what stands there instead of a source may be the secret itself.
_NO_SOURCE: Final = (
    "keys: name a source, env:PREFIX, file:PATH or keyring:SERVICE, never the key itself"
)
_WRITABLE: Final = stat.S_IWGRP | stat.S_IWOTH


class _Keys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a source may hold; the names of its fields are those in a file and in a keyring."""

    api_key: str = ""
    secret: str = ""
    passphrase: str = ""
    wallet: str = ""
    private_key: str = ""


_FIELDS: Final = _Keys.__struct_fields__
_NEEDED: Final[Mapping[Family, tuple[str, ...]]] = {
    Family.BINANCE_SPOT: ("api_key", "secret"),
    Family.BINANCE_USDM: ("api_key", "secret"),
    Family.HYPERLIQUID: ("wallet", "private_key"),
    Family.OKX: ("api_key", "secret", "passphrase"),
    Family.BYBIT: ("api_key", "secret"),
    Family.KRAKEN: ("api_key", "secret"),
}


def credentials_from(source: str, family: Family, environ: Mapping[str, str]) -> Credentials:
    """Return the keys that `source` names; InputError says what is wrong, and quotes no secret."""
    kind, _, name = source.partition(":")
    if not name:
        raise InputError(_NO_SOURCE)
    match kind:
        case "env":
            keys = _from_environment(name, environ)
        case "file":
            keys = _from_file(Path(name).expanduser())
        case "keyring":
            keys = _from_keyring(name)
        case _:
            raise InputError(_NO_SOURCE)
    missing = [field for field in _NEEDED[family] if not getattr(keys, field)]
    if missing:
        raise InputError(f"keys = {source!r}: no {' and no '.join(missing)} there")
    return Credentials(
        api_key=keys.api_key,
        secret=keys.secret,
        passphrase=keys.passphrase,
        wallet=keys.wallet,
        private_key=keys.private_key,
    )


def _from_environment(prefix: str, environ: Mapping[str, str]) -> _Keys:
    found = {field: environ.get(f"{prefix}_{field.upper()}", "").strip() for field in _FIELDS}
    return _Keys(**found)


def _from_file(path: Path) -> _Keys:
    try:
        # Opened first and looked at then: what is checked is what is read, and no link is followed.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as wrong:
        raise InputError(f"{path}: no file of keys: {wrong.strerror}") from wrong
    try:
        why = _not_private(os.fstat(handle), path)
        text = b"" if why else os.read(handle, _BIGGEST_FILE + 1)
    finally:
        os.close(handle)
    if why:
        raise InputError(f"{path}: {why}")
    if len(text) > _BIGGEST_FILE:
        raise InputError(f"{path}: too long for a file of keys")
    try:
        return msgspec.convert(tomllib.loads(text.decode()), _Keys)
    except (msgspec.ValidationError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        # Their messages quote the text: it holds the keys.
        fields = ", ".join(_FIELDS)
        raise InputError(f"{path}: not a TOML file of texts named {fields}") from None


def _not_private(found: os.stat_result, path: Path) -> str:
    if not stat.S_ISREG(found.st_mode):
        return "not a plain file"
    if found.st_uid != os.geteuid():
        return "it belongs to somebody else"
    if found.st_mode & _OTHERS:
        return f"others may read or write it: chmod 600 {path}"
    if path.parent.stat().st_mode & _WRITABLE and not path.parent.stat().st_mode & stat.S_ISVTX:
        return f"others may replace it: chmod 700 {path.parent}"
    return ""


def _from_keyring(service: str) -> _Keys:
    try:
        import keyring
    except ImportError as missing:
        raise InputError(
            f"keys = 'keyring:{service}': the package keyring is not installed"
        ) from missing
    found = {field: keyring.get_password(service, field) or "" for field in _FIELDS}
    return _Keys(**found)
