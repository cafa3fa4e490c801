"""Does a redirected session reach the servers here, and nothing else?"""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from venues.errors import InputError
from venues.loopback.certificate import server_context, throw_away
from venues.loopback.resolver import (
    LOOPBACK,
    Redirect,
    nowhere,
    read_redirect,
    redirected_session,
)

HOST = "api.exchange.example"


async def _hello(request: web.Request) -> web.Response:
    return web.Response(text=f"{request.host} {request.path}")


@pytest.fixture
async def redirect() -> AsyncIterator[Redirect]:
    certificate = throw_away([HOST])
    app = web.Application()
    app.router.add_get("/{path:.*}", _hello)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, LOOPBACK, 0, ssl_context=server_context(certificate))
    await site.start()
    yield Redirect(ports={HOST: int(runner.addresses[0][1])}, pem=certificate.pem)
    await runner.cleanup()


async def test_a_genuine_https_address_is_answered_from_this_machine(redirect: Redirect) -> None:
    async with (
        redirected_session(redirect) as session,
        session.get(f"https://{HOST}/orders") as answer,
    ):
        assert await answer.text() == f"{HOST} /orders"


async def test_a_host_that_is_not_served_is_an_unknown_name(redirect: Redirect) -> None:
    async with redirected_session(redirect) as session:
        with pytest.raises(aiohttp.ClientConnectorError, match="not served here"):
            await session.get("https://api.elsewhere.example/")


async def test_an_address_in_figures_that_is_not_loopback_is_refused(redirect: Redirect) -> None:
    async with redirected_session(redirect) as session:
        with pytest.raises(aiohttp.ClientConnectorError, match="not loopback"):
            await session.get("https://192.0.2.1/")


async def test_a_certificate_nobody_handed_over_is_not_trusted(redirect: Redirect) -> None:
    stranger = Redirect(ports=redirect.ports, pem=throw_away([HOST]).pem)
    async with redirected_session(stranger) as session:
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await session.get(f"https://{HOST}/")


async def test_nowhere_reaches_nothing() -> None:
    async with nowhere() as session:
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(f"https://{HOST}/")


def test_a_redirect_travels_to_another_process_in_a_file(tmp_path: Path) -> None:
    one = Redirect(ports={"a": 1, "b": 2}, pem="x")
    both = one.joined(Redirect(ports={"b": 3}, pem="y"))
    both.save(tmp_path / "redirect.json")
    assert read_redirect(tmp_path / "redirect.json") == Redirect(ports={"a": 1, "b": 3}, pem="xy")


def test_a_file_that_is_no_redirect_is_named(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text("{}")
    with pytest.raises(InputError, match=r"r\.json"):
        read_redirect(tmp_path / "r.json")
