"""Whatever the books, a plan keeps its promises and its cost is the walk of the levels it stored."""

from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from router.depth.composite import Depth, observe
from router.depth.scale import CHARGE_ONE, Scale, charged
from router.routing.offers import Terms
from router.routing.plan import Plan
from router.routing.sweep import Sweep, twin
from router.routing.sweep_kernel import kernel
from router.routing.take import plan_take
from tests.fakes.depth import SECOND, SYMBOL, FakeBook, FakeDepth, instrument, scale_of
from venues.books.make import make_books
from venues.books.port import Books
from venues.model.ids import VenueId
from venues.model.instrument import Contract, FeeIn, Kind, Member
from venues.model.market import BookMessage
from venues.model.order import Side

TICKS = ("0.01", "0.05", "0.1")
LOTS = ("0.001", "0.002", "0.01", "0.003")
CHARGES = (0, 10_000, -1_234, 300_000, -2_000_000)
FEES = ("0", "0.00017", "0.0005", "-0.0001")


@dataclass(frozen=True)
class Case:
    scale: Scale
    charges: tuple[int, ...]
    books: list[FakeBook]
    side: Side
    quantity: Decimal
    limit: Decimal
    terms: Terms


@st.composite
def side_of(draw: st.DrawFn, touch: int, step: int) -> list[tuple[int, int]]:
    levels, at = [], touch
    for gap, size in draw(st.lists(st.tuples(st.integers(1, 20), st.integers(1, 400)), max_size=8)):
        at += gap * step
        levels.append((at, size))
    return levels


@st.composite
def cases(draw: st.DrawFn) -> Case:
    members, books, charges = [], [], []
    room: dict[VenueId, Decimal] = {}
    own: dict[int, list[int]] = {}
    for n in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(Kind))
        spot = kind is Kind.SPOT
        inverse = not spot and draw(st.booleans())
        charges.append(0 if spot else draw(st.sampled_from(CHARGES)))
        of = instrument(
            f"v{n}",
            kind=kind,
            tick=draw(st.sampled_from(TICKS)),
            lot="1" if inverse else draw(st.sampled_from(LOTS)),
            contract=Contract.INVERSE if inverse else Contract.LINEAR,
            contract_size=draw(st.sampled_from(("1", "7", "10"))) if inverse else "1",
            taker=draw(st.sampled_from(FEES)),
            min_notional=draw(st.sampled_from(("0", "5", "40"))),
            fee_in=draw(st.sampled_from(FeeIn)) if spot else FeeIn.QUOTE,
        )
        unit = draw(st.sampled_from(("1", "1", "10")))
        arrival = Decimal(draw(st.integers(80, 125)))
        members.append(Member(instrument=of, unit=Decimal(unit)).counted_at(arrival))
        centre = int(Decimal(100) * Decimal(unit) / of.tick_size) + draw(st.integers(-3, 3))
        books.append(FakeBook(draw(side_of(centre, -1)), draw(side_of(centre, 1))))
        if draw(st.integers(0, 3)) == 0:
            room[of.venue] = Decimal(draw(st.integers(0, 500))) / 1000
        if draw(st.integers(0, 3)) == 0:
            own[n] = [2 * (centre + draw(st.integers(-30, 30))) + draw(st.integers(0, 1))]
    side = draw(st.sampled_from(Side))
    scale = scale_of(*members)
    return Case(
        scale=charged(scale, charges) if any(charges) else scale,
        charges=tuple(charges),
        books=books,
        side=side,
        quantity=Decimal(draw(st.integers(0, 3000))) / 1000,
        limit=100 + Decimal(draw(st.integers(-100, 300))) / 100 * side.sign,
        terms=Terms(room=room, own=own),
    )


def plan_of(case: Case, depth: Depth | None = None, sweep: Sweep = twin) -> Plan:
    depth = depth or FakeDepth(case.books)
    composite = observe(depth, case.scale, now_ns=11 * SECOND, stale_after_ns=3 * SECOND)
    return plan_take(
        depth,
        composite,
        side=case.side,
        quantity=case.quantity,
        limit=case.limit,
        terms=case.terms,
        sweep=sweep,
    )


def stored_books(case: Case, *, kernels: bool) -> Books:
    instruments = tuple(m.instrument for m in case.scale.members)
    books = make_books(instruments, kernels=kernels)
    for i, (of, book) in enumerate(zip(instruments, case.books, strict=True)):
        rows = [(2 * t, s) for t, s in book.bids] + [(2 * t + 1, s) for t, s in book.asks]
        message = BookMessage(
            venue=of.venue,
            symbol=SYMBOL,
            ts_exchange_ns=10 * SECOND,
            ts_local_ns=10 * SECOND,
            is_snapshot=True,
            keys=np.array([key for key, _ in rows], np.int64),
            lots=np.array([size for _, size in rows], np.int64),
        )
        books.apply(i, message)
    return books


