"""What our takers got corrects what is expected of a book, slowly, and never above what was shown."""

from dataclasses import dataclass
from decimal import Decimal

import pytest

from router.orders.lifecycle import Status
from router.orders.luck import Luck
from venues.books.layout import WHOLE
from venues.model.ids import Symbol, VenueId

PLACE = VenueId("alpha"), Symbol("BTC/USDT")


@dataclass
class Taker:
    """As much of a child as luck looks at."""

    filled: Decimal
    arriving: int | None = WHOLE
    quantity: Decimal = Decimal(4)
    status: Status = Status.CANCELED
    place: tuple[VenueId, Symbol] = PLACE


@dataclass
class Leg:
    venue: VenueId
    symbol: Symbol
    arriving: int | None


def after(*takers: Taker) -> int:
    luck = Luck()
    for taker in takers:
        luck.ended(taker)  # type: ignore[arg-type]  # the part of a child that counts
    return luck.share(PLACE)


def test_nothing_known_changes_nothing() -> None:
    assert Luck().share(PLACE) == WHOLE


def test_one_miss_says_little_and_many_say_more_but_never_below_half() -> None:
    once, often = after(Taker(Decimal(0))), after(*[Taker(Decimal(0))] * 40)
    assert once == WHOLE * 8 // 9
    assert often == WHOLE // 2


def test_a_miss_that_was_expected_is_no_bad_luck() -> None:
    assert after(*[Taker(Decimal(2), arriving=WHOLE // 2)] * 20) == WHOLE


def test_more_than_expected_is_not_more_than_shown() -> None:
    assert after(*[Taker(Decimal(4), arriving=WHOLE // 2)] * 20) == WHOLE


@pytest.mark.parametrize(
    "taker",
    [Taker(Decimal(0), status=Status.REJECTED), Taker(Decimal(0), arriving=None)],
    ids=["refused by its venue", "nothing was foreseen"],
)
def test_who_never_met_the_book_says_nothing_of_it(taker: Taker) -> None:
    assert after(*[taker] * 20) == WHOLE


def test_old_outcomes_fade() -> None:
    bad, good = Taker(Decimal(0)), Taker(Decimal(4))
    assert after(bad, bad, bad, *[good] * 60) > WHOLE * 98 // 100


def test_only_the_legs_of_the_last_plan_are_foreseen() -> None:
    luck = Luck()
    luck.foresee([Leg(*PLACE, 700), Leg(VenueId("beta"), PLACE[1], None)])
    assert luck.foreseen == {PLACE: 700}
    luck.foresee([])
    assert luck.foreseen == {}
