"""Which books does a parent trust, which venues may it use, and does it say why it skipped one?"""

from decimal import Decimal

import pytest

from tests.scenarios.kinds import take, twap
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario

THREE = (Venue("alpha"), Venue("beta"), Venue("gamma"))


def both(desk: Scenario) -> None:
    """Show the same book at both venues."""
    desk.book("alpha", "5@100")
    desk.book("beta", "5@100")


def test_a_stale_book_is_no_depth_and_the_plan_says_how_old_it_is() -> None:
    desk = Scenario(twap(over_s=20, slices=2), buy="8", limit="101")
    both(desk)
    desk.fills_all(desk.at(0))
    desk.goes_silent("alpha")
    assert desk.at(10) == ["beta#2: buy 4 @ 101"]
    assert desk.skipped("alpha") == "stale 10.0 s"


def test_a_book_with_a_gap_is_no_depth_until_the_next_snapshot() -> None:
    desk = Scenario(twap(over_s=40, slices=4), buy="8", limit="101")
    both(desk)
    desk.fills_all(desk.at(0))
    desk.loses_a_message("alpha")
    said = desk.at(10)
    assert [s.split(":")[0].split("#")[0] for s in said] == ["beta"]
    assert desk.skipped("alpha") == "broken: gap"
    desk.fills_all(said)
    desk.book("alpha", "5@99.9")
    assert desk.at(20) == ["alpha#3: buy 2 @ 99.9"]


def test_a_crossed_book_is_broken() -> None:
    desk = Scenario(twap(over_s=20, slices=2), buy="8", limit="101")
    both(desk)
    desk.fills_all(desk.at(0))
    desk.book("alpha", "5@100.5 | 5@100")
    assert desk.at(10) == ["beta#2: buy 4 @ 101"]
    assert desk.skipped("alpha") == "broken: crossed"


def test_a_venue_not_heard_of_yet_is_unverified() -> None:
    desk = Scenario(take(), buy="4", limit="101")
    desk.book("beta", "5@100")
    assert desk.at(5) == ["beta#1: buy 4 @ 100"]
    assert desk.skipped("alpha") == "unverified: no snapshot yet"


@pytest.mark.parametrize("how", ["allow", "deny"])
def test_only_allowed_venues_are_used(how: str) -> None:
    lists = {"allow": ("beta",)} if how == "allow" else {"deny": ("alpha",)}
    desk = Scenario(take(), buy="8", limit="101", **lists)  # type: ignore[arg-type]
    both(desk)
    assert desk.at(0) == ["beta#1: buy 5 @ 100"]
    assert desk.skipped("alpha") in {"denied", "not among the allowed venues"}


def test_a_cap_bounds_what_a_venue_gets_over_the_whole_parent() -> None:
    desk = Scenario(twap(over_s=20, slices=2), buy="8", limit="101", caps=(("alpha", "3"),))
    desk.book("alpha", "9@99.9")
    desk.book("beta", "9@100")
    assert desk.at(0) == ["alpha#1: buy 3 @ 100", "beta#2: buy 1 @ 100"]
    desk.fills("alpha#1")
    desk.fills("beta#2")
    assert desk.at(10) == ["beta#3: buy 4 @ 101"]
    assert desk.skipped("alpha") == "cap reached"


def test_a_cap_counts_what_is_in_doubt_there_and_not_what_came_back() -> None:
    desk = Scenario(twap(over_s=30, slices=3), buy="9", limit="101", caps=(("alpha", "3"),))
    desk.book("alpha", "9@99.9")
    assert desk.at(5) == ["alpha#1: buy 3 @ 99.9"]
    desk.answer_lost("alpha#1")
    assert desk.orders(desk.at(15)) == []
    desk.rejects("alpha#1")
    assert desk.orders(desk.at(25)) == ["alpha#2: buy 3 @ 101"]


def test_when_every_cap_is_reached_the_parent_says_so() -> None:
    desk = Scenario(
        twap(over_s=20, slices=2), buy="8", limit="101", allow=("alpha",), caps=(("alpha", "3"),)
    )
    both(desk)
    desk.fills_all(desk.at(0))
    desk.at(10)
    desk.at(60)
    assert desk.state == "expired"
    assert desk.why == "5 left: alpha cap reached"


