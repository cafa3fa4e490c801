"""How does a strategy written as a coroutine run step by step, and the same again after a restart?

Every question a script asks its context, and every answer it got, is kept in the state. A decision
runs the script anew from its first line over the answers it has; where they end, the market answers
or the script waits. So there is nothing to recover: each decision is a recovery. A script that asks
other questions than before is not deterministic and ends its parent; one whose code has changed
parks it.
"""

from collections.abc import Callable, Generator, Sequence
from decimal import Decimal
from types import coroutine
from typing import Final

import msgspec

from strategies.base import StrategyEvent, StrategyFailed, View, Woke
from strategies.conditions import Condition
from strategies.intents import Intent, Peg, Rest, Take, WakeAt, WakeWhen, Withdraw
from strategies.own import decimal_of
from venues.model.numbers import ZERO, floor_to, plain
from venues.model.order import Side

STEPS_MOST: Final = 1000
# What a waiting script yields: nobody else may be awaited.
PAUSE: Final = object()
_S_NS: Final = 1_000_000_000

# How a script may write a quantity, price or time.
Number = Decimal | str | int
Waiting = Generator[object, None, bool]


class Told(msgspec.Struct, frozen=True, array_like=True):
    """A question of the script and the answer, as text; decisions that wait have no answer yet."""

    asked: str
    answer: str


