"""Which order lists does the gate let a venue hold, and how does it count them?"""

from decimal import Decimal

import pytest
from msgspec import structs

from router.risk.limits import Gate, Limits, Refused
from router.risk.sent import SentCounter
from strategies.spec import NATIVE, LegSpec, OcoParams, ParentSpec, RestParams
from strategies.stop_params import LimitStopParams
from tests.fakes.depth import SYMBOL, instrument
from venues.model.commands import Approved, Submit, SubmitPair
from venues.model.events import Accepted, Canceled, Expired, Filled, Reported, Standing
from venues.model.ids import MAIN_ACCOUNT, ClientOrderId, ParentId
from venues.model.instrument import Member
from venues.model.order import Liquidity, Side, TimeInForce, Trigger, TriggerDirection

TAKES = Member(instrument=instrument("alpha", stop_orders=True, order_lists=True))
STOP_AT = LimitStopParams(
    max_slip_bps=Decimal(10), trigger_price=Decimal(90), trigger_source="last"
)
SPEC = ParentSpec(
    id=ParentId("p"),
    symbol=SYMBOL,
    side=Side.SELL,
    quantity=Decimal(4),
    params=OcoParams(
        legs=(
            LegSpec(name="profit", params=RestParams(), limit_price=Decimal(110)),
            LegSpec(name="stop", params=STOP_AT),
        ),
        mode=NATIVE,
    ),
)
MAKER = Submit(
    client_order_id=ClientOrderId("profit"),
    parent_id=SPEC.id,
    child_no=1,
    attempt=1,
    account=MAIN_ACCOUNT,
    venue=TAKES.instrument.venue,
    symbol=SYMBOL,
    side=Side.SELL,
    quantity=Decimal(4),
    price=Decimal(110),
    time_in_force=TimeInForce.GTC,
    decided_ns=0,
    deadline_ns=1,
    post_only=True,
)
STOP = structs.replace(
    MAKER,
    client_order_id=ClientOrderId("stop"),
    child_no=2,
    price=Decimal("89.9"),
    post_only=False,
    trigger=Trigger(price=Decimal(90), direction=TriggerDirection.DOWN),
)
PAIR = SubmitPair(maker=MAKER, stop=STOP)
ONCE = 4 * 10**18


def judged(
    pair: SubmitPair, member: Member = TAKES, *, held: str = "", gate: Gate | None = None
) -> Approved | Refused:
    bounds: dict[ClientOrderId, tuple[Decimal, Decimal | None]] = {
        pair.maker.client_order_id: (Decimal(98), Decimal(100)),
        pair.stop.client_order_id: (Decimal("88.2"), Decimal(90)),
    }
    gate = gate or Gate(Limits(collar_bps=Decimal(200)))
    return gate.approve_pair(
        pair,
        spec=SPEC,
        member=member,
        bounds=bounds,
        held=Decimal(held) if held else None,
    )


def code(verdict: Approved | Refused) -> str:
    assert isinstance(verdict, Refused)
    return verdict.code.value


def counted() -> SentCounter:
    sent = SentCounter()
    for submit in (MAKER, STOP):
        sent.send(submit, Decimal(1))
    sent.pair(MAKER.client_order_id, STOP.client_order_id)
    return sent


def filled(submit: Submit, quantity: str) -> Filled:
    return Filled(
        client_order_id=submit.client_order_id,
        venue=submit.venue,
        exec_id=f"{submit.client_order_id}-{quantity}",
        quantity=Decimal(quantity),
        price=submit.price,
        fee=Decimal(0),
        fee_currency="USDT",
        liquidity=Liquidity.MAKER,
        cum_quantity=Decimal(quantity),
    )


def accepted(submit: Submit, list_id: str) -> Accepted:
    return Accepted(
        client_order_id=submit.client_order_id,
        venue=submit.venue,
        venue_order_id="v",
        list_id=list_id,
    )


def reported(standing: Standing) -> Reported:
    return Reported(
        client_order_id=MAKER.client_order_id,
        venue=MAKER.venue,
        standing=standing,
        cum_quantity=Decimal(0),
    )


