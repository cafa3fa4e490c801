"""What happens to an order nobody answers for? It is asked about, reserved, and never resent."""

import itertools

from tests.scenarios.kinds import limit_stop, rest, take, twap
from tests.scenarios.market import Venue
from tests.scenarios.scenario import Scenario
from venues.model.events import Standing

ONE = (Venue("alpha"),)


def lost(*, over_s: int = 100, slices: int = 10) -> Scenario:
    """Return a parent whose first order got no answer."""
    desk = Scenario(twap(over_s=over_s, slices=slices), buy="100", limit="101", venues=ONE)
    desk.book("alpha", "500@100")
    assert desk.at(0) == [f"alpha#1: buy {100 // slices} @ {100 if slices > 1 else 101}"]
    assert desk.answer_lost("alpha#1") == ["alpha#1: query"]
    return desk


def answered(desk: Scenario, second: float, standing: Standing) -> list[str]:
    """Go on to a second, answer the query about alpha#1, and return what else left."""
    said = [what for what in desk.at(second) if "query" not in what]
    return said + desk.reports("alpha#1", standing)


def test_its_quantity_stays_reserved_while_the_schedule_goes_on_without_it() -> None:
    desk = lost()
    assert desk.reserved == 10
    assert desk.at(10)[-1] == "alpha#2: buy 10 @ 100"
    assert desk.reserved == 20


def test_a_working_answer_adopts_it() -> None:
    desk = lost()
    desk.reports("alpha#1", Standing.WORKING)
    assert desk.reserved == 10
    desk.fills("alpha#1")
    assert (desk.filled, desk.reserved) == (10, 0)


def test_a_report_brings_every_fill_that_was_missed() -> None:
    desk = lost()
    desk.venues.filled("alpha#1", "4", price="99.9")
    desk.venues.filled("alpha#1", "6")
    desk.reports("alpha#1", Standing.FILLED)
    assert (desk.filled, desk.reserved) == (10, 0)
    assert [str(e.price) for e in desk.follower.executions] == ["99.9", "100.0"]


def test_what_a_doubt_gives_back_long_after_the_horizon_is_tried_once_more() -> None:
    desk = lost(over_s=10, slices=1)
    answered(desk, 100, Standing.ABSENT)
    assert (desk.state, desk.why) == ("active", "only the venue knows the rest: in doubt")
    said = answered(desk, 140, Standing.ABSENT)
    assert said == ["alpha#2: buy 100 @ 101"]  # the sweep ended at 70: there was nothing to sweep
    desk.expires("alpha#2", "30")
    desk.at(200)
    assert (desk.state, desk.filled) == ("expired", 30)
    assert desk.why == "70 left: the time to sweep is over"


def test_a_stop_whose_order_was_in_doubt_past_every_deadline_takes_what_is_there() -> None:
    desk = Scenario(limit_stop("100"), sell="10", venues=ONE)
    desk.book("alpha", "50@100.4 | 50@100.5")
    desk.at(0)
    assert desk.book("alpha", "50@99.9 | 50@100") == ["alpha#1: rest sell 10 @ 100"]
    desk.answer_lost("alpha#1")
    answered(desk, 60, Standing.ABSENT)
    said = answered(desk, 100, Standing.ABSENT)
    assert said == ["alpha#2: sell 10 @ 99.5"]
    assert desk.expires("alpha#2", "6") == ["alpha#3: rest sell 4 @ 100"]
    assert [alarm.text for alarm in desk.report().alarms] == [
        "the stop at 100 fired 15 s ago and 10 of it is in doubt: perhaps not protected",
        "4 left of the stop at 100: nothing to take within 99.5, it rests there",
    ]


def test_a_fill_proves_that_it_lives() -> None:
    desk = lost()
    desk.fills("alpha#1", "4")
    assert (desk.filled, desk.reserved) == (4, 6)
    assert desk.parent.children[
        desk.venues.orders["alpha#1"].submit.client_order_id
    ].status.value == ("working")


def test_not_found_proves_nothing_before_the_margin_has_passed() -> None:
    desk = lost()
    assert desk.reports("alpha#1", Standing.ABSENT) == []
    for second in (5, 12, 20, 30):
        answered(desk, second, Standing.ABSENT)
        assert desk.reserved >= 10
    assert "proven_absent" not in desk.records()


def test_absence_takes_two_looks_a_margin_apart_after_the_deadline_and_the_margin() -> None:
    desk = lost(over_s=1000, slices=10)
    answered(desk, 1, Standing.ABSENT)  # it might still arrive
    answered(desk, 32, Standing.ABSENT)  # counts, but one look proves nothing
    answered(desk, 61, Standing.ABSENT)  # 29 s later: too soon
    assert desk.reserved == 10
    answered(desk, 62, Standing.ABSENT)
    assert desk.reserved == 0
    assert "proven_absent" in desk.records()
    assert desk.at(100)[-1] == "alpha#2: buy 20 @ 100"  # and it comes back to the schedule