class Script:
    """What a script sees and does; valid inside one decision only.

    Numbers may be given as Decimal, text or int; quantities are rounded down to the lot.
    Reads are answers too: run again, the script sees what it saw. `await` what says so.
    """

    __slots__ = (
        "_event",
        "_orders",
        "_pending",
        "_seen",
        "_told",
        "_unwanted",
        "_view",
        "intents",
        "waits",
    )

    def __init__(self, told: Sequence[Told], event: StrategyEvent | None, view: View) -> None:
        self._told = list(told)
        self._seen = 0
        self._orders = 0  # asked for so far; each is a leg of its own
        self._unwanted = 0  # the last of them that was withdrawn
        self._pending = ZERO  # asked for in this decision, not sent yet
        self._event = event
        self._view = view
        self.intents: list[Intent] = []
        self.waits = ""

    # -- reads -------------------------------------------------------------------------------------

    def now_ns(self) -> int:
        """Return engine time."""
        return int(self._ask("now", lambda: str(self._view.now_ns)))

    def quantity(self) -> Decimal:
        """Return what the parent is for, in market units."""
        return Decimal(self._ask("quantity", lambda: plain(self._view.spec.quantity)))

    def bought(self) -> Decimal:
        """Return what has traded so far, whatever the side."""
        return Decimal(self._ask("bought", lambda: plain(self._view.filled)))

    def left(self) -> Decimal:
        """Return what is neither filled nor open."""
        return Decimal(self._ask("left", lambda: plain(self._left())))

    def arrival_price(self) -> Decimal:
        """Return the median LIVE mid at the start."""
        return Decimal(self._ask("arrival", lambda: plain(self._view.arrival_price)))

    def touch(self, side: Side) -> Decimal | None:
        """Return the best usable price of the book's `side` (BUY = best bid), None without one."""
        said = self._ask(f"touch {side.value}", lambda: _spelled(self._view.touch(side)))
        return Decimal(said) if said else None

    def available(self, at_most: Number, limit: Number | None = None) -> Decimal:
        """Return how much could be taken now within `limit` (default: the parent's)."""
        most, worst = decimal_of(at_most), _price(limit)
        asked = f"available {most} {_spelled(worst)}"
        side = self._view.spec.side
        return Decimal(
            self._ask(
                asked,
                lambda: plain(self._view.available(side, self._worst(worst), most)),
            )
        )

    def say(self, reason: str) -> None:
        """Show `reason` as what the parent is doing."""
        self.waits = reason

    # -- orders ------------------------------------------------------------------------------------

    @coroutine
    def take(
        self, quantity: Number, limit: Number | None = None
    ) -> Generator[object, None, Decimal]:
        """Take up to `quantity` now within `limit`; return what has traded once all is answered."""
        wanted, worst = decimal_of(quantity), _price(limit)
        self._orders += 1
        before = Decimal(
            self._ask(f"take {wanted} {_spelled(worst)}", lambda: self._take(wanted, worst))
        )
        yield from self._until("answers", self._settled, None)
        return self.bought() - before

    def post(
        self,
        quantity: Number,
        limit: Number | None = None,
        *,
        peg: Peg = Peg.PRIMARY,
        offset_ticks: int = 0,
    ) -> None:
        """Post up to `quantity` post-only and go on; `filled`, `settled` and `withdraw` see to it."""
        wanted, worst = decimal_of(quantity), _price(limit)
        self._orders += 1
        self._ask(
            f"post {wanted} {_spelled(worst)} {peg.value} {offset_ticks}",
            lambda: self._post(wanted, worst, peg, offset_ticks),
        )

    def withdraw(self) -> None:
        """Cancel every open child; `await settled()` to know what became of them."""
        self._ask("withdraw", str)
        self._unwanted = self._orders

    # -- waits -------------------------------------------------------------------------------------

    @coroutine
    def sleep(self, seconds: Number) -> Generator[object, None, None]:
        """Wait for `seconds`."""
        until_ns = self.now_ns() + _ns(seconds)
        yield from self._until("sleep", lambda: self._view.now_ns >= until_ns, until_ns)

    @coroutine
    def filled(
        self, quantity: Number, within_s: Number | None = None
    ) -> Generator[object, None, Decimal]:
        """Wait until `quantity` has traded in all, nothing is open, or time is up; return what has."""
        wanted = decimal_of(quantity)
        end_ns = None if within_s is None else self.now_ns() + _ns(within_s)
        yield from self._until(
            f"filled {wanted}",
            lambda: (
                self._view.filled >= wanted
                or self._settled()
                or (end_ns is not None and self._view.now_ns >= end_ns)
            ),
            end_ns,
        )
        return self.bought()

    @coroutine
    def settled(self) -> Generator[object, None, Decimal]:
        """Wait until nothing is open or in doubt; return what has traded in all."""
        yield from self._until("answers", self._settled, None)
        return self.bought()

    @coroutine
    def until(
        self, condition: Condition, within_s: Number | None = None
    ) -> Generator[object, None, bool]:
        """Wait until `condition` holds or time is up; return whether it came to hold."""
        end_ns = None if within_s is None else self.now_ns() + _ns(within_s)
        return (yield from self._watch(condition, end_ns))

    # -- inside ------------------------------------------------------------------------------------

    def _ask(self, asked: str, answer: Callable[[], str]) -> str:
        """Return the answer of the first time, or the one of now, which is kept."""
        if self._seen < len(self._told):
            known = self._told[self._seen]
            if known.asked != asked:
                raise StrategyFailed(
                    f"the script is not deterministic: step {self._seen + 1} was "
                    f"{known.asked!r} and is {asked!r}"
                )
        else:
            if len(self._told) >= STEPS_MOST:
                raise StrategyFailed(f"the script takes more than {STEPS_MOST} steps")
            known = Told(asked, answer())
            self._told.append(known)
        self._seen += 1
        return known.answer

    def _until(self, what: str, holds: Callable[[], bool], at_ns: int | None) -> Waiting:
        """Wait until `holds`: asked in later decisions only, once orders of this one are out."""
        asked = f"until {what}"
        if self._seen < len(self._told):
            self._ask(asked, str)
            return True
        if self._pending or not holds():
            self.waits = self.waits or self._doing(what, at_ns)
            if at_ns is not None:
                self.intents.append(WakeAt(at_ns=at_ns, tag=self._tag))
            yield PAUSE
        self._ask(asked, str)
        return True

    def _watch(self, condition: Condition, end_ns: int | None) -> Waiting:
        asked = f"until {condition}"
        if self._seen < len(self._told):
            return bool(self._ask(asked, str))
        fired = isinstance(self._event, Woke) and self._event.tag == f"when {self._tag}"
        if not fired and (end_ns is None or self._view.now_ns < end_ns):
            self.waits = self.waits or "waiting for the market"
            self.intents.append(WakeWhen(condition=condition, tag=f"when {self._tag}"))
            if end_ns is not None:
                self.intents.append(WakeAt(at_ns=end_ns, tag=self._tag))
            yield PAUSE
        return bool(self._ask(asked, lambda: "yes" if fired else ""))

    @property
    def _tag(self) -> str:
        return f"step {self._seen}"

    @property
    def told(self) -> tuple[Told, ...]:
        """Return all questions and answers; StrategyFailed when the script asked fewer than before."""
        if self._seen < len(self._told):
            raise StrategyFailed(
                f"the script is not deterministic: it ended before step {self._seen + 1}, "
                f"{self._told[self._seen].asked!r}"
            )
        return tuple(self._told)

    def _doing(self, what: str, at_ns: int | None) -> str:
        if at_ns is None:
            return f"waiting: {what}"
        return f"waiting: {what}, {max(at_ns - self._view.now_ns, 0) // _S_NS} s at most"

    @property
    def withdrawals(self) -> Sequence[Withdraw]:
        """Return what is open of the orders withdrawn: asked again until each has ended."""
        open_ = {child.leg for child in self._view.children}
        asked = {i.leg for i in self.intents if isinstance(i, Take | Rest)}
        return [Withdraw(leg=leg) for leg in sorted(open_ | asked) if int(leg) <= self._unwanted]

    def _settled(self) -> bool:
        return not self._view.children

    def _left(self) -> Decimal:
        view = self._view
        return view.spec.quantity - view.filled - view.open_quantity - self._pending

    def _worst(self, limit: Decimal | None) -> Decimal:
        return self._view.limit if limit is None else limit

    def _lots(self, quantity: Decimal) -> Decimal:
        """Return what of `quantity` is still free, in whole lots, and count it as asked for."""
        wanted = max(floor_to(min(quantity, self._left()), self._view.lot), ZERO)
        self._pending += wanted
        return wanted

    def _take(self, quantity: Decimal, limit: Decimal | None) -> str:
        if (wanted := self._lots(quantity)) > ZERO:
            self.intents.append(Take(quantity=wanted, limit=self._worst(limit), leg=self._leg))
        return plain(self._view.filled)

    def _post(self, quantity: Decimal, limit: Decimal | None, peg: Peg, offset_ticks: int) -> str:
        if (wanted := self._lots(quantity)) > ZERO:
            worst = self._worst(limit)
            self.intents.append(
                Rest(
                    quantity=wanted,
                    limit=worst,
                    peg=peg,
                    offset_ticks=offset_ticks,
                    leg=self._leg,
                )
            )
        return ""

    @property
    def _leg(self) -> str:
        return str(self._orders)


def _price(limit: Number | None) -> Decimal | None:
    return None if limit is None else decimal_of(limit)


def _spelled(price: Decimal | None) -> str:
    return "" if price is None else plain(price)


def _ns(seconds: Number) -> int:
    """Return `seconds` (>= 0) in ns, rounded down; ValueError for a negative or endless time."""
    value = decimal_of(seconds)
    if not value.is_finite() or value < 0:
        raise ValueError(f"cannot wait for {seconds} s")
    return int(value * _S_NS)
