"""What does one seed do? Parents, faults, weather, crashes and meddling, all drawn from its number."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Final

from router.engine.inputs import AmendParent, PauseParent, ResumeParent
from strategies.spec import Params, ParentSpec, RestParams, TakeParams, TwapParams
from tests.faults.beside import beside
from tests.faults.dressed import dressed
from tests.faults.guarded import guarded
from tests.faults.listing import listed
from tests.faults.native import left_to_venues, stands_at_venues
from tests.faults.own import scripted
from venues.model.ids import ParentId, VenueId
from venues.model.order import Side
from venues.paper.chance import DISHONEST, FaultKind, SilenceRate, swarm_rates
from venues.synthetic.profile import BTC_USDT
from venues.synthetic.small import SMALL_VENUES

S_NS: Final = 1_000_000_000
_MS_NS: Final = 1_000_000
_FAR_NS: Final = 700 * _MS_NS
START_NS: Final = 1_000 * S_NS
HONEST_GRACE_NS: Final = 30 * S_NS  # what the engine counts on: its margin for doubts
FAULTY_NS: Final = 600 * S_NS  # ten minutes in which things fail
QUIET_NS: Final = 900 * S_NS  # then fifteen in which nothing does, the last five without a market
MARKET_NS: Final = 1_200 * S_NS


class Point(enum.Enum):
    """Where a process can die: the boundaries between engine, journal and venues."""

    HEARD = "before the engine hears"
    DECIDED = "decided, nothing on disk"
    APPENDED = "appended, not committed"
    DISK_FULL = "the disk is full"
    COMMITTED = "committed, nothing sent"
    SENDING = "before a send of several"
    SENT = "after a send"
    FOLDED = "folded, not yet resumed"


@dataclass(frozen=True, slots=True)
class Deed:
    """Something a person does at `at_ns`: hand a parent over, take it back, halt everything.

    `say`: a pause, a resumption or an amendment of a parent.
    """

    at_ns: int
    submit: ParentSpec | None = None
    cancel: ParentId | None = None
    say: PauseParent | ResumeParent | AmendParent | None = None
    halt: str = ""


@dataclass(frozen=True, slots=True)
class Weather:
    """How often feeds fall silent and books cross per venue and run, and how far prices step."""

    silences: int
    crosses: int
    step_bps: float


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything that distinguishes one seed from another.

    `crash_rates`: chance to die at each passing of a point; `crash_again`: the same right after a
    recovery. `live`: driven by the asyncio loop in virtual time, else by the replay. `slow_disk`:
    chance of a commit to take seconds, where time can pass in a commit (live). `kernels`: compiled
    books and matching where they can be had.
    """

    seed: int
    venues: int
    live: bool
    kernels: bool
    deeds: tuple[Deed, ...]
    rates: Mapping[VenueId, Mapping[FaultKind, float]]
    silence: Mapping[VenueId, SilenceRate]
    weather: Weather
    crash_rates: Mapping[Point, float]
    crash_again: float
    slow_disk: float
    entry_ns: Mapping[VenueId, int]
    jitter_ns: int
    answer_timeout_ns: int
    grace_ns: int
    stale_after_ns: int
    release_within_ns: int

    @property
    def honest(self) -> bool:
        """Return whether no venue lies, overfills or takes orders long after their deadline."""
        lies = any(rates.get(kind) for rates in self.rates.values() for kind in DISHONEST)
        return not lies and self.grace_ns <= HONEST_GRACE_NS


def draw(seed: int) -> Profile:
    """Return the profile of `seed`; equal on every machine."""
    rng = Random(seed)
    venues = rng.choice((2, 2, 3))
    names = [VenueId(v.name) for v in SMALL_VENUES[:venues]]
    lying = rng.random() < 0.15
    entry_ns = {name: _entry_ns(rng) for name in names}
    far = max(entry_ns.values()) >= _FAR_NS
    return Profile(
        seed=seed,
        venues=venues,
        live=rng.random() < 0.1,
        kernels=seed % 8 != 0,
        deeds=_in_order(
            _deeds(rng, names, Random(f"instructions {seed}"), Random(f"own {seed}")),
            _guards(Random(f"guards {seed}"), names, Random(f"native {seed}")),
            _at_venues(Random(f"venues {seed}")),
            _besides(Random(f"beside {seed}"), names),
            _lists(Random(f"lists {seed}")),
        ),
        rates={name: _rates(rng, lying=lying) for name in names},
        silence={name: _silence(rng) for name in names},
        weather=Weather(
            rng.choice((0, 0, 1, 3)), rng.choice((0, 0, 1, 3)), rng.choice((0.5, 2.0, 6.0))
        ),
        crash_rates=_crashes(rng),
        slow_disk=rng.choice((0.0, 0.0, 0.01, 0.2)),
        crash_again=rng.choice((0.0, 0.1, 0.4)),
        entry_ns=entry_ns,
        jitter_ns=rng.choice((0, 5_000_000, 200_000_000)),
        answer_timeout_ns=rng.choice((5 if far else 1, 5, 10)) * S_NS,
        grace_ns=(rng.choice((25, 200, 200)) if lying else rng.choice((0, 5, 25))) * S_NS,
        stale_after_ns=rng.choice((2, 5)) * S_NS,
        # Of its own: what it draws changes nothing else about a seed.
        release_within_ns=Random(f"release {seed}").choice((0, 50, 800, 800)) * _MS_NS,
    )


