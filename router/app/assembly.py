"""How is an engine over paper venues put together from a tape and settings?"""

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

import msgspec

import router
from router.app.faults import fault_plan
from router.app.own_strategies import NONE_LOADED, Loaded, fingerprint, strategies_of
from router.depth.expected import TWIN, Expect
from router.depth.scale import Scale, market_scale
from router.engine.core import Core
from router.engine.engine import Engine
from router.engine.records import Record, RunOpened
from router.engine.settings import EngineSettings
from router.engine.state import EngineState, Members
from router.engine.watching import Watching
from router.journal.ports import Journal
from router.orders.reconcile import DoubtMargins
from router.reports.follow import Follower
from router.risk.halt import Halt
from router.risk.limits import Gate, Limits
from router.risk.sent import SentCounter
from router.routing.exact import Search
from router.routing.exact_twin import search as search_twin
from router.routing.sweep import Sweep, twin
from router.runtime.desk import Desk, Listener
from router.settings.fields import Queue, Settings
from router.settings.markets import market_of, on_terms, tradable
from strategies.base import Strategy
from strategies.ladder import Ladder
from strategies.limit_stop import LimitStop
from strategies.oco import Oco
from strategies.rest import Rest
from strategies.spec import ParentSpec
from strategies.take import Take
from strategies.twap import Twap
from venues.books.jit import kernels_available
from venues.books.port import Books
from venues.books.probes import Probes
from venues.books.watch import Watches
from venues.model.ids import RunId, Symbol, VenueId, run_id
from venues.model.instrument import Instrument
from venues.paper.latency import Latency
from venues.paper.market import RecordedMarket
from venues.paper.played import QueueModel
from venues.paper.venue import PaperTerms, PaperVenue
from venues.tape.recording import Tape

_ALONE: Mapping[str, Strategy] = {
    s.kind: s for s in (Take(), Rest(), Twap(), LimitStop(), Ladder())
}
STRATEGIES: Mapping[str, Strategy] = {**_ALONE, Oco.kind: Oco(_ALONE)}


class Sight(Protocol):
    """A market as an engine sees it, recorded or real."""

    @property
    def view(self) -> Books: ...
    @property
    def probes(self) -> Probes: ...
    @property
    def watches(self) -> Watches: ...


@dataclass(frozen=True, slots=True)
class Paper:
    """An engine over the paper venues of one tape, ready to be driven."""

    run: RunId
    tape: Tape
    market: RecordedMarket
    venues: tuple[PaperVenue, ...]
    desk: Desk
    follower: Follower
    opening: RunOpened


def seeded(text: str) -> Random:
    """Return a Random whose draws depend on `text` alone, on every machine."""
    return Random(int.from_bytes(hashlib.sha256(text.encode()).digest()))


def use_kernels() -> bool:
    """Return whether compiled kernels can be used here."""
    return kernels_available()


def settings_fingerprint(settings: Settings) -> str:
    """Return a hash of everything a config decides.

    Where strategies of the user's come from decides nothing: their code is hashed itself.
    """
    decides = settings.model_dump_json(exclude={"strategies"})
    return hashlib.sha256(decides.encode()).hexdigest()[:32]


def on_settings(tape: Tape, settings: Settings) -> Tape:
    """Return `tape` with the config's fees and minimums in place of the recorded terms."""
    terms = on_terms(tape.instruments, settings)
    recordings = tuple(
        dataclasses.replace(recording, instrument=instrument)
        for recording, instrument in zip(tape.recordings, terms, strict=True)
    )
    return dataclasses.replace(tape, recordings=recordings)


def engine_settings(settings: Settings) -> EngineSettings:
    """Return the engine's part of the settings."""
    return EngineSettings(
        stale_after_ns=settings.run.stale_after_ns,
        arrival_wait_ns=settings.run.arrival_wait_ns,
        release_within_ns=settings.run.release_within_ns,
        learn_depth=settings.run.learn_depth,
        waiting_e6=settings.run.waiting_e6,
        learn_fills=settings.run.learn_fills,
        limits=Limits(
            collar_bps=settings.risk.collar_bps,
            max_order_notional=settings.risk.max_order_notional,
            max_parent_notional=settings.risk.max_parent_notional,
        ),
        margins=DoubtMargins(),
    )


def scales_of(instruments: tuple[Instrument, ...], settings: Settings) -> dict[Symbol, Scale]:
    """Return every market the instruments and the config make tradable, in integers."""
    scales: dict[Symbol, Scale] = {}
    for symbol in tradable(instruments, settings):
        market = market_of(symbol, instruments, settings)
        assert market is not None
        scales[symbol] = market_scale(market, instruments)
    return scales


def members_of(scales: Mapping[Symbol, Scale]) -> Members:
    """Return every instrument of these markets as what it counts in its own."""
    return {
        (m.instrument.venue, m.instrument.symbol): m
        for scale in scales.values()
        for m in scale.members
    }


