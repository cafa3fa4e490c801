"""What is reserved, what is released, and when? One bucket per parent."""

from decimal import Decimal
from fractions import Fraction

import pytest
from msgspec import structs

from router.orders.child import Child
from router.orders.lifecycle import Report, Status
from router.orders.parent import Parent
from router.orders.positions import Positions
from tests.fakes.children import child, filled, member, parent
from venues.model.ids import MAIN_ACCOUNT
from venues.model.order import Liquidity, Side


def reserving(*quantities: str) -> tuple[Parent, list[Child]]:
    """Return a parent of 10 with children sent for these quantities."""
    owner = parent()
    children = [child(n, quantity) for n, quantity in enumerate(quantities, start=1)]
    for each in children:
        owner.reserve(each)
    return owner, children


def fill(owner: Parent, of: Child, number: int, quantity: str, cum: str) -> None:
    """Book one fill the way the engine does."""
    event = filled(number, quantity, cum=cum)
    kept = of.kept
    if of.book(event):
        owner.booked(of, event.quantity, of.kept - kept)
    of.report(Report.FULL if of.filled >= of.quantity else Report.FILL)
    owner.settle(of)


def test_a_child_reserves_all_of_itself_before_it_is_sent() -> None:
    owner, _ = reserving("4", "3")
    assert (owner.reserved, owner.free) == (7, 3)


def test_what_does_not_fit_is_a_bug_of_ours() -> None:
    owner, _ = reserving("4", "3")
    with pytest.raises(ValueError, match=r"wants 3\.1, parent parent has 3 free"):
        owner.reserve(child(3, "3.1"))


def test_a_fill_moves_from_reserved_to_filled() -> None:
    owner, (one,) = reserving("4")
    fill(owner, one, 1, "1.5", "1.5")
    assert (owner.filled, owner.reserved, owner.free) == (Decimal("1.5"), Decimal("2.5"), 6)


def test_a_cancel_acknowledgement_releases_only_what_the_venue_says_has_not_traded() -> None:
    owner, (one,) = reserving("4")
    one.report(Report.CANCELED, cum_quantity=Decimal(3))
    owner.settle(one)
    assert (one.status, one.settled) == (Status.CANCELED, False)
    assert (owner.reserved, owner.free) == (3, 7)
    fill(owner, one, 1, "3", "3")
    assert (owner.filled, owner.reserved, owner.free) == (3, 0, 7)


def test_a_child_in_doubt_keeps_everything() -> None:
    owner, (one,) = reserving("4")
    one.report(Report.LOST)
    owner.settle(one)
    assert (owner.reserved, list(owner.unsettled.values())) == (4, [one])


def test_a_late_fill_that_is_stated_on_a_settled_child_reserves_it_again() -> None:
    owner, (one,) = reserving("4")
    one.report(Report.EXPIRED)
    owner.settle(one)
    assert owner.free == 10
    one.report(Report.EXPIRED, cum_quantity=Decimal(2))
    owner.settle(one)
    assert (owner.reserved, owner.free) == (2, 8)


def test_the_same_execution_counts_once() -> None:
    owner, (one,) = reserving("4")
    for _ in range(3):
        fill(owner, one, 1, "1", "1")
    assert owner.filled == 1


def test_two_executions_of_equal_size_and_price_are_two() -> None:
    one = child(1, "4")
    assert one.book(filled(1, "1", cum="1", exec_id="a"))
    assert one.book(filled(1, "1", cum="2", exec_id="b"))
    assert one.filled == 2


def test_what_a_venue_fills_beyond_its_order_shows_as_excess_and_frees_nothing() -> None:
    owner, (one,) = reserving("10")
    fill(owner, one, 1, "12", "12")
    assert (owner.filled, owner.excess, owner.free, owner.reserved) == (12, 2, 0, 0)


def test_what_may_still_fill_counts_as_excess_too() -> None:
    owner, (one, _) = reserving("4", "6")
    fill(owner, one, 1, "5", "5")
    assert (owner.filled, owner.reserved, owner.excess) == (5, 6, 1)


def test_contracts_and_units_are_counted_in_the_market() -> None:
    owner = parent("10")
    one = child(1, "2", member(contract_size="0.01", unit="100"))
    owner.reserve(one)
    assert owner.reserved == 2
    fill(owner, one, 1, "2", "2")
    assert (owner.filled, owner.free) == (2, 8)


def test_turnover_fees_and_maker_part_are_summed_exactly() -> None:
    one = child(1, "4")
    one.book(filled(1, "1.1", cum="1.1", price="99.9", fee="0.0123456789"))
    one.book(filled(1, "2", cum="3.1", price="100.1", fee="-0.002", liquidity=Liquidity.MAKER))
    assert one.turnover == Decimal("310.09")
    assert one.fees == Decimal("0.0103456789")
    assert one.maker_filled == 2


def test_turnover_keeps_every_digit_of_price_times_quantity() -> None:
    one, positions = child(1, "4"), Positions()
    fill_ = filled(1, "0.1234567890123457", cum="1", price="61234.56789012347", fee="1e-30")
    one.book(fill_)
    positions.book(MAIN_ACCOUNT, member().instrument, Side.BUY, fill_)
    (row,) = positions.rows.values()
    exact = Fraction(fill_.quantity) * Fraction(fill_.price)
    assert Fraction(one.turnover) == Fraction(row.turnover) == exact
    one.book(filled(1, "1", cum="2", fee="12345.6"))
    assert Fraction(one.fees) == Fraction(fill_.fee) + Fraction("12345.6")


@pytest.mark.parametrize(("side", "held"), [(Side.BUY, "0.998"), (Side.SELL, "-1.002")])
def test_a_fee_in_base_is_taken_from_what_is_held(side: Side, held: str) -> None:
    positions = Positions()
    fill_ = filled(1, "1", cum="1", fee="0.002", fee_currency="BTC")
    positions.book(MAIN_ACCOUNT, member().instrument, side, fill_)
    (row,) = positions.rows.values()
    assert row.quantity == Decimal(held)
    assert row.fees == {"BTC": Decimal("0.002")}


def test_an_amended_total_is_reached_from_above_as_children_end() -> None:
    owner, (first, second) = reserving("4", "3")
    owner.amend(structs.replace(owner.spec, quantity=Decimal(2)), None)
    assert (owner.spec.quantity, owner.free) == (7, 0)
    second.report(Report.CANCELED)
    owner.settle(second)
    assert (owner.spec.quantity, owner.free) == (4, 0)
    fill(owner, first, 1, "1", "1")
    first.report(Report.CANCELED)
    owner.settle(first)
    assert (owner.spec.quantity, owner.wanted, owner.free) == (2, None, 1)


def test_an_amended_total_never_hides_what_a_venue_filled_too_much() -> None:
    owner, (first,) = reserving("4")
    owner.amend(structs.replace(owner.spec, quantity=Decimal(2)), None)
    fill(owner, first, 1, "4", "4")
    fill(owner, first, 2, "3", "7")
    assert (owner.spec.quantity, owner.excess) == (4, 3)
