"""Promise 1 where a venue trades contracts that a parent counts, none of which fits its quantity."""

from hypothesis import HealthCheck, settings

from tests.properties.test_promise_one import World
from tests.scenarios.market import Venue
from venues.model.instrument import Contract, Kind

# Worth 7 of quote: about 0.07 of the market, and never a part of the linear lot.
COIN = Venue("beta", lot="1", kind=Kind.PERP, contract=Contract.INVERSE, contract_size="7")


class CountedWorld(World):
    """One linear venue and one of inverse contracts, whose prices move by a fifth."""

    venues = (Venue("alpha"), COIN)
    books = {  # noqa: RUF012 - never changed
        "alpha": ("6@99.9 9@99.8 | 3@100.1 9@100.2", "2@99.8 | 1@100 2@100.1", "9@80 | 9@80.2"),
        "beta": ("60@99.8 | 40@100.1 90@100.4", "40@99.8 | 6@99.9 10@100.2", "90@80 | 90@80.2"),
    }


CountedWorld.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestPromiseOneCounted = CountedWorld.TestCase