def _rates(rng: Random, *, lying: bool) -> Mapping[FaultKind, float]:
    """Return a random half of the faults at random rates, sometimes a few that nearly always strike."""
    rates = dict(swarm_rates(rng)) if rng.random() < 0.8 else {}
    if rng.random() < 0.35:
        hot = rng.sample([kind for kind in FaultKind if kind not in DISHONEST], 2)
        rates |= {kind: rng.choice((0.5, 0.9)) for kind in hot}
    if lying:
        rates |= {kind: rng.choice((0.0, 0.02, 0.2)) for kind in FaultKind if kind in DISHONEST}
        rates[FaultKind.ARRIVAL_LATE] = rng.choice((0.0, 0.3))
    return rates


def _entry_ns(rng: Random) -> int:
    """Return a near venue, or one so far that orders come just before their deadline."""
    return rng.choice((rng.randrange(1, 50) * _MS_NS, rng.randrange(1, 50) * _MS_NS, _FAR_NS))


def _silence(rng: Random) -> SilenceRate:
    if rng.random() < 0.6:
        return SilenceRate()
    return SilenceRate(
        every_ns=rng.choice((60, 200)) * S_NS, longest_ns=rng.choice((2, 30, 120)) * S_NS
    )


def _crashes(rng: Random) -> Mapping[Point, float]:
    """Half of the points never kill; the others about once in `every` passings."""
    if rng.random() < 0.15:
        return {}
    every = rng.choice((100, 400, 1_500))
    return {point: 1 / every for point in Point if rng.random() < 0.5 and point is not Point.FOLDED}


def _in_order(*deeds: Sequence[Deed]) -> tuple[Deed, ...]:
    return tuple(sorted((deed for some in deeds for deed in some), key=lambda deed: deed.at_ns))


def _guards(rng: Random, names: list[VenueId], native: Random) -> list[Deed]:
    """Return what is done about parents that guard something; drawn apart from all others."""
    deeds = []
    for bare in guarded(rng, names):
        spec = stands_at_venues(bare, native)
        at_ns = START_NS + rng.randrange(120 * S_NS)
        deeds.append(Deed(at_ns, submit=spec))
        if rng.random() < 0.2:
            deeds.append(Deed(at_ns + rng.randrange(300 * S_NS), cancel=spec.id))
        if rng.random() < 0.3:
            deeds += _instructions(rng, spec, at_ns)
    return deeds


def _at_venues(rng: Random) -> list[Deed]:
    """Return what is done about parents that leave their stop to the venues."""
    deeds = []
    for spec in left_to_venues(rng):
        at_ns = START_NS + rng.randrange(60 * S_NS)
        deeds.append(Deed(at_ns, submit=spec))
        if rng.random() < 0.2:
            deeds.append(Deed(at_ns + rng.randrange(300 * S_NS), cancel=spec.id))
        if rng.random() < 0.2:
            deeds += _instructions(rng, spec, at_ns)
    return deeds


def _besides(rng: Random, names: list[VenueId]) -> list[Deed]:
    """Return what is done about guarded groups and those beside them; drawn apart from all others."""
    deeds = []
    for at_ns, spec in beside(rng, names):
        deeds.append(Deed(START_NS + at_ns, submit=spec))
        if rng.random() < 0.2:
            deeds += _instructions(rng, spec, START_NS + at_ns)
    return deeds


def _lists(rng: Random) -> list[Deed]:
    """Return what is done about groups that ask for an order list; drawn apart from all others."""
    deeds = []
    for at_ns, spec in listed(rng):
        deeds.append(Deed(START_NS + at_ns, submit=spec))
        if rng.random() < 0.2:
            deeds.append(Deed(START_NS + at_ns + rng.randrange(300 * S_NS), cancel=spec.id))
        if rng.random() < 0.3:
            deeds += _instructions(rng, spec, START_NS + at_ns)
    return deeds


