"""What do all tests against local servers share: one import of ccxt and one certificate."""

from typing import Any

import pytest

from tests.loopback.house import all_hosts
from venues.loopback.certificate import Certificate


@pytest.fixture(scope="session")
def pro() -> Any:
    """Return ccxt.pro, imported once: it takes half a second."""
    import ccxt.pro

    return ccxt.pro


@pytest.fixture(scope="session")
def certificate() -> Certificate:
    return all_hosts()
