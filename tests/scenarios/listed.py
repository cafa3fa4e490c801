"""How does a story with an order list begin?"""

from router.orders.child import Child
from strategies.spec import OcoParams
from tests.scenarios.kinds import limit_stop, native
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario

ONE = (Venue("alpha", stop_orders=True, order_lists=True),)
CALM = "50@99.9 | 50@100.1"  # mid 100
AT = "50@94.9 | 50@95.1"  # mid 95, where the stop fires
STOP = limit_stop("95", source="last")
PAIR = native("103", STOP)
LISTED = "alpha#1: rest sell 10 @ 103 or alpha#2: sell 10 @ 94.6, stop at 95"
SAYS = "listed at alpha: take_profit at 103 or stop at 95, as far as 94.525 and not post-only"
APART = "from now on its legs are kept apart here"


def asked(how: OcoParams = PAIR, **more: object) -> Scenario:
    """Ask for the list; nothing has been answered yet."""
    desk = Scenario(how, **{"sell": "10", "venues": ONE, **more})  # type: ignore[arg-type]
    desk.book("alpha", CALM)
    assert desk.at(0) == [LISTED]
    return desk


def listed(how: OcoParams = PAIR, **more: object) -> Scenario:
    """Let the venue take both legs as one list."""
    desk = asked(how, **more)
    assert desk.accepts("alpha#1", "alpha#2") == []
    return desk


def child(desk: Scenario, name: str) -> Child:
    return desk.parent.children[desk.venues.orders[name].submit.client_order_id]
