"""Which kinds of orders do the stories tell of, and what market does each begin in?

A new kind is one more entry of `KINDS`. Its first order leaves for alpha at second `ORDER_S`; what the
table expects of it when things go wrong, where that is not that it is done, stands in `expected.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from strategies.spec import OwnParams, Params, ParentSpec, ThenSpec
from tests.matrix.play import SCRIPT
from tests.matrix.story import SYMBOL, Story, at_ns, instrument, listing, perp, standing
from tests.scenarios.kinds import (
    guarded,
    ladder,
    leg,
    limit_stop,
    native,
    rest,
    take,
    take_profit_or_stop,
    then,
    twap,
)
from venues.model.ids import ParentId
from venues.model.instrument import Instrument
from venues.model.numbers import plain
from venues.model.order import Side

ORDER_S: Final = 10  # when the first order leaves
PARENT: Final = ParentId("parent")
EXIT: Final = ParentId("parent/exit")
CALM: Final = "10@99.9 50@99.8 | 10@100 50@100.1"
FALLEN: Final = "10@94.9 50@94.8 | 10@95 50@95.1"
HIGH: Final = "10@109.9 50@109.8 | 10@110 50@110.1"
LOW: Final = "10@89.9 50@89.8 | 10@90 50@90.1"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of parent.

    `says`: what a trader would call it; `well`: what becomes of it when nothing goes wrong. `size` and
    `price` of its first order, the `number`-th submit at alpha; `rests`: it waits in the book then.
    `book`: what both venues show then, since `turns`; `gap`: where the market jumps; `begins`: when it may
    start. `earlier`: how many orders of it came before, and are over. `listed`: what venues list.
    `falls`: what prints as the market jumps.
    `worst`: no sell ever goes below it, 50 bps under every stop of these stories.
    """

    says: str
    well: str
    how: Params
    side: Side
    size: str
    price: str
    worst: str = "94.525"
    rests: bool = False
    limit: str = ""
    quantity: str = "4"
    then: ThenSpec | None = None
    passive_only: bool = False
    number: int = 1
    book: str = CALM
    gap: str = HIGH
    begins: float = ORDER_S
    turns: float = ORDER_S - 0.01
    earlier: int = 0
    parent: ParentId = PARENT
    listed: Callable[[str], Instrument] = instrument
    falls: str = ""

    def spec(self) -> ParentSpec:
        """Return the parent as it is handed over."""
        return ParentSpec(
            id=PARENT,
            symbol=SYMBOL,
            side=self.side if self.parent == PARENT else self.side.opposite,
            quantity=Decimal(self.quantity),
            params=self.how,
            limit_price=Decimal(self.limit) if self.limit else None,
            start_ns=at_ns(self.begins),
            then=self.then,
            passive_only=self.passive_only,
        )

    def story(self) -> Story:
        """Return a story in which nothing goes wrong up to the first order."""
        story = Story(self.listed)
        story.everywhere(0, CALM)
        if self.book != CALM:
            story.everywhere(self.turns, self.book)
        return story

    def moved(self, by: Decimal) -> str:
        """Return its book with every price so much higher."""
        levels = (level.partition("@") for level in self.book.split())
        return " ".join(f"{q}@{plain(Decimal(p) + by)}" if p else q for q, _, p in levels)

    @property
    def taker(self) -> str:
        """Return the side of those who trade with it while it rests."""
        return "sell" if self.side is Side.BUY else "buy"

    @property
    def reached(self) -> str:
        """Return a price at which every order of these stories that rests has long traded."""
        return "85" if self.side is Side.BUY else "115"

    def trades(self, quantity: str) -> str:
        """Return the print that trades so much of its first order, and all that stands before it."""
        ahead = standing(self.book, self.price)
        return f"{self.taker} {plain(ahead + Decimal(quantity))}@{self.price}"

    def thinned(self, quantity: str) -> str:
        """Return the book in which a taker finds so much at its price."""
        return self.book.replace(f"10@{self.price}", f"{quantity}@{self.price}" if quantity else "")


