"""Can a recorded market ever give us more than was there?"""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.recorded_moves import MIDDLE, random_script
from tests.fakes.recordings import Script, market_of, stops_until
from venues.model.market import level_key
from venues.paper.market import RecordedMarket
from venues.paper.played import MakerFill, QueueModel
from venues.ports import RANK_ARRIVAL

LASTS_NS = 600
FOREVER = 1 << 60


class Recorded:
    """What the recording shows at each level, and what we took of it, by the plainest means."""

    def __init__(self, script: Script) -> None:
        self._messages = list(script.books)
        self._clock_ns = 0
        self.lots: dict[int, int] = {}
        self.taken: dict[int, int] = {}

    def stand_at(self, now_ns: int) -> None:
        while self._messages and max(self._clock_ns, self._messages[0][0]) <= now_ns:
            at_ns, _, snapshot, rows = self._messages.pop(0)
            self._clock_ns = max(self._clock_ns, at_ns)
            gone = set(self.lots) - {key for key, _ in rows} if snapshot else set[int]()
            for key, lots in [*rows, *((key, 0) for key in gone)]:
                # A decrease says that what we took had gone anyhow.
                gone_lots = max(0, self.lots.get(key, 0) - lots)
                self.taken[key] = max(0, self.taken.get(key, 0) - gone_lots)
                self.lots[key] = lots

    def take(self, key: int, lots: int) -> None:
        self.taken[key] = self.taken.get(key, 0) + lots
        assert self.taken[key] <= self.lots.get(key, 0)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=100)
def test_our_takes_never_exceed_what_is_displayed(seed: int) -> None:
    rng = Random(seed)
    script = random_script(rng, lasts_ns=LASTS_NS)
    market, recorded = market_of(script), Recorded(script)
    now_ns = 0
    while now_ns < LASTS_NS:
        now_ns += rng.randrange(1, 20)
        stops_until(market, now_ns)
        recorded.stand_at(now_ns)
        side, limit = rng.randrange(2), MIDDLE + rng.randrange(-8, 9)
        wanted = rng.randrange(1, 30)
        got = market.matcher.sweep(0, side, limit, wanted, now_ns)
        ticks = [tick for tick, _ in got]
        assert ticks == sorted(set(ticks), reverse=side == 1)
        assert sum(lots for _, lots in got) <= wanted
        for tick, lots in got:
            assert tick <= limit if side == 0 else tick >= limit
            recorded.take(level_key(tick, 1 - side), lots)


def rest_at_random(
    rng: Random, market: RecordedMarket, now_ns: int, order_no: int
) -> tuple[int, int, int] | None:
    """Rest one order somewhere; return (side, tick, lots), None where it would trade at once."""
    side, tick, lots = rng.randrange(2), MIDDLE + rng.randrange(-4, 5), rng.randrange(1, 9)
    if market.matcher.would_cross(0, side, tick):
        return None
    market.matcher.rest(0, order_no, side, tick, lots, now_ns)
    return side, tick, lots


@pytest.mark.parametrize("queue", list(QueueModel))
@given(seed=st.integers(0, 2**32))
@settings(max_examples=100)
def test_maker_fills_stay_between_their_bounds(seed: int, queue: QueueModel) -> None:
    rng = Random(seed)
    market = market_of(random_script(rng, lasts_ns=LASTS_NS), queue=queue)
    orders: dict[int, tuple[int, int, int]] = {}
    filled: dict[int, int] = {}
    now_ns = 0
    while now_ns < LASTS_NS:
        now_ns += rng.randrange(1, 20)
        for stop in stops_until(market, now_ns):
            for fill in stop.fills:
                filled[fill.order_no] = filled.get(fill.order_no, 0) + fill.lots
                assert fill.cum == filled[fill.order_no]
        for order_no, (_, _, lots) in orders.items():
            bounds = market.matcher.bounds(0, order_no)
            assert 0 <= bounds.pessimistic <= bounds.optimistic <= lots
            decided = bounds.pessimistic if queue is QueueModel.PESSIMISTIC else bounds.optimistic
            assert filled.get(order_no, 0) == decided
        order_no = now_ns
        placed = rest_at_random(rng, market, now_ns, order_no)
        if placed is not None:
            orders[order_no] = placed
        if orders and rng.random() < 0.3:
            market.matcher.remove(0, rng.choice(sorted(orders)), now_ns)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=100)
def test_own_orders_never_share_more_than_a_print_brought(seed: int) -> None:
    rng = Random(seed)
    script = random_script(rng, lasts_ns=LASTS_NS)
    books_only = Script(books=script.books)
    market = market_of(script, queue=QueueModel.OPTIMISTIC)
    printed: dict[int, int] = {}
    for at_ns, _, _, _, lots in script.prints:
        printed[at_ns] = printed.get(at_ns, 0) + lots
    messages = {at_ns for at_ns, *_ in books_only.books}
    got: dict[int, int] = {}
    now_ns = 0
    while now_ns < LASTS_NS:
        now_ns += rng.randrange(1, 20)
        for stop in stops_until(market, now_ns):
            for fill in stop.fills:
                got[stop.time_ns] = got.get(stop.time_ns, 0) + fill.lots
        rest_at_random(rng, market, now_ns, now_ns)
    for at_ns, lots in got.items():
        # A book message of the same moment may have come through us as well.
        assert at_ns in messages or at_ns in printed
        if at_ns not in messages and at_ns not in _late(script):
            assert lots <= printed[at_ns]


def _late(script: Script) -> set[int]:
    """Return the moments at which a venue whose clock stepped back sends its messages."""
    clock_ns, late = 0, set[int]()
    for at_ns, *_ in script.books:
        clock_ns = max(clock_ns, at_ns)
        late.add(clock_ns)
    return late


@given(seed=st.integers(0, 2**32))
@settings(max_examples=100)
def test_once_everything_is_known_our_view_is_the_venue(seed: int) -> None:
    rng = Random(seed)
    script = random_script(rng, lasts_ns=LASTS_NS)
    # Known only after the venue has played: then nothing is shown too early either.
    script.books = [(at, known + 20, snap, rows) for at, known, snap, rows in script.books]
    ends_ns = 2 * LASTS_NS
    script.book(ends_ns, (level_key(1, 0), 1)).book(ends_ns + 50, (level_key(1, 0), 2))
    market = market_of(script)
    made: list[MakerFill] = []
    now_ns = 0
    while now_ns < LASTS_NS:
        now_ns += rng.randrange(1, 20)
        made.extend(fill for stop in stops_until(market, now_ns) for fill in stop.fills)
        rest_at_random(rng, market, now_ns, now_ns)
        market.matcher.sweep(0, rng.randrange(2), MIDDLE, rng.randrange(1, 9), now_ns)
    while (stop := market.advance(FOREVER, RANK_ARRIVAL)).fills:
        made.extend(stop.fills)
    venue = market.matcher._books  # type: ignore[attr-defined]
    theirs = {row[0]: row[1:3] for row in venue.all_levels(0).tolist()}
    ours = {row[0]: row[1:3] for row in market.view.all_levels(0).tolist() if row[1]}
    assert ours == theirs