@given(cases())
def test_no_leg_breaks_lot_minimum_cap_limit_or_meets_our_own_order(case: Case) -> None:
    plan = plan_of(case)
    for leg in plan.legs:
        member = case.scale.members[leg.book]
        of = member.instrument
        assert leg.quantity == leg.lots * member.lot
        shown = case.books[leg.book].asks if case.side is Side.BUY else case.books[leg.book].bids
        assert leg.lots >= of.min_lots(of.price_of(shown[0][0]))
        assert leg.quantity <= case.terms.room.get(leg.venue, leg.quantity)
        sign = case.side.sign
        assert member.market_price(leg.limit_price) * sign <= case.limit * sign
        assert leg.last_price * sign <= leg.limit_price * sign
        for key in case.terms.own.get(leg.book, ()):
            if key % 2 == (1 if case.side is Side.BUY else 0):
                assert leg.limit_tick * sign < (key // 2) * sign


@given(cases())
def test_legs_and_rest_are_the_quantity(case: Case) -> None:
    plan = plan_of(case)
    assert sum((leg.quantity for leg in plan.legs), Decimal(0)) + plan.unrouted == case.quantity
    assert plan.unrouted >= 0


@given(cases())
def test_the_cost_is_the_walk_of_the_stored_levels_to_the_last_digit(case: Case) -> None:
    plan = plan_of(case)
    books = {b.member: b for b in plan.books}
    total, later = Decimal(0), Decimal(0)
    with localcontext(prec=60):
        for leg in plan.legs:
            member = case.scale.members[leg.book]
            left, cost = leg.lots, Decimal(0)
            for tick, lots in zip(books[leg.book].ticks, books[leg.book].lots, strict=True):
                here = min(lots, left)
                cost += member.market_price(member.instrument.price_of(tick)) * here * member.lot
                left -= here
            assert left == 0
            funding = cost * case.charges[leg.book] * case.side.sign / CHARGE_ONE
            assert leg.expected_funding == funding
            later += funding
            fee = member.instrument.taker_fee
            if member.instrument.fee_in is FeeIn.RECEIVED and case.side is Side.BUY:
                cost /= 1 - fee
            else:
                cost *= 1 + fee * case.side.sign
            assert leg.cost == cost
            total += cost
        assert plan.expected_cost == total
        assert plan.expected_funding == later


@given(cases())
def test_no_other_way_is_cheaper_than_the_optimum_and_every_depth_is_from_the_books(
    case: Case,
) -> None:
    plan = plan_of(case)
    other, sign = plan.counterfactual, case.side.sign
    if not plan.legs:
        return
    assert other.optimal is not None
    assert other.quantity == case.quantity - plan.unrouted
    with localcontext(prec=50):  # sums of quotients: what they differ by in the last digits is none
        least = +(other.optimal * sign + other.optimal_funding)
        for cost, funding in (
            (plan.expected_cost, plan.expected_funding),
            (other.top_of_book, other.top_of_book_funding),
            (other.pro_rata, other.pro_rata_funding),
            *((single.cost, single.funding) for single in other.single_venue),
        ):
            assert cost is None or least <= +(cost * sign + funding)
    assert other.top_of_book is not None


@given(cases())
def test_every_venue_without_a_leg_that_price_would_use_has_a_reason(case: Case) -> None:
    plan = plan_of(case)
    if case.scale.floor_grains(plan.unrouted):
        named = {v for v, _ in plan.skipped} | {v for v, _ in plan.limited}
        used = {leg.venue for leg in plan.legs}
        assert {m.instrument.venue for m in case.scale.members} <= named | used


@given(cases())
def test_kernels_and_twins_and_a_second_run_give_the_same_plan(case: Case) -> None:
    by_twin = plan_of(case, stored_books(case, kernels=False), twin)
    by_kernel = plan_of(case, stored_books(case, kernels=True), kernel)
    assert by_twin == by_kernel == plan_of(case, stored_books(case, kernels=True), kernel)
    assert by_twin == plan_of(case)


@given(cases())
def test_at_equal_quantity_no_single_venue_is_better_fees_and_funding_in(case: Case) -> None:
    plan = plan_of(case)
    sign = case.side.sign
    total = Fraction(plan.expected_cost) * sign + Fraction(plan.expected_funding)
    routed = sum((Fraction(leg.quantity) for leg in plan.legs), Fraction(0))
    if not routed:
        return
    for seen in plan.books:
        member = case.scale.members[seen.member]
        of = member.instrument
        charge = Fraction(case.charges[seen.member], CHARGE_ONE) * sign
        fee = 1 + Fraction(of.taker_fee) * sign
        if of.fee_in is FeeIn.RECEIVED and case.side is Side.BUY:
            fee = 1 / (1 - Fraction(of.taker_fee))
        least = of.min_lots(of.price_of(seen.ticks[0]))
        lots = routed / Fraction(member.lot)
        allowed = plan_of(replace(case, terms=Terms())) == plan and lots.denominator == 1
        if not allowed or lots < least or sum(seen.lots) < lots:
            continue
        left, alone = int(lots), Fraction(0)
        for tick, there in zip(seen.ticks, seen.lots, strict=True):
            here = min(there, left)
            price = Fraction(of.price_of(tick)) / Fraction(member.unit)
            alone += price * here * Fraction(member.lot) * (fee * sign + charge)
            left -= here
            if not left:
                within = (price - Fraction(case.limit)) * sign <= 0
                assert not within or total <= alone + Fraction(1, 10**40)
                break