def _deeds(rng: Random, names: list[VenueId], said: Random, own: Random) -> tuple[Deed, ...]:
    deeds = []
    for n in range(rng.randint(2, 5)):
        spec = scripted(dressed(_spec(rng, n, names), said), own)
        at_ns = START_NS + rng.choice((0, rng.randrange(240 * S_NS)))
        deeds.append(Deed(at_ns, submit=spec))
        if rng.random() < 0.2:
            deeds.append(Deed(at_ns, submit=spec))  # handed over twice: still one parent
        if rng.random() < 0.25:
            later_ns = at_ns + rng.randrange(300 * S_NS)
            deeds.append(Deed(later_ns, cancel=spec.id))
        if said.random() < 0.4:
            deeds += _instructions(said, spec, at_ns)
    if rng.random() < 0.2:
        deeds.append(Deed(START_NS + rng.randrange(FAULTY_NS), halt="the desk head said so"))
    return tuple(sorted(deeds, key=lambda deed: deed.at_ns))


def _instructions(rng: Random, spec: ParentSpec, at_ns: int) -> list[Deed]:
    """Return what a trader says about a parent at work: pauses that end, amendments of all kinds."""
    deeds = []
    for _ in range(rng.randint(1, 3)):
        from_ns = at_ns + rng.randrange(300 * S_NS)
        if rng.random() < 0.5:
            until_ns = from_ns + rng.choice((0, 1, 20, 120)) * S_NS
            deeds += [
                Deed(from_ns, say=PauseParent(spec.id)),
                Deed(until_ns, say=ResumeParent(spec.id)),
            ]
            continue
        percent = rng.choice((None, 1, 30, 70, 100, 150))
        mid = Decimal(2_000) + Decimal(rng.randint(-6, 6)) / 2
        deeds.append(
            Deed(
                from_ns,
                say=AmendParent(
                    parent_id=spec.id,
                    quantity=None if percent is None else spec.quantity * percent / 100,
                    limit_price=rng.choice((None, None, mid)),
                    horizon_s=rng.choice((None, None, 60, 400)),
                ),
            )
        )
    return deeds


def _spec(rng: Random, n: int, names: list[VenueId]) -> ParentSpec:
    quantity = Decimal(rng.randint(100, rng.choice((3_000, 10_000, 60_000)))).scaleb(-3)
    side = rng.choice((Side.BUY, Side.SELL))
    limit_bps, limit_price = None, None
    match rng.randrange(4):
        case 0:
            limit_bps = Decimal(rng.choice((0, 3, 10, 50)))
        case 1:
            limit_price = Decimal(2_000) + side.sign * Decimal(rng.randint(-2, 6)) / 2
        case _:
            pass
    return ParentSpec(
        id=ParentId(f"p{n}"),
        symbol=BTC_USDT,
        side=side,
        quantity=quantity,
        params=_params(rng),
        limit_bps=limit_bps,
        limit_price=limit_price,
        start_ns=START_NS + rng.randrange(60 * S_NS) if rng.random() < 0.2 else 0,
        venues_deny=(rng.choice(names),) if rng.random() < 0.15 else (),
        venue_caps=((rng.choice(names), quantity / 2),) if rng.random() < 0.15 else (),
        seed=rng.randrange(100),
    )


def _params(rng: Random) -> Params:
    match rng.randrange(6):
        case 0:
            return TakeParams()
        case 1:
            return RestParams(
                peg=rng.choice(("primary", "mid", "opposite")),
                offset_ticks=rng.choice((0, 0, 1, 3)),
                repeg_interval_ms=rng.choice((200, 1_000, 5_000)),
                repeg_max=rng.choice((3, 1_000)),
                deadline_s=rng.choice((0, 30, 120, 300)),
                at_deadline=rng.choice(("cross", "cancel")),
            )
        case _:
            jitter = rng.choice((Decimal(0), Decimal("0.3")))
            return TwapParams(
                horizon_s=rng.choice((30, 120, 300, 420, 420)),
                slices=rng.choice((3, 20, 60)),
                size_jitter=jitter,
                time_jitter=jitter,
                passive_fraction=rng.choice((Decimal(0), Decimal("0.4"), Decimal("0.8"))),
                leftover=rng.choice(("sweep_within_limit", "cancel")),
            )
