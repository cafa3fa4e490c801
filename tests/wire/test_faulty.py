"""Whatever happens to answers: nothing is sent twice, and what we believe is what the venue has."""

import asyncio
from collections.abc import Callable

import msgspec
import pytest

from tests.wire.faulty import PLACES, faulty_sends
from venues.live import gateway
from venues.live.dialect import Family
from venues.live.flight import Landed
from venues.live.verdicts import Outcome, Verdict, verdict_on


@pytest.mark.parametrize("name", PLACES)
def test_orders_in_foul_weather_end_as_the_venue_has_them(name: str) -> None:
    tally = asyncio.run(faulty_sends(name, 60, seed=7))
    assert tally.wrong == []
    assert tally.words["AnswerLost"] > 20
    assert len(tally.faults) >= 7


def _who_takes(unknown: Verdict) -> Callable[[Landed, Family], Outcome]:
    def believes(landed: Landed, family: Family) -> Outcome:
        outcome = verdict_on(landed, family)
        wrong = outcome.verdict is Verdict.UNKNOWN
        return msgspec.structs.replace(outcome, verdict=unknown) if wrong else outcome

    return believes


@pytest.mark.parametrize("unknown", [Verdict.REJECTED, Verdict.NOT_SENT])
def test_a_gateway_that_takes_silence_for_a_refusal_is_found_out(
    unknown: Verdict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "verdict_on", _who_takes(unknown))
    tally = asyncio.run(faulty_sends("binance", 40, seed=7))
    assert tally.wrong
