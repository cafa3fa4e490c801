"""Which hosts can be reached at all? Those of the dialects in use, by name, and no other.

The wire check looks at the address of every request; this is the second lock, also for websockets.
"""

import socket
from collections.abc import Iterable

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from venues.live.dialect import Dialect


class OnlyTheirs(AbstractResolver):
    """Resolves the hosts it was given; OSError for every other name."""

    def __init__(self, hosts: Iterable[str], resolver: AbstractResolver) -> None:
        self._hosts = frozenset(hosts)
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if host not in self._hosts:
            raise socket.gaierror(socket.EAI_NONAME, f"{host} is no host of a venue in use")
        return await self._resolver.resolve(host, port, family)

    async def close(self) -> None:
        await self._resolver.close()


def venue_session(
    dialects: Iterable[Dialect], resolver: AbstractResolver | None = None
) -> aiohttp.ClientSession:
    """Return a session that reaches the venues of `dialects` only; call it where a loop runs.

    No proxy of the environment is used: who trades through one says so to the operating system.
    """
    hosts = [host for dialect in dialects for host in (*dialect.hosts, *dialect.stream_hosts)]
    only = OnlyTheirs(hosts, resolver or aiohttp.DefaultResolver())
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=only), trust_env=False)
