"""One seed from its first deed to the last late message, with everything checked on the way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from router.engine.inputs import CancelParent, HaltRequested, Input, MarketEnded, SubmitParent
from router.journal.ports import JournalFailed
from tests.faults.crashes import Crash
from tests.faults.drivers import Driver, drive, sleep_through
from tests.faults.ending import check_all_counted, check_liveness
from tests.faults.profile import FAULTY_NS, MARKET_NS, S_NS, START_NS, Deed, Point, Profile, draw
from tests.faults.witness import Violation
from tests.faults.world import World, down_for_ns
from venues.paper.chance import FaultKind


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one seed went through; `violation` "" = every promise was kept."""

    seed: int
    violation: str
    events: int = 0
    fills: int = 0
    live: bool = False
    crashes: Mapping[Point, int] = field(default_factory=dict)
    strikes: Mapping[FaultKind, int] = field(default_factory=dict)
    trace: tuple[str, ...] = ()


class Run:
    """The harness around one world."""

    def __init__(self, profile: Profile) -> None:
        self.world = World(profile)
        self._driver: Driver = drive(self.world, START_NS)

    def play(self) -> None:
        """Do all that the profile says; raises Violation where a promise is broken."""
        world = self.world
        self._survive(self._write_opening)
        for deed in world.profile.deeds:
            self._until(deed.at_ns)
            self._survive(partial(self._do, deed))
        self._until(START_NS + FAULTY_NS)
        world.calm()
        self._until_over(START_NS + MARKET_NS + S_NS)
        check_liveness(world)
        if world.desk.engine.alive:
            self._driver.put(MarketEnded())
        self._until_over(START_NS + MARKET_NS + 300 * S_NS)
        check_all_counted(world)

    def _until_over(self, latest_ns: int) -> None:
        """Play until nothing can happen to any order any more, at most to `latest_ns`."""
        world = self.world
        while self._driver.now_ns < latest_ns:
            engine = world.desk.engine
            silent = engine.next_timer_ns() is None and all(v.quiet for v in world.venues)
            if silent and not engine.alive:
                return
            self._until(min(self._driver.now_ns + 30 * S_NS, latest_ns))

    def _write_opening(self) -> None:
        if not self.world.witness.opened:
            self.world.desk.write([self.world.opening], START_NS, START_NS)

    def _do(self, deed: Deed) -> None:
        parents = self.world.desk.engine.core.state.parents
        event: Input
        if deed.submit is not None:
            event = SubmitParent(deed.submit)
        elif deed.cancel is not None:
            if deed.cancel not in parents:
                return
            event = CancelParent(deed.cancel)
        elif deed.say is not None:
            if deed.say.parent_id not in parents:
                return
            event = deed.say
        else:
            event = HaltRequested(deed.halt)
        self._driver.put(event)

    def _until(self, until_ns: int) -> None:
        while self._driver.now_ns < until_ns:
            self._survive(partial(self._play_until, until_ns))

    def _play_until(self, until_ns: int) -> None:
        world = self.world
        while world.trusted and world.trusted[0][0] <= until_ns:
            trusted_ns, book = world.trusted[0]
            self._driver.play_until(max(trusted_ns, self._driver.now_ns))
            world.trusted.pop(0)
            world.market.view.trust(book)
        self._driver.play_until(until_ns)

    def _survive(self, act: Callable[[], None]) -> None:
        """Do `act`; after a crash recover and do it again: who asked had no answer."""
        while True:
            try:
                act()
            except (Crash, JournalFailed) as crash:
                self._recover(crash)
            else:
                return

    def _recover(self, crash: Crash | JournalFailed) -> None:
        world, now_ns = self.world, self._driver.now_ns
        while True:
            world.trace.note(now_ns, "crash", str(crash))
            world.die()
            up_ns = now_ns + down_for_ns(world.downtime)
            sleep_through(world, now_ns, up_ns)
            world.hang_up()
            now_ns = up_ns
            try:
                world.rise()
                world.trust_again(now_ns)
                self._driver = drive(world, now_ns)
                self._driver.put(world.begin(now_ns))
            except (Crash, JournalFailed) as again:
                crash = again
            else:
                return


def run_seed(seed: int) -> Outcome:
    """Run one seed; a broken promise, or any bug, is in the outcome and not raised."""
    return run_profile(draw(seed))


def run_profile(profile: Profile) -> Outcome:
    """Run one profile; see `run_seed`."""
    run = Run(profile)
    world = run.world
    violation = ""
    try:
        run.play()
    except Violation as broken:
        violation = f"promise broken: {broken}"
    except (AssertionError, ArithmeticError, LookupError, TypeError, ValueError) as bug:
        violation = f"the engine fell over: {bug!r}"
    strikes = dict.fromkeys(FaultKind, 0)
    for venue in world.venues:
        for kind, count in venue.plan.faults.strikes.items():
            strikes[kind] += count
    return Outcome(
        seed=profile.seed,
        violation=violation,
        events=world.trace.count,
        fills=sum(len(venue.truth().trades) for venue in world.venues),
        live=profile.live,
        crashes=world.dice.hits,
        strikes=strikes,
        trace=tuple(world.trace.lines()) if violation else (),
    )
