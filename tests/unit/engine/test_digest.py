"""Does the digest change with everything that happened, and with nothing else?"""

from decimal import Decimal

import msgspec
import pytest

from router.engine.digest import Digest
from tests.fakes.children import canceled, expired, filled, submit
from venues.model.commands import Cancel, Command, Query, Submit, SubmitPair
from venues.model.events import Accepted, ExecutionEvent
from venues.model.ids import MAIN_ACCOUNT, ClientOrderId
from venues.model.order import Liquidity, Side, TimeInForce

ORDER = submit(1, "4")
FILL = filled(1, "1", cum="1")
ACCEPTED = Accepted(client_order_id=ORDER.client_order_id, venue=ORDER.venue, venue_order_id="v-1")


def digest(*facts: Command | ExecutionEvent) -> str:
    """Return the digest of commands and events in order."""
    running = Digest()
    for fact in facts:
        if isinstance(fact, Submit | SubmitPair | Cancel | Query):
            running.command(fact)
        else:
            running.event(fact)
    return running.hexdigest()


def asking(kind: type[Cancel] | type[Query], number: int = 1) -> Command:
    return kind(
        client_order_id=ORDER.client_order_id,
        parent_id=ORDER.parent_id,
        account=MAIN_ACCOUNT,
        venue=ORDER.venue,
        symbol=ORDER.symbol,
        number=number,
    )


def test_the_same_story_has_the_same_digest() -> None:
    assert digest(ORDER, ACCEPTED, FILL) == digest(ORDER, ACCEPTED, FILL)


@pytest.mark.parametrize(
    "change",
    [
        {"quantity": Decimal(5)},
        {"price": Decimal("100.1")},
        {"side": Side.SELL},
        {"time_in_force": TimeInForce.GTC},
        {"post_only": True},
        {"reduce_only": True},
        {"leg": "maker"},
        {"client_order_id": ClientOrderId("child-2")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_command_that_asks_for_anything_else_changes_it(change: dict[str, object]) -> None:
    assert digest(msgspec.structs.replace(ORDER, **change)) != digest(ORDER)


def test_when_a_command_was_decided_does_not_matter() -> None:
    later = msgspec.structs.replace(ORDER, decided_ns=9, deadline_ns=99)
    assert digest(later) == digest(ORDER)


@pytest.mark.parametrize(
    "change",
    [
        {"quantity": Decimal(2)},
        {"price": Decimal("99.9")},
        {"fee": Decimal("0.1")},
        {"liquidity": Liquidity.MAKER},
        {"exec_id": "other"},
        {"cum_quantity": Decimal(3)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_fill_that_differs_changes_it(change: dict[str, object]) -> None:
    assert digest(msgspec.structs.replace(FILL, **change)) != digest(FILL)


@pytest.mark.parametrize("event", [FILL, ACCEPTED, canceled(1), expired(1)])
def test_when_an_event_happened_does_not_matter(event: ExecutionEvent) -> None:
    later = msgspec.structs.replace(event, ts_exchange_ns=123)
    assert digest(later) == digest(event)


def test_order_and_number_matter() -> None:
    assert digest(ORDER, FILL) != digest(FILL, ORDER)
    assert digest(FILL, FILL) != digest(FILL)
    assert digest(asking(Cancel)) != digest(asking(Query))
    assert digest(asking(Query)) != digest(asking(Query, 2))