def buys(says: str, how: Params, *, size: str = "4", well: str = "100") -> Kind:
    """Return a kind that takes, not above 101; `well`: what it pays on average."""
    return Kind(
        says=says,
        how=how,
        side=Side.BUY,
        size=size,
        price="100",
        limit="101",
        well=f"done: 4 at alpha for {well}",
    )


def posts(says: str, how: Params, price: str, *, size: str = "4", well: str = "") -> Kind:
    """Return a kind that waits for sellers, not above 101; the market falls through its price."""
    kind = buys(says, how, size=size, well=well or price)
    return replace(kind, price=price, rests=True, gap=LOW)


def waits_to_sell(says: str, how: Params) -> Kind:
    """Return a kind that waits for buyers at 103, and gets out at 95."""
    return Kind(
        says=says,
        how=how,
        side=Side.SELL,
        size="4",
        price="103",
        rests=True,
        gap=LOW,
        well="done: 4 at alpha for 103",
    )


PAIR: Final = take_profit_or_stop("103", limit_stop("95"))
STOP: Final = Kind(
    says="a stop at 95 that has just fired",
    well="done: 4 at alpha for 95",
    how=limit_stop("95"),
    side=Side.SELL,
    size="4",
    price="95",
    rests=True,
    book=FALLEN,
    gap=LOW,
    begins=5,
)

TARGETS: Final = guarded(
    leg("near", rest(), limit="103"),
    leg("far", rest(), limit="104"),
    leg("stop", limit_stop("95")),
)
EXITS: Final = replace(
    waits_to_sell("out at 103 or at a stop at 95, what an entry has filled", take()),
    then=then(PAIR),
    limit="101",
    number=2,
    begins=ORDER_S - 0.1,
    parent=EXIT,
)

KINDS: Final[Mapping[str, Kind]] = {
    "take": buys("4 taken now", take()),
    "rest": posts("4 resting at the touch", rest(), "99.9"),
    "twap": buys("two slices of 2 that cross", twap(over_s=40, slices=2), size="2"),
    "twap, two venues": replace(
        buys("two slices of 14, 4 of it at beta", twap(over_s=40, slices=2), size="10"),
        quantity="28",
        well="done: 18 at alpha and 10 at beta for 100.029",
    ),
    "twap, passive": posts(
        "two slices of 2 that rest for half of their time",
        twap(over_s=40, slices=2, passive="0.5"),
        "99.9",
        size="2",
        well="99.925",
    ),
    "twap, passive only": replace(
        posts(
            "two slices of 2 that never take",
            twap(over_s=40, slices=2, leftover="rest_at_limit"),
            "99.9",
            size="2",
        ),
        passive_only=True,
    ),
    "rest, behind depth": posts(
        "4 resting behind 20 of others", rest(peg="cumulative", depth="20"), "99.8"
    ),
    "ladder": posts(
        "two rungs of 2", ladder(2, first="10", step="10"), "99.8", size="2", well="99.75"
    ),
    "limit_stop": STOP,
    "limit_stop, native": replace(
        STOP,
        says="a stop at 95 that has just fired, and taken back the one at 93 that its venue held",
        how=limit_stop("95", catastrophe="93"),
        number=2,
        turns=ORDER_S - 0.11,
        earlier=1,
    ),
    "then (its exit)": EXITS,
    "oco, guarded (an exit)": replace(
        EXITS,
        says="out at 103, at 104 or at a stop at 95, all live, what an entry on a perp has filled",
        then=then(TARGETS),
        listed=perp,
    ),
    "oco": waits_to_sell("out at 103 or at a stop at 95", PAIR),
    "oco, native": replace(
        waits_to_sell(
            "out at 103 or at a stop at 95, held by its venue as one list",
            native("103", limit_stop("95", source="last")),
        ),
        listed=listing,
        falls="sell 1@90",
    ),
    "own script": buys("a script: 2 now and 2 later", OwnParams(strategy=SCRIPT), size="2"),
}
