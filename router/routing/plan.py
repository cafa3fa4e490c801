"""What does one routing decision say? Legs, cost, what else was possible, who was skipped and why."""

import hashlib
import struct
from array import array
from collections.abc import Iterable
from decimal import Decimal

import msgspec

from venues.model.ids import Symbol, VenueId
from venues.model.numbers import ZERO
from venues.model.order import Side


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """One venue's part: an IOC of `lots` at `limit_price`, in the terms of the venue.

    `book` is its position in the book store, `quantity` is in market units. The limit is the
    marginal net price of the whole plan mapped to this venue, within the parent's limit;
    `last_price` is the last level the plan counts on. `cost` is the walk of the levels with fee:
    paid for a buy, received for a sell, market quote; `fixed_cost` comes on top, and so does
    `expected_funding` (> 0 paid, < 0 received) of a perp over the parent's hold. `why` it is used.
    `conversion`: market quote per quote of the venue, on average, where a book says what that is.
    It leaves `release_after_ns` after the decision, so that all legs arrive together. `arriving`:
    which share of it should fill, in 1 / 1024, where that was learned.
    """

    venue: VenueId
    symbol: Symbol
    book: int
    lots: int
    quantity: Decimal
    limit_tick: int
    limit_price: Decimal
    last_price: Decimal
    cost: Decimal
    fixed_cost: Decimal = ZERO
    expected_funding: Decimal = ZERO
    why: str = ""
    release_after_ns: int = 0
    conversion: Decimal | None = None
    arriving: int | None = None


class BookSeen(msgspec.Struct, frozen=True, kw_only=True):
    """The levels of one book that a decision looked at, best first, net of own orders.

    `member` is the position in the market. `near_lots`: displayed within 10 bps of the book's mid.
    `rates`, where another book converts the quote: what each level's price is multiplied by, in 1 /
    `rate_parts`, the conversion's taker fee in; levels are split where its levels end.
    """

    venue: VenueId
    symbol: Symbol
    member: int
    local_ns: int
    ticks: tuple[int, ...]
    lots: tuple[int, ...]
    near_lots: int
    rates: tuple[int, ...] = ()
    rate_parts: int = 1


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision expected of one book `way_ns` later, when its order would have arrived.

    `displayed` market units up to the price of waiting, `expected` of them (new depth counted) on
    the mean of `outcomes` that were taken down.
    """

    venue: VenueId
    symbol: Symbol
    way_ns: int
    outcomes: int
    displayed: Decimal
    expected: Decimal


class VenueCost(msgspec.Struct, frozen=True):
    """What a quantity would have cost at one venue alone; None where it does not show the depth.

    `funding`: expected on top of it over the parent's hold, > 0 paid.
    """

    venue: VenueId
    symbol: Symbol
    cost: Decimal | None
    funding: Decimal = ZERO


class Counterfactual(msgspec.Struct, frozen=True, kw_only=True):
    """What `quantity` would have cost in other ways on the books of a decision, taker fees in.

    Paid for a buy, received for a sell; None where depth lacks. Lots, minimums, caps and limits
    bind none of these. `top_of_book`: always to the best displayed price, fees unseen.
    `pro_rata`: by displayed depth within 10 bps. `optimal`: the least cost there is, expected
    funding counted. What each way is expected to cost in funding, > 0 paid, is said beside it.
    """

    quantity: Decimal
    single_venue: tuple[VenueCost, ...]
    top_of_book: Decimal | None
    pro_rata: Decimal | None
    optimal: Decimal | None
    top_of_book_funding: Decimal = ZERO
    pro_rata_funding: Decimal = ZERO
    optimal_funding: Decimal = ZERO


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One routing decision; quantities in market units, money in market quote.

    `quantity` = sum of leg quantities + `unrouted`. `expected_cost` is the sum of leg costs and
    `fixed_costs` (paid more for a buy, received less for a sell), `expected_bps` that against
    `mid`, + is cost. Neither has `expected_funding` in it, the sum of that of the legs: it is paid
    later, if at all; but legs, `best_single` and `runner_up` were chosen with it, and
    `certified_gap` is of the sum. `uncounted`: perps whose funding is not known and was left out.
    `worst_price`: the worst market price counted on. `best_single`, `runner_up`: the cheapest
    venues for the routed quantity alone. `skipped`: venues that got nothing and why; `limited`:
    venues that could not give all they show, and why.

    Without fees, in bps of `mid`: `quoted_bps` is what the best bid and ask of all usable books are
    apart (negative when they cross), `at_size_bps` twice the distance of the average price from
    the mid; what lies between is the hidden spread. No split of the quantity is cheaper by more
    than `certified_gap` (market quote; 0: the optimum); `nodes` of a search were looked at, 0 when
    the sweep was proof enough, and `exhausted` says that its bound was hit.

    Where `arrivals` says what is expected of a book, the split was made on expected prices, and
    `certified_gap` is of these; all costs here are of what was displayed.
    """

    market: Symbol
    side: Side
    decided_ns: int
    quantity: Decimal
    limit: Decimal
    legs: tuple[Leg, ...]
    unrouted: Decimal
    mid: Decimal | None
    expected_cost: Decimal
    expected_bps: Decimal | None
    worst_price: Decimal | None
    best_single: VenueCost | None
    runner_up: VenueCost | None
    counterfactual: Counterfactual
    skipped: tuple[tuple[VenueId, str], ...]
    limited: tuple[tuple[VenueId, str], ...]
    books: tuple[BookSeen, ...]
    books_digest: str
    fixed_costs: Decimal = ZERO
    quoted_bps: Decimal | None = None
    at_size_bps: Decimal | None = None
    certified_gap: Decimal = ZERO
    nodes: int = 0
    exhausted: bool = False
    expected_funding: Decimal = ZERO
    uncounted: tuple[tuple[VenueId, str], ...] = ()
    arrivals: tuple[Arrival, ...] = ()


def level_rows(seen: BookSeen) -> bytes:
    """Return the ticks, then the lots of a book as int64 bytes: what the digest covers."""
    rows = array("q", seen.ticks).tobytes() + array("q", seen.lots).tobytes()
    return rows + "".join(f"{rate}/{seen.rate_parts};" for rate in seen.rates).encode()


def books_digest(side: Side, books: Iterable[tuple[BookSeen, bytes]]) -> str:
    """Return 32 hex digits over what a decision saw: each book with its `level_rows`."""
    digest = hashlib.blake2b(side.value.encode(), digest_size=16)
    for seen, rows in books:
        digest.update(struct.pack("<4q", seen.member, seen.local_ns, seen.near_lots, len(rows)))
        digest.update(rows)
    return digest.hexdigest()
