"""Where slices wait once it is known what becomes of orders, told as stories."""

from decimal import Decimal

import numpy as np

from router.reports.follow import PlaceRow
from strategies.spec import TwapParams
from tests.scenarios.scenario import Scenario
from venues.books.probe_twin import TwinProbes
from venues.books.probes import C_FILLED, C_HELD, C_MOVED, CELL_WORDS, ONE, TABLE_WORDS
from venues.model.market import Int64s

PATIENT = TwapParams(horizon_s=60, slices=3, passive_fraction=Decimal("0.5"))
BOOK = "50@99 | 50@99.1"


def seen(filled: float, *, away_bps: int = 0) -> Int64s:
    """Return what is known where so large a part is filled soon, and the mid runs from the others."""
    table = np.zeros(TABLE_WORDS, np.int64)
    for cell in range(0, TABLE_WORDS, CELL_WORDS):
        for n in range(4):
            table[cell + C_HELD + n] = 1_000 * ONE
            table[cell + C_FILLED + n] = int(1_000 * filled) * ONE
            table[cell + C_MOVED + n] = int(1_000 * (1 - filled)) * away_bps * 10_000 * ONE
    return table


def told(desk: Scenario) -> list[PlaceRow]:
    return desk.follower.places


def desk_with(alpha: Int64s, beta: Int64s, *, learn: bool = True, **common: object) -> Scenario:
    """Return a desk that knows so much of two venues that show the same."""
    desk = Scenario(PATIENT, buy="6", limit="101", learn=learn, **common)  # type: ignore[arg-type]
    for i, table in enumerate((alpha, beta)):
        desk.market.probes.teach(i, table, (0, 0), 0)
    desk.book("alpha", BOOK)
    desk.book("beta", BOOK)
    return desk


def test_a_slice_waits_where_orders_like_it_were_filled() -> None:
    assert desk_with(seen(0.1), seen(0.6)).at(0) == ["beta#1: rest buy 2 @ 99"]
    assert desk_with(seen(0.6), seen(0.1)).at(0) == ["alpha#1: rest buy 2 @ 99"]


def test_without_learning_the_venue_listed_first_has_it_and_nothing_is_told() -> None:
    desk = desk_with(seen(0.1), seen(0.6), learn=False)
    assert desk.at(0) == ["alpha#1: rest buy 2 @ 99"]
    assert told(desk) == []


def test_the_reason_is_kept_with_the_plans() -> None:
    desk = desk_with(seen(0.1), seen(0.6))
    desk.at(0)
    (row,) = told(desk)
    assert (row.plan_no, row.weighed.venue, row.weighed.until_s) == (1, "beta", 10)
    assert [p.queue_lots > 0 for p in row.weighed.prospects] == [True, True]


def test_a_slice_the_price_runs_away_from_is_taken_at_once() -> None:
    desk = desk_with(seen(0.1, away_bps=90), seen(0.1, away_bps=90))
    (command,) = desk.at(0)
    assert command == "alpha#1: buy 2 @ 99.1"
    assert [row.weighed.takes for row in told(desk)] == [True]


def test_who_only_ever_waits_is_never_made_to_take() -> None:
    desk = desk_with(seen(0.1, away_bps=90), seen(0.1, away_bps=90), passive_only=True)
    (command,) = desk.at(0)
    assert "rest buy" in command


def test_a_restart_knows_what_was_known_when_it_last_decided() -> None:
    desk = desk_with(seen(0.1), seen(0.6))
    desk.at(0)
    desk.accepts("beta#1")
    kinds = [row.kind for row in desk.desk.journal.rows()]
    assert kinds.count("lessons") == 1
    before = [desk.market.probes.table(i).tolist() for i in range(2)]
    desk.market.probes = TwinProbes(desk.market.books, learn=True)
    desk.restarts()
    assert [desk.market.probes.table(i).tolist() for i in range(2)] == before