def test_the_older_of_two_books_crossed_beyond_fees_is_suspected() -> None:
    desk = Scenario(take(), buy="4", limit="110")
    desk.book("alpha", "5@99 | 5@99.1")
    desk.goes_silent("alpha")
    desk.now_ns += 1
    desk.book("beta", "5@101 | 5@101.1")
    assert desk.at(0.5) == ["beta#1: buy 4 @ 101.1"]
    assert desk.skipped("alpha").startswith("suspect: crossed beta by")


def test_a_parent_starts_when_every_venue_of_its_market_is_live() -> None:
    desk = Scenario(take(), buy="4", limit="101", venues=THREE)
    desk.book("alpha", "5@100")
    desk.book("beta", "5@100")
    assert desk.at(2) == []
    assert (desk.state, desk.why) == ("pending", "waiting for LIVE books")
    assert desk.book("gamma", "5@99.9") == ["gamma#1: buy 4 @ 99.9"]


def test_a_parent_starts_without_a_missing_venue_after_five_seconds() -> None:
    desk = Scenario(take(), buy="4", limit="101", venues=THREE)
    desk.book("alpha", "5@100")
    desk.book("beta", "5@100.1")
    assert desk.at(4.999) == []
    assert desk.at(5) == ["alpha#1: buy 4 @ 100"]
    assert desk.parent.arrival_price == Decimal("99.95")  # the median of 99.9 and 100


def test_a_parent_without_any_book_waits_and_starts_with_the_first() -> None:
    desk = Scenario(take(), buy="4", limit="101")
    assert desk.at(60) == []
    assert desk.state == "pending"
    assert desk.book("beta", "5@100") == ["beta#1: buy 4 @ 100"]


def test_venues_that_are_not_allowed_are_not_waited_for() -> None:
    desk = Scenario(take(), buy="4", limit="101", allow=("beta",))
    desk.book("beta", "5@100")
    assert desk.at(0) == ["beta#1: buy 4 @ 100"]


def test_a_venue_that_comes_back_is_used_again() -> None:
    desk = Scenario(twap(over_s=30, slices=3), buy="6", limit="101")
    desk.book("alpha", "9@99.9")
    desk.book("beta", "9@100")
    desk.fills_all(desk.at(0))
    desk.goes_silent("alpha")
    assert desk.at(10) == ["beta#2: buy 2 @ 100"]
    desk.fills("beta#2")
    desk.speaks_again("alpha")
    assert desk.at(20) == ["alpha#3: buy 2 @ 101"]


def test_our_own_resting_order_is_not_depth() -> None:
    desk = Scenario(twap(over_s=20, slices=2, passive="0.5"), buy="20", limit="101")
    desk.book("alpha", "50@99.9 | 50@100.1")
    desk.book("beta", "50@100 | 50@100.2")
    assert desk.at(0) == ["alpha#1: rest buy 10 @ 99.9"]
    desk.accepts("alpha#1")
    place, books = desk.market.place("alpha"), desk.market.books
    assert (books.size(place, 999 * 2), books.net(place, 999 * 2)) == (600, 500)
    desk.fills("alpha#1", "4")
    assert (books.size(place, 999 * 2), books.net(place, 999 * 2)) == (560, 500)
    desk.at(5)
    desk.cancels("alpha#1")
    assert (books.size(place, 999 * 2), books.net(place, 999 * 2)) == (500, 500)


def test_a_parent_waits_for_its_start() -> None:
    desk = Scenario(take(), buy="4", limit="101", start_s=30)
    both(desk)
    assert desk.at(29.9) == []
    assert desk.state == "pending"
    desk.book("alpha", "5@99.9")
    assert desk.at(30) == ["alpha#1: buy 4 @ 99.9"]


def test_the_wait_for_missing_venues_counts_from_the_start_asked_for() -> None:
    desk = Scenario(take(), buy="4", limit="101", start_s=30)
    desk.book("alpha", "5@100")
    assert desk.at(34.9) == []
    assert desk.at(35) == ["alpha#1: buy 4 @ 100"]


def test_a_start_in_the_past_is_now() -> None:
    desk = Scenario(take(), buy="4", limit="101", start_s=-30)
    both(desk)
    assert desk.at(0) == ["alpha#1: buy 4 @ 100"]


def test_a_parent_that_was_waiting_when_the_tape_ended_expires() -> None:
    desk = Scenario(take(), buy="4", limit="101")
    assert desk.at(10) == []
    desk.tape_ends()
    assert (desk.state, desk.why) == ("expired", "tape ended")