def run_of(
    tape: Tape,
    settings: Settings,
    seed: int,
    specs: Sequence[ParentSpec],
    own: Loaded = NONE_LOADED,
) -> RunId:
    """Return the id of a run: a hash of tape, config, seed, orders and the user's code they use."""
    return run_id(
        tape.fingerprint,
        settings_fingerprint(settings).encode(),
        str(seed).encode(),
        *(msgspec.json.encode(spec) for spec in specs),
        *filter(None, [fingerprint(own, specs)]),
    )


def assemble(
    raw: Tape,
    settings: Settings,
    specs: Sequence[ParentSpec],
    *,
    seed: int,
    kernels: bool,
    journal: Journal,
    listener: Listener | None = None,
    own: Loaded = NONE_LOADED,
) -> Paper:
    """Return the engine, its venues and its market; nothing has happened yet.

    `own`: the user's strategies.
    `listener` hears of committed records beside the follower that makes the reports.
    """
    tape = on_settings(raw, settings)
    run = run_of(tape, settings, seed, specs, own)
    scales = scales_of(tape.instruments, settings)
    market = RecordedMarket(
        tape,
        kernels=kernels,
        queue=_queue(settings),
        stale_after_ns=settings.run.stale_after_ns,
        learn=settings.run.learn_fills,
    )
    members = members_of(scales)
    core = build_core(
        run=run,
        seed=seed,
        settings=engine_settings(settings),
        scales=scales,
        members=members,
        market=market,
        sweep=sweep_of(kernels=kernels),
        search=search_of(kernels=kernels),
        expect=expect_of(kernels=kernels),
        strategies={**STRATEGIES, **strategies_of(own)},
    )
    follower = Follower(members)
    return Paper(
        run=run,
        tape=tape,
        market=market,
        venues=_venues(tape, settings, market, f"{run}/{seed}"),
        desk=Desk(Engine(core), journal, _Both(follower, listener) if listener else follower),
        follower=follower,
        opening=RunOpened(run, seed, settings_fingerprint(settings), router.__version__),
    )


def build_core(
    *,
    run: RunId,
    seed: int,
    settings: EngineSettings,
    scales: Mapping[Symbol, Scale],
    members: Members,
    market: Sight,
    sweep: Sweep,
    search: Search = search_twin,
    expect: Expect = TWIN,
    strategies: Mapping[str, Strategy] = STRATEGIES,
) -> Core:
    """Return an engine core that knows nothing yet."""
    if settings.learn_depth:
        for book in range(len(market.view.instruments)):
            market.view.learn(book)
    sent, halt = SentCounter(), Halt()
    state = EngineState(
        members=members,
        memory_types={kind: s.state_type for kind, s in strategies.items()},
        sent=sent,
        halt=halt,
        margins=settings.margins,
    )
    return Core(
        run=run,
        seed=seed,
        settings=settings,
        scales=scales,
        books=market.view,
        probes=market.probes,
        strategies=strategies,
        seeded=seeded,
        state=state,
        gate=Gate(settings.limits, halt=halt, sent=sent),
        sweep=sweep,
        search=search,
        expect=expect,
        watching=Watching(market.watches, scales),
    )


def sweep_of(*, kernels: bool) -> Sweep:
    """Return the greedy merge to use: compiled or plain."""
    if not kernels:
        return twin
    from router.routing.sweep_kernel import fastest

    return fastest


def search_of(*, kernels: bool) -> Search:
    """Return the exact search to use: compiled or plain."""
    if not kernels:
        return search_twin
    from router.routing.exact_kernel import fastest

    return fastest


def expect_of(*, kernels: bool) -> Expect:
    """Return the expected prices to use: compiled or plain."""
    if not kernels:
        return TWIN
    from router.depth.expected_kernel import KERNEL

    return KERNEL


@dataclass(frozen=True, slots=True)
class _Both:
    follower: Follower
    other: Listener

    def followed(self, records: list[Record], now_ns: int) -> None:
        self.follower.followed(records, now_ns)
        self.other.followed(records, now_ns)


def _queue(settings: Settings) -> QueueModel:
    pessimistic = settings.paper.queue is Queue.PESSIMISTIC
    return QueueModel.PESSIMISTIC if pessimistic else QueueModel.OPTIMISTIC


def _venues(
    tape: Tape, settings: Settings, market: RecordedMarket, name: str
) -> tuple[PaperVenue, ...]:
    listed: dict[VenueId, list[int]] = {}
    for i, instrument in enumerate(tape.instruments):
        listed.setdefault(instrument.venue, []).append(i)
    venues = []
    for venue, books in listed.items():
        ways = settings.paper.latency.get(venue, settings.paper.latency["default"])
        terms = PaperTerms(
            latency=Latency(
                entry_ns=ways.entry_ns, response_ns=ways.response_ns, jitter_ns=ways.jitter_ns
            ),
            answer_timeout_ns=settings.paper.answer_timeout_ns,
        )
        venues.append(
            PaperVenue(
                venue,
                [(i, tape.instruments[i]) for i in books],
                market.matcher,
                terms=terms,
                rng=seeded(f"{name}/{venue}"),
                faults=fault_plan(venue, settings.paper.fault, tape.start_ns),
            )
        )
    return tuple(venues)
