"""One seed's market, venues and trader's desk: everything that lives, dies and comes back."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random

import msgspec

from router.app.assembly import STRATEGIES, build_core
from router.depth.scale import Scale, market_scale
from router.engine.core import Core
from router.engine.engine import Engine
from router.engine.inputs import Recovered
from router.engine.records import RunOpened
from router.engine.settings import EngineSettings
from router.reports.follow import Follower
from router.routing.sweep import twin
from router.runtime.recovery import recover
from tests.faults.crashes import Dice
from tests.faults.desk import Disk, WatchedDesk, WatchedJournal
from tests.faults.listing import some_take_lists
from tests.faults.native import some_hold_stops
from tests.faults.own import SCRIPT
from tests.faults.profile import MARKET_NS, S_NS, START_NS, Point, Profile
from tests.faults.trace import Trace
from tests.faults.venue import CalmingFaults, WatchedVenue
from tests.faults.weather import bent
from tests.faults.witness import Witness
from venues.books.jit import kernels_available
from venues.model.commands import Command
from venues.model.ids import RunId, Symbol
from venues.model.instrument import FeeIn, Kind, Market, Member, ReduceOnly
from venues.paper.chance import SeededFaults, SilenceRate
from venues.paper.latency import Latency
from venues.paper.market import RecordedMarket
from venues.paper.played import QueueModel
from venues.paper.venue import PaperTerms
from venues.synthetic.profile import BTC_USDT
from venues.synthetic.small import small_tape
from venues.tape.recording import Tape


class World:
    """The parts of one run. The market and the venues live on; the desk dies in every crash."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.trace = Trace()
        rng = Random(f"world {profile.seed}")
        raw = small_tape(
            seed=profile.seed,
            duration_ns=MARKET_NS,
            start_ns=START_NS,
            venues=profile.venues,
            step_bps=profile.weather.step_bps,
        )
        taking = one_takes_base(bent(raw, profile.weather, rng))
        self.tape = some_hold_stops(taking, Random(f"stops {profile.seed}"))
        self.tape = some_take_lists(self.tape, Random(f"takes lists {profile.seed}"))
        self.tape = one_is_a_perp(self.tape, Random(f"perp {profile.seed}"))
        self.settings = EngineSettings(
            stale_after_ns=profile.stale_after_ns, release_within_ns=profile.release_within_ns
        )
        self.run = RunId(f"faults{profile.seed}")
        self.market = RecordedMarket(
            self.tape,
            kernels=profile.kernels and kernels_available(),
            queue=rng.choice(list(QueueModel)),
            stale_after_ns=profile.stale_after_ns,
        )
        market = Market(
            symbol=BTC_USDT, members=tuple(Member(instrument=i) for i in self.tape.instruments)
        )
        self.scales: Mapping[Symbol, Scale] = {
            BTC_USDT: market_scale(market, self.tape.instruments)
        }
        self.members = {(m.instrument.venue, m.instrument.symbol): m for m in market.members}
        self.dice = Dice(
            profile.crash_rates, profile.crash_again, Random(f"crashes {profile.seed}")
        )
        self.downtime = Random(f"downtime {profile.seed}")
        self.venues = [self._venue(i, rng) for i in range(len(self.tape.instruments))]
        self.witness = Witness(
            profile,
            self.tape,
            self.market,
            self.venues,
            self._core().state,
            self.settings.limits,
        )
        self.disk = Disk(profile.slow_disk, Random(f"disk {profile.seed}"))
        self.opening = RunOpened(self.run, profile.seed, "faults", "faults")
        journal = WatchedJournal((), self.dice, self.witness, self.disk)
        self.desk, self.follower = self._desk(self._core(), journal)
        self.recoveries = 0
        self.trusted: list[tuple[int, int]] = []  # when which book can be relied on again

    def die(self) -> None:
        """Drop the process and what was on its way to it; watches and own orders died with it."""
        self.hang_up()
        for slot in list(self.desk.engine.core.watching.by_slot):
            self.market.watches.clear(slot)
        for i in range(len(self.tape.instruments)):
            self.market.view.set_own(i, {})
            self.market.view.doubt(i)

    def hang_up(self) -> None:
        """Lose every message on its way to us."""
        for venue in self.venues:
            venue.hang_up()

    def rise(self) -> None:
        """Begin a new process on what the old one committed. Raises Crash: it died in between."""
        assert isinstance(self.desk.journal, WatchedJournal)
        self.recoveries += 1
        self.dice.recovering()
        core = self._core()
        self.desk, self.follower = self._desk(core, self.desk.journal.crashed())
        recover(core, self.desk.journal, self.follower)
        self.witness.folded(core.state)
        self.dice.passing(Point.FOLDED)

    def begin(self, now_ns: int) -> Recovered:
        """Journal the opening of this life; return what its engine has to be told first."""
        self.desk.write([self.opening], now_ns, now_ns)
        return Recovered()

    def trust_again(self, now_ns: int) -> None:
        """Plan when each feed of the new process has shown a whole book."""
        self.trusted = sorted(
            (now_ns + self.downtime.choice((0, 0, 1, 4)) * S_NS, i)
            for i in range(len(self.tape.instruments))
        )

    def calm(self) -> None:
        """From now on nothing fails."""
        self.dice.calm()
        self.disk.calm()
        for venue in self.venues:
            venue.plan.calm = True

    def _core(self) -> Core:
        return build_core(
            run=self.run,
            seed=self.profile.seed,
            settings=self.settings,
            scales=self.scales,
            members=self.members,
            market=self.market,
            sweep=twin,
            strategies={**STRATEGIES, SCRIPT.kind: SCRIPT},
        )

    def _desk(self, core: Core, journal: WatchedJournal) -> tuple[WatchedDesk, Follower]:
        follower = Follower(self.members)
        desk = WatchedDesk(Engine(core), journal, follower, self.dice, self.witness, self.trace)
        return desk, follower

    def _venue(self, i: int, rng: Random) -> WatchedVenue:
        profile, instrument = self.profile, self.tape.instruments[i]
        name = instrument.venue
        faults = SeededFaults(
            profile.rates.get(name, {}),
            Random(rng.getrandbits(64)),
            profile.silence.get(name, SilenceRate()),
        )
        # Silences are drawn from time zero on: bring them to where the run begins.
        faults.silent_until_ns(START_NS)
        venue = WatchedVenue(
            name,
            [(i, instrument)],
            self.market.matcher,
            terms=PaperTerms(
                latency=Latency(
                    entry_ns=profile.entry_ns[name],
                    response_ns=rng.randrange(1, 50) * 1_000_000,
                    jitter_ns=profile.jitter_ns,
                ),
                answer_timeout_ns=profile.answer_timeout_ns,
                grace_ns=profile.grace_ns,
            ),
            rng=Random(rng.getrandbits(64)),
            faults=CalmingFaults(faults),
        )
        venue.before = self._before_send
        venue.after = self._after_send
        venue.moved = self._moved
        return venue

    def _before_send(self, command: Command, now_ns: int) -> None:
        self.dice.passing(Point.SENDING)
        self.witness.leaving(command, now_ns)
        self.trace.note(now_ns, "sends", command)

    def _after_send(self, command: Command, now_ns: int) -> None:
        self.witness.left(command)
        self.dice.passing(Point.SENT)

    def _moved(self, what: str, now_ns: int) -> None:
        self.trace.note(now_ns, "venue", what)
        self.witness.venues_moved()


def one_takes_base(tape: Tape) -> Tape:
    """Return `tape` with a first venue that keeps its fee out of what is bought."""
    first, *others = tape.recordings
    taking = msgspec.structs.replace(first.instrument, fee_in=FeeIn.RECEIVED)
    return replace(tape, recordings=(replace(first, instrument=taking), *others))


def one_is_a_perp(tape: Tape, rng: Random) -> Tape:
    """Return `tape`, in most runs with a last venue that trades a perp and caps reduce-only orders.

    In some it says nothing of them, or counts them together; in some there is none.
    """
    *others, last = tape.recordings
    said = rng.choice((*(ReduceOnly.CAPPED,) * 4, ReduceOnly.UNSAID, ReduceOnly.SUMMED, None, None))
    if said is None:
        return tape
    perp = msgspec.structs.replace(last.instrument, kind=Kind.PERP, reduce_only=said)
    return replace(tape, recordings=(*others, replace(last, instrument=perp)))


def down_for_ns(rng: Random) -> int:
    """Return how long it takes until somebody starts the next process."""
    return rng.choice((0, 0, 1, 5, 30)) * S_NS + rng.randrange(S_NS)