# -- what may leave --------------------------------------------------------------------------------


def test_a_list_for_the_whole_quantity_passes_though_it_is_two_orders_of_it() -> None:
    verdict = judged(PAIR)
    assert isinstance(verdict, Approved)
    assert verdict.command is PAIR


def test_a_second_list_does_not_pass_beside_the_first() -> None:
    gate = Gate(Limits(collar_bps=Decimal(200)), sent=counted())
    other = SubmitPair(
        maker=structs.replace(MAKER, client_order_id=ClientOrderId("a")),
        stop=structs.replace(STOP, client_order_id=ClientOrderId("b")),
    )
    assert code(judged(other, gate=gate)) == "quantity"


def test_a_list_is_judged_order_by_order_only_at_its_own_door() -> None:
    gate = Gate(Limits())
    verdict = gate.approve(PAIR, spec=SPEC, member=TAKES, limit=Decimal(80), reference=Decimal(100))
    assert code(verdict) == "no_list"


def test_a_venue_that_takes_no_lists_gets_none() -> None:
    stops_only = Member(instrument=instrument("alpha", stop_orders=True))
    assert code(judged(PAIR, stops_only)) == "no_list"


def test_an_exit_lists_no_more_than_is_held() -> None:
    assert code(judged(PAIR, held="3.9")) == "held"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"quantity": Decimal(3)}, "grid"),
        ({"post_only": True}, "grid"),
        ({"trigger": None}, "grid"),
        ({"side": Side.BUY}, "grid"),
        ({"client_order_id": MAKER.client_order_id}, "grid"),
        ({"price": Decimal(80)}, "limit"),
        (
            {"trigger": Trigger(price=Decimal(111), direction=TriggerDirection.DOWN)},
            "grid",
        ),
    ],
)
def test_what_is_no_profit_and_its_stop_does_not_pass(change: dict[str, object], why: str) -> None:
    pair = structs.replace(PAIR, stop=structs.replace(STOP, **change))
    assert code(judged(pair)) == why


def test_a_halt_stops_lists_too() -> None:
    gate = Gate(Limits())
    gate.halt.set("enough")
    assert code(judged(PAIR, gate=gate)) == "halted"


# -- how it counts ---------------------------------------------------------------------------------


def test_a_list_counts_once() -> None:
    assert counted().exposure(SPEC.id) == ONCE


def test_it_counts_once_whatever_trades_and_ends() -> None:
    sent = counted()
    sent.answer(accepted(MAKER, "l1"))
    sent.answer(accepted(STOP, "l1"))
    sent.answer(filled(MAKER, "1"))
    assert sent.exposure(SPEC.id) == ONCE
    order_id, venue = STOP.client_order_id, STOP.venue
    sent.answer(Expired(client_order_id=order_id, venue=venue, cum_quantity=Decimal(0)))
    assert sent.exposure(SPEC.id) == ONCE
    order_id = MAKER.client_order_id
    sent.answer(Canceled(client_order_id=order_id, venue=venue, cum_quantity=Decimal(1)))
    assert sent.exposure(SPEC.id) == 10**18


@pytest.mark.parametrize("told", ["", "l2"])
def test_it_counts_twice_once_its_venue_calls_them_by_no_list_or_by_two(told: str) -> None:
    sent = counted()
    sent.answer(accepted(MAKER, "l1"))
    assert sent.exposure(SPEC.id) == ONCE
    sent.answer(accepted(STOP, told))
    assert sent.exposure(SPEC.id) == 2 * ONCE


def test_a_report_that_knows_no_list_counts_too_but_not_one_that_knows_no_order() -> None:
    sent = counted()
    sent.answer(reported(Standing.ABSENT))
    assert sent.exposure(SPEC.id) == ONCE
    sent.answer(reported(Standing.WORKING))
    assert sent.exposure(SPEC.id) == 2 * ONCE


def test_fills_of_both_count_in_full_however_they_are_called() -> None:
    sent = counted()
    sent.answer(filled(MAKER, "4"))
    sent.answer(filled(STOP, "3"))
    assert sent.exposure(SPEC.id) == 7 * 10**18
