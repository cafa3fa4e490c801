"""Where does a real client's request go: a genuine host to its port here, any other nowhere.

`redirected_session` gives an aiohttp session for an unmodified ccxt client (`session=`): the client
keeps its genuine URLs (ccxt keys error maps by them), REST and websockets alike come to 127.0.0.1.
Every other host raises, as an unknown name would: the same session is the guard that keeps tests
off the network. ccxt does not close a session it did not make: close it yourself.

    redirect = Redirect(ports={"api.binance.com": port}, pem=certificate.pem)
    session = redirected_session(redirect)
    client = ccxt.pro.binance({"session": session, ...})

Shared: the loopback servers and every test of a live venue come here. `nowhere()` refuses all hosts.
"""

import errno
import ipaddress
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver, ResolveResult

from venues.errors import InputError
from venues.loopback.certificate import client_context

LOOPBACK: Final = "127.0.0.1"


class Redirect(msgspec.Struct, frozen=True, kw_only=True):
    """Which genuine host is served on which local port, and the certificate they all show (PEM)."""

    ports: Mapping[str, int]
    pem: str

    def joined(self, other: "Redirect") -> "Redirect":
        """Return both; of a host in both the port of `other`. Both certificates are trusted."""
        pem = self.pem if other.pem in self.pem else self.pem + other.pem
        return Redirect(ports={**self.ports, **other.ports}, pem=pem)

    def save(self, path: Path) -> None:
        """Write a JSON file for `read_redirect` in another process; it holds no secret."""
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self)))


def read_redirect(path: Path) -> Redirect:
    """Return what `Redirect.save` wrote; InputError names the file and what is wrong."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Redirect)
    except (OSError, msgspec.DecodeError) as wrong:
        raise InputError(f"{path}: no redirect to local servers: {wrong}") from wrong


class LoopbackResolver(AbstractResolver):
    """Names to local ports by a fixed table; OSError for every other name."""

    def __init__(self, ports: Mapping[str, int]) -> None:
        self._ports = dict(ports)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        local = self._ports.get(host)
        if local is None:
            sentence = f"{host} is not served here, and nothing leaves this machine"
            raise socket.gaierror(socket.EAI_NONAME, sentence)
        return [
            ResolveResult(
                hostname=host,
                host=LOOPBACK,
                port=local,
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        return


def redirected_session(redirect: Redirect) -> aiohttp.ClientSession:
    """Return a session whose every connection ends on loopback; call it where a loop runs."""
    connector = aiohttp.TCPConnector(
        resolver=LoopbackResolver(redirect.ports),
        ssl=client_context(redirect.pem) if redirect.pem else True,
        use_dns_cache=False,
        socket_factory=_loopback_socket,
    )
    return aiohttp.ClientSession(connector=connector)


def nowhere() -> aiohttp.ClientSession:
    """Return a session that reaches nothing at all: for clients that must not be asked."""
    return redirected_session(Redirect(ports={}, pem=""))


def _loopback_socket(address: aiohttp.AddrInfoType) -> socket.socket:
    """Make a socket for a loopback address only: literal addresses never meet the resolver."""
    family, kind, proto, _, where = address
    if not ipaddress.ip_address(str(where[0]).split("%", maxsplit=1)[0]).is_loopback:
        sentence = f"{where[0]} is not loopback, and nothing leaves this machine"
        raise OSError(errno.ENETUNREACH, sentence)
    return socket.socket(family, kind, proto)
