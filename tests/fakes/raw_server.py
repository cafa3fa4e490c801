"""A server that answers every request with exactly these bytes, or not at all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from venues.loopback.certificate import server_context, throw_away
from venues.loopback.resolver import LOOPBACK, Redirect


@dataclass(slots=True)
class RawServer:
    """`reply`: the bytes of an answer; None = never. `closes`: the connection ends after it.

    `seen`: the request lines that reached it. `abrupt`: the connection is reset, not closed.
    """

    redirect: Redirect
    reply: bytes | None = b""
    closes: bool = True
    abrupt: bool = False
    seen: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = next(
                (
                    int(line.split(":")[1])
                    for line in head.lower().splitlines()
                    if line.startswith("content-length:")
                ),
                0,
            )
            await reader.readexactly(length)
            self.seen.append(head.split(" HTTP", 1)[0].split("?")[0])
            if self.reply is None:
                await asyncio.sleep(3600)
            writer.write(self.reply or b"")
            await writer.drain()
            if self.abrupt:
                writer.transport.abort()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def answer(status: int, body: str, *, length: int | None = None, extra: str = "") -> bytes:
    """Return a whole HTTP answer; `length` other than the body's cuts it short."""
    size = len(body.encode()) if length is None else length
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {size}\r\n"
    return f"{head}{extra}Connection: close\r\n\r\n{body}".encode()


@asynccontextmanager
async def raw_server(*hosts: str) -> AsyncIterator[RawServer]:
    """Serve genuine hosts on loopback."""
    certificate = throw_away(hosts)
    held: list[RawServer] = []
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            tasks.add(task)
        await held[0].serve(reader, writer)

    server = await asyncio.start_server(connected, LOOPBACK, 0, ssl=server_context(certificate))
    port = server.sockets[0].getsockname()[1]
    held.append(RawServer(Redirect(ports=dict.fromkeys(hosts, port), pem=certificate.pem)))
    try:
        yield held[0]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
