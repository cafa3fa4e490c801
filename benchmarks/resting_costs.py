"""What does learning cost, and what does it change? Whole replays with and without, in one run."""

import gc
import statistics
import tempfile
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec

from router.app.assembly import Paper, assemble
from router.app.output import report_of
from router.app.replaying import play
from router.depth.fills import counted, fate
from router.journal.sqlite import GROUPED, open_journal
from router.settings.reader import default_config, read_settings
from strategies.spec import Params, ParentSpec, RestParams, TwapParams
from venues.books.probe_layout import PROBE_WORDS
from venues.books.probes import NS_PER_S
from venues.model.ids import ParentId
from venues.model.order import Side
from venues.paper.market import RecordedMarket
from venues.paper.played import QueueModel
from venues.ports import RANK_SCREEN
from venues.tape.recording import Tape

QUANTITIES: Final = (Decimal(10), Decimal(100))
_ROUNDS: Final = 5


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One parent on the whole tape; bps against arrival, + is cost."""

    name: str
    side: str
    quantity: str
    learn: bool
    shortfall_bps: str | None
    maker_share: str | None
    fees: str
    children: int
    judged: int
    taken_early: int
    venues: dict[str, int]


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What learning costs in processor time; ratios are with over without, medians of rounds.

    `books_ratio`: events a second of the books alone, nothing traded. `replay_ratio`: of a whole
    replay with a passive TWAP at work. `fate_us`: to foretell one order.
    """

    books_m_events_s: float
    books_ratio: float
    replay_m_events_s: float
    replay_ratio: float
    fate_us: float
    bytes_a_venue: int
    orders_a_second_and_venue: int


def runs(tape: Tape) -> tuple[Run, ...]:
    """Return every way, both sides and sizes, without learning and with."""
    lasts_s = (tape.end_ns - tape.start_ns) // NS_PER_S
    horizon_s = min(480, lasts_s * 3 // 4)
    ways: dict[str, Params] = {
        "twap, balanced": TwapParams(
            horizon_s=horizon_s, slices=horizon_s // 10, passive_fraction=Decimal("0.5")
        ),
        "twap, patient": TwapParams(
            horizon_s=horizon_s, slices=horizon_s // 20, passive_fraction=Decimal("0.9")
        ),
        "rest, then cross": RestParams(deadline_s=horizon_s),
    }
    told = []
    for name, params in ways.items():
        for quantity in QUANTITIES:
            for side in Side:
                for learn in (False, True):
                    paper, _ = _replayed(tape, params, side, quantity, learn=learn)
                    told.append(_run(paper, name, side, quantity, learn=learn))
    return tuple(told)


def cost(tape: Tape) -> Cost:
    """Return what learning costs on `tape`."""
    params = TwapParams(
        horizon_s=(tape.end_ns - tape.start_ns) // NS_PER_S - 10,
        slices=(tape.end_ns - tape.start_ns) // NS_PER_S // 5,
        passive_fraction=Decimal("0.6"),
    )
    books: dict[bool, list[float]] = {False: [], True: []}
    replays: dict[bool, list[float]] = {False: [], True: []}
    market = None
    for _ in range(_ROUNDS):
        for learn in (False, True):
            market = RecordedMarket(
                tape,
                kernels=True,
                queue=QueueModel.PESSIMISTIC,
                stale_after_ns=2 * NS_PER_S,
                learn=learn,
            )
            gc.collect()
            began = time.process_time()
            market.advance(tape.end_ns, RANK_SCREEN)
            books[learn].append(market.market_events / (time.process_time() - began) / 1e6)
            paper, took_s = _replayed(tape, params, Side.BUY, Decimal(20), learn=learn)
            replays[learn].append(paper.market.market_events / took_s / 1e6)
    assert market is not None
    known = counted(market.probes, 0)
    began = time.process_time()
    for _ in range(1000):
        fate(known, 0, 0, 2)
    fate_us = (time.process_time() - began) * 1000
    return Cost(
        books_m_events_s=statistics.median(books[True]),
        books_ratio=_ratio(books),
        replay_m_events_s=statistics.median(replays[True]),
        replay_ratio=_ratio(replays),
        fate_us=fate_us,
        bytes_a_venue=PROBE_WORDS * 8,
        orders_a_second_and_venue=8,
    )


def _ratio(of: dict[bool, list[float]]) -> float:
    return statistics.median([a / b for a, b in zip(of[True], of[False], strict=True)])


def _replayed(
    tape: Tape, params: Params, side: Side, quantity: Decimal, *, learn: bool
) -> tuple[Paper, float]:
    """Return a finished replay of one parent, and how long it took."""
    settings = read_settings(default_config())
    run = settings.run.model_copy(update={"learn_fills": learn})
    settings = settings.model_copy(update={"run": run})
    spec = ParentSpec(
        id=ParentId("p"),
        symbol=tape.instruments[0].symbol,
        side=side,
        quantity=quantity,
        limit_bps=Decimal(100),
        params=params,
    )
    with tempfile.TemporaryDirectory(prefix="fathom-") as scratch:
        journal = open_journal(Path(scratch) / "journal.db", GROUPED)
        try:
            paper = assemble(tape, settings, [spec], seed=1, kernels=True, journal=journal)
            gc.collect()
            began = time.process_time()
            play(paper, [spec])
            return paper, time.process_time() - began
        finally:
            journal.close()


def _run(paper: Paper, name: str, side: Side, quantity: Decimal, *, learn: bool) -> Run:
    (told,) = report_of(paper, 0).parents
    places = [row.weighed for row in paper.follower.places]
    posted = Counter(
        row.submit.venue for row in paper.follower.orders.values() if row.submit.post_only
    )
    return Run(
        name=name,
        side=side.value,
        quantity=str(quantity),
        learn=learn,
        shortfall_bps=told.shortfall_bps,
        maker_share=told.maker_share,
        fees=told.fees,
        children=told.children,
        judged=sum(place.judged for place in places),
        taken_early=sum(place.takes for place in places),
        venues=dict(sorted(posted.items())),
    )
