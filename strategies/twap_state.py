"""What does a TWAP remember, and where should it stand by now?"""

from decimal import Decimal
from functools import lru_cache
from random import Random

from msgspec import structs

from strategies.base import Resumed, State, StrategyEvent, View
from strategies.pacing import Piece, Schedule, amended, forfeited, stretched, whole
from strategies.schedule import Timetable, schedule, timetable
from strategies.spec import ParentSpec, TwapParams
from venues.model.numbers import ZERO, lots_in

_S_NS = 1_000_000_000


class TwapState(State, frozen=True, kw_only=True):
    """`lots` in `count` slices over `horizon_ns`, the jitter drawn from `seed`; then the pieces.

    Small, whatever the count: it is journalled with every slice, the slices themselves follow from
    it. `wanted_lots`, `asked_ns`: the quantity and the horizon the last piece was made for;
    `stretched_ns`: by how much pauses moved the end; `forfeited_lots`: what they left out.
    `resting`: the slice is in its passive part, last posted at `posted_ns`, `repegs` times again;
    `cross_ns`: when that ends; `crossing`: it ends, cross when it is closed. `volume`: what others
    traded since the start, the view's meter last stood at `meter`. `would_ns`: when the would-price
    was last taken.
    """

    lots: int
    count: int
    start_ns: int
    horizon_ns: int
    seed: int
    pieces: tuple[Piece, ...]
    wanted_lots: int
    asked_ns: int
    stretched_ns: int = 0
    forfeited_lots: int = 0
    resting: bool = False
    crossing: bool = False
    repegs: int = 0
    posted_ns: int = 0
    cross_ns: int = 0
    would_ns: int = 0
    volume: Decimal = ZERO
    meter: Decimal = ZERO
    leftover_attempts: int = 0
    leftover_filled: Decimal = ZERO

    def schedule(self, spec: ParentSpec) -> Schedule:
        """Return where it should have stood when."""
        return schedule_of(self, params_of(spec))

    @property
    def end_ns(self) -> int:
        """Return when the horizon is over."""
        return self.pieces[-1].end_ns


def first_state(view: View, count: int, seed: int) -> TwapState:
    """Return the memory of a TWAP that begins now with `count` slices."""
    lots = lots_in(view.spec.quantity, view.lot)
    horizon_ns = params_of(view.spec).horizon_s * _S_NS
    start_ns = view.now_ns
    return TwapState(
        lots=lots,
        count=count,
        start_ns=start_ns,
        horizon_ns=horizon_ns,
        seed=seed,
        pieces=(whole(start_ns=start_ns, end_ns=start_ns + horizon_ns, lots=lots),),
        wanted_lots=lots,
        asked_ns=horizon_ns,
        meter=ZERO if view.spec.max_participation is None else view.volume(),
    )


def brought_up_to_date(state: TwapState, event: StrategyEvent, view: View) -> TwapState:
    """Return the memory with the volume of now and the schedule as pauses and amendments leave it."""
    if view.spec.max_participation is not None:
        meter = view.volume()
        # A meter that fell was started anew: with the process, or with the feed.
        more = meter - state.meter if meter >= state.meter else meter
        state = structs.replace(state, volume=state.volume + more, meter=meter)
    if isinstance(event, Resumed) and event.paused_ns:
        state = _after_pause(state, event.paused_ns, view)
    params = params_of(view.spec)
    asked_ns = params.horizon_s * _S_NS
    if asked_ns == state.asked_ns and state.wanted_lots * view.lot == view.spec.quantity:
        return state
    lots = lots_in(view.spec.quantity, view.lot)
    end_ns = state.end_ns
    if lots != state.wanted_lots and not isinstance(event, Resumed):
        # A total that a trader names after a pause is to be traded, whatever was forfeited before.
        state = structs.replace(state, forfeited_lots=0)
    if asked_ns != state.asked_ns:
        end_ns = state.start_ns + asked_ns + state.stretched_ns
    piece = amended(
        schedule_of(state, params),
        now_ns=view.now_ns,
        total_lots=max(lots - state.forfeited_lots, 0),
        end_ns=end_ns,
    )
    return structs.replace(
        state,
        pieces=(*state.pieces, piece),
        wanted_lots=lots,
        asked_ns=asked_ns,
        leftover_attempts=0,
    )


def _after_pause(state: TwapState, paused_ns: int, view: View) -> TwapState:
    params, now_ns = params_of(view.spec), view.now_ns
    began_ns = now_ns - paused_ns
    if began_ns >= state.end_ns:
        return structs.replace(state, crossing=False, resting=False)
    plan = schedule_of(state, params)
    match params.pause:
        case "stretch":
            piece = stretched(plan, paused_at_ns=began_ns, now_ns=now_ns)
        case "forfeit":
            piece = forfeited(plan, paused_at_ns=began_ns, now_ns=now_ns)
        case _:
            total = state.pieces[-1].total_lots
            piece = amended(plan, now_ns=now_ns, total_lots=total, end_ns=state.end_ns)
            piece = structs.replace(piece, paused_ns=paused_ns)
    missed = state.pieces[-1].total_lots - piece.total_lots
    return structs.replace(
        state,
        pieces=(*state.pieces, piece),
        stretched_ns=state.stretched_ns + piece.end_ns - state.end_ns,
        forfeited_lots=state.forfeited_lots + missed,
        crossing=False,
        resting=False,
    )


def schedule_of(state: TwapState, params: TwapParams) -> Schedule:
    """Return the schedule, laid out again from what is remembered."""
    table = _timetable(
        state.lots,
        state.count,
        state.start_ns,
        state.horizon_ns,
        params.size_jitter,
        params.time_jitter,
        state.seed,
    )
    return Schedule(table, state.start_ns + state.horizon_ns, state.pieces)


@lru_cache(maxsize=4096)
def _timetable(
    lots: int,
    count: int,
    start_ns: int,
    horizon_ns: int,
    size_jitter: Decimal,
    time_jitter: Decimal,
    seed: int,
) -> Timetable:
    """Return the slices of one parent; the same for the same facts, so it may be laid out again."""
    return timetable(
        schedule(
            lots,
            start_ns=start_ns,
            horizon_ns=horizon_ns,
            count=count,
            size_jitter=size_jitter,
            time_jitter=time_jitter,
            rng=Random(seed),
        )
    )


def params_of(spec: ParentSpec) -> TwapParams:
    """Return the parameters of a TWAP."""
    assert isinstance(spec.params, TwapParams)
    return spec.params
