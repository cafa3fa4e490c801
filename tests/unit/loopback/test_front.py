"""Does a front keep its venue going, and say so when it dies?"""

from random import Random

import pytest

from router.runtime.clocks import WallClock
from venues.loopback.certificate import throw_away
from venues.loopback.faults import Fault, Faults
from venues.loopback.front import Call, Front, Line, Reply


class Mortal:
    """A venue that stops at its third pulse."""

    hosts = ("api.exchange.example",)

    def __init__(self) -> None:
        self.pulses = 0

    def call(self, call: Call, now_ns: int) -> Reply:
        return Reply(body=b"{}")

    def error(self, fault: Fault) -> bytes:
        return b"{}"

    def opened(self, line: Line, now_ns: int) -> None:
        pass

    def heard(self, line: Line, text: str, now_ns: int) -> None:
        pass

    def closed(self, line: Line) -> None:
        pass

    def pulse(self, now_ns: int) -> None:
        self.pulses += 1
        if self.pulses == 3:
            raise LookupError("a level that is not there")


async def test_a_venue_that_dies_between_requests_is_not_stopped_in_silence() -> None:
    venue = Mortal()
    clock = WallClock()
    front = Front(venue, clock=clock, certificate=throw_away(venue.hosts), faults=Faults(Random(1)))
    await front.start()
    while venue.pulses < 3:
        await clock.sleep_until(clock.now_ns() + 5_000_000, 0)
    with pytest.raises(LookupError, match="not there"):
        await front.stop()
    assert not front.is_up


async def test_the_port_is_the_same_after_coming_back() -> None:
    venue = Mortal()
    front = Front(
        venue,
        clock=WallClock(),
        certificate=throw_away(venue.hosts),
        faults=Faults(Random(1)),
    )
    await front.start()
    port = front.port
    await front.go_away()
    await front.start()
    assert (front.port, front.is_up) == (port, True)
    await front.stop()