def test_a_sign_of_life_between_two_negative_looks_starts_the_count_again() -> None:
    desk = lost(over_s=1000, slices=10)
    answered(desk, 32, Standing.ABSENT)
    desk.accepts("alpha#1")
    answered(desk, 70, Standing.ABSENT)
    assert desk.reserved == 10


def test_a_fill_after_it_was_proven_absent_is_booked_all_the_same() -> None:
    desk = lost(over_s=1000, slices=10)
    answered(desk, 32, Standing.ABSENT)
    answered(desk, 65, Standing.ABSENT)
    desk.fills("alpha#1")
    assert desk.filled == 10
    assert desk.at(100)[-1] == "alpha#2: buy 10 @ 100"


def test_what_is_told_again_of_a_ghost_that_has_gone_is_no_second_life() -> None:
    desk = lost(over_s=1000, slices=10)
    answered(desk, 32, Standing.ABSENT)
    answered(desk, 65, Standing.ABSENT)
    assert desk.reserved == 0
    desk.accepts("alpha#1")  # it lives after all, so it counts again
    assert desk.reserved == 10
    desk.cancels("alpha#1")
    assert desk.reserved == 0
    desk.accepts("alpha#1")  # the same news, once more
    assert desk.reserved == 0


def test_a_rejection_is_proof_and_returns_the_quantity() -> None:
    desk = lost()
    desk.rejects("alpha#1", "too late")
    assert desk.reserved == 0
    assert desk.at(10)[-1] == "alpha#2: buy 20 @ 100"


def test_questions_get_rarer_but_never_end() -> None:
    desk = Scenario(take(), buy="10", limit="101", venues=ONE)
    desk.book("alpha", "500@100")
    desk.at(0)
    desk.answer_lost("alpha#1")
    asked = []
    for second in range(1, 200):
        for said in desk.at(second):
            assert said == "alpha#1: query"
            asked.append(second)
            desk.answer_lost("alpha#1")
    gaps = [later - earlier for earlier, later in itertools.pairwise(asked)]
    assert gaps == sorted(gaps)
    assert gaps[-1] == 30


def test_a_lost_cancel_leaves_the_order_in_doubt_until_the_venue_says_what_it_is() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    desk.book("alpha", "50@99.9 | 50@100.1")
    desk.at(0)
    desk.accepts("alpha#1")
    assert desk.cancel() == ["alpha#1: cancel"]
    assert desk.answer_lost("alpha#1") == ["alpha#1: query"]
    assert (desk.state, desk.reserved) == ("cancelling", 10)
    said = desk.reports("alpha#1", Standing.WORKING) + desk.at(1)
    assert desk.orders(said) == ["alpha#1: cancel"]
    desk.cancels("alpha#1")
    assert desk.state == "cancelled"


def test_a_fill_that_is_stated_but_not_seen_stays_reserved_and_is_asked_for() -> None:
    desk = Scenario(take(), buy="10", limit="101", venues=ONE)
    desk.book("alpha", "50@100")
    desk.at(0)
    desk.venues.filled("alpha#1", "6")  # the venue knows it, the message is lost
    assert desk.expires("alpha#1") == []
    assert (desk.filled, desk.reserved, desk.state) == (0, 6, "active")
    assert "alpha#1: query" in desk.at(10)
    desk.reports("alpha#1", Standing.EXPIRED)
    assert (desk.filled, desk.reserved, desk.state) == (6, 0, "expired")


def test_a_silent_working_order_is_asked_about() -> None:
    desk = Scenario(rest(), buy="10", limit="101", venues=ONE)
    desk.book("alpha", "50@99.9 | 50@100.1")
    desk.at(0)
    desk.accepts("alpha#1")
    assert desk.at(9.9) == []
    assert desk.at(10) == ["alpha#1: query"]


def test_a_restart_doubts_what_was_sent_asks_and_resends_nothing() -> None:
    desk = Scenario(twap(over_s=100, slices=10), buy="100", limit="101", venues=ONE)
    desk.book("alpha", "500@100")
    assert desk.at(0) == ["alpha#1: buy 10 @ 100"]
    assert desk.restarts() == ["alpha#1: query"]
    assert desk.reserved == 10
    desk.reports("alpha#1", Standing.FILLED)
    desk.fills("alpha#1")
    assert desk.at(10) == ["alpha#2: buy 10 @ 100"]


def test_a_restart_keeps_the_schedule_and_the_wake_ups() -> None:
    desk = Scenario(
        twap(over_s=100, slices=10, size_jitter="0.4", time_jitter="0.4"),
        buy="100",
        limit="101",
        venues=ONE,
    )
    twin = Scenario(
        twap(over_s=100, slices=10, size_jitter="0.4", time_jitter="0.4"),
        buy="100",
        limit="101",
        venues=ONE,
    )
    sent: list[list[str]] = []
    for each in (desk, twin):
        each.book("alpha", "500@100")
        told = []
        for second in range(110):
            if each is desk and second % 7 == 3:
                told += each.restarts()
            said = each.at(second)
            told += said
            each.fills_all(said)
        sent.append(told)
        assert each.state == "done"
    assert sent[0] == sent[1]
