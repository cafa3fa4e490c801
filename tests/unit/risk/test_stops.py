"""Which stops does the gate let a venue hold?"""

from decimal import Decimal

import pytest
from msgspec import structs

from router.risk.limits import Gate, Limits, Refused
from strategies.spec import ParentSpec
from strategies.stop_params import LimitStopParams
from tests.fakes.depth import SYMBOL, instrument
from venues.model.commands import Approved, Submit
from venues.model.ids import MAIN_ACCOUNT, ClientOrderId, ParentId
from venues.model.instrument import Member
from venues.model.order import Side, TimeInForce, Trigger, TriggerDirection

HOLDS = Member(instrument=instrument("alpha", stop_orders=True))
SPEC = ParentSpec(
    id=ParentId("p"),
    symbol=SYMBOL,
    side=Side.SELL,
    quantity=Decimal(4),
    params=LimitStopParams(max_slip_bps=Decimal(10), trigger_price=Decimal(100)),
)
DOWN_AT_90 = Trigger(price=Decimal(90), direction=TriggerDirection.DOWN)
STOP = Submit(
    client_order_id=ClientOrderId("o1"),
    parent_id=SPEC.id,
    child_no=1,
    attempt=1,
    account=MAIN_ACCOUNT,
    venue=HOLDS.instrument.venue,
    symbol=SYMBOL,
    side=Side.SELL,
    quantity=Decimal(4),
    price=Decimal("89.1"),
    time_in_force=TimeInForce.GTC,
    decided_ns=0,
    deadline_ns=1,
    trigger=DOWN_AT_90,
)


def judged(submit: Submit, member: Member = HOLDS, *, limit: str = "88.2") -> Approved | Refused:
    gate = Gate(Limits(collar_bps=Decimal(200)))
    return gate.approve(
        submit, spec=SPEC, member=member, limit=Decimal(limit), reference=DOWN_AT_90.price
    )


def code(verdict: Approved | Refused) -> str:
    assert isinstance(verdict, Refused)
    return verdict.code.value


def test_a_stop_far_below_the_market_is_near_enough_to_its_own_trigger() -> None:
    assert isinstance(judged(STOP), Approved)


def test_its_worst_price_is_held_to_the_collar_around_the_trigger() -> None:
    assert code(judged(structs.replace(STOP, price=Decimal(88)), limit="80")) == "collar"


def test_its_worst_price_is_held_to_the_parents_limit() -> None:
    assert code(judged(STOP, limit="89.5")) == "limit"


def test_a_venue_that_holds_none_gets_none() -> None:
    assert code(judged(STOP, Member(instrument=instrument("alpha")))) == "no_stops"


@pytest.mark.parametrize(
    "wrong",
    [
        structs.replace(DOWN_AT_90, direction=TriggerDirection.UP),
        structs.replace(DOWN_AT_90, price=Decimal("90.05")),
        structs.replace(DOWN_AT_90, price=Decimal(89)),
    ],
    ids=["fires as prices rise", "off the tick", "a limit better than its trigger"],
)
def test_what_is_no_stop_is_a_bug_of_ours(wrong: Trigger) -> None:
    assert code(judged(structs.replace(STOP, trigger=wrong))) == "grid"
