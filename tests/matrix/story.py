"""How is a story told? Books, prints, silences, faults and a trader's words, in seconds and text.

    story = Story()
    story.book("alpha", 0, "10@99.9 | 10@100")
    story.prints("alpha", 11, "sell 14@99.9")
    story.fault("alpha", "refused", number=1, reason="insufficient balance")
    story.says(11, PauseParent(PARENT))

Out of it come a tape, the lines of a config, and a script. A venue shows its book every second, unless
it is silent. What happens at a venue is known here `LAG_NS` later.
"""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from msgspec import structs

from router.engine.inputs import Input
from tests.fakes.recordings import Script
from venues.model.ids import Symbol, VenueId
from venues.model.instrument import Instrument, Kind, ReduceOnly
from venues.model.market import ASK, BID, level_key
from venues.tape.recording import Tape, make_tape

S_NS: Final = 1_000_000_000
MS_NS: Final = 1_000_000
BEGIN_NS: Final = 1_000 * S_NS  # second 0 of every story
LASTS_S: Final = 300
LAG_NS: Final = 10 * MS_NS
ENTRY_MS: Final = 50
RESPONSE_MS: Final = 50
STALE_S: Final = 2
SYMBOL: Final = Symbol("BTC/USDT")
# The same prices everywhere, but beta takes a larger fee: alpha is asked first.
VENUES: Final = {"alpha": "0.0002", "beta": "0.001"}
TERMS: Final = "".join(
    f'\n[[venue]]\nname = "{venue}"\nstop_orders = true\n'
    f"\n[paper.latency.{venue}]\nentry_ms = {ENTRY_MS}\nresponse_ms = {RESPONSE_MS}\njitter_ms = 0\n"
    for venue in VENUES
)

Level = tuple[int, int]  # tick, lots


def at_ns(second: float) -> int:
    """Return the time of a second of the story."""
    return BEGIN_NS + round(second * 1000) * MS_NS


def instrument(venue: str) -> Instrument:
    """Return the terms of a venue: prices on 0.1, lots of 0.1, nothing below 0.5."""
    return Instrument(
        venue=VenueId(venue),
        symbol=SYMBOL,
        kind=Kind.SPOT,
        tick_size=Decimal("0.1"),
        lot_size=Decimal("0.1"),
        min_quantity=Decimal("0.5"),
        min_notional=Decimal(0),
        maker_fee=Decimal(0),
        taker_fee=Decimal(VENUES[venue]),
    )


def listing(venue: str) -> Instrument:
    """Return the same at a venue that takes order lists."""
    return structs.replace(instrument(venue), stop_orders=True, order_lists=True)


def perp(venue: str) -> Instrument:
    """Return the same as a perp, whose venue caps reduce-only orders at what is held."""
    return structs.replace(instrument(venue), kind=Kind.PERP, reduce_only=ReduceOnly.CAPPED)


@dataclass
class Story:
    """What happens, venue by venue; `dies_ns`: when the process dies, 0 = it lives.

    `listed`: what a venue lists.
    """

    listed: Callable[[str], Instrument] = instrument
    books: dict[str, dict[int, str]] = field(default_factory=lambda: {v: {} for v in VENUES})
    trades: dict[str, list[tuple[int, str]]] = field(
        default_factory=lambda: {v: [] for v in VENUES}
    )
    silences: dict[str, list[tuple[int, int]]] = field(
        default_factory=lambda: {v: [] for v in VENUES}
    )
    script: list[tuple[int, Input]] = field(default_factory=list)
    faults: str = ""
    dies_ns: int = 0
    back_ns: int = 0

    def book(self, venue: str, second: float, text: str) -> None:
        """Let a venue show another book, best first: "5@99.9 | 5@100 5@100.1" is bids | asks."""
        self.books[venue][at_ns(second)] = text

    def everywhere(self, second: float, text: str) -> None:
        """Let every venue show the same book."""
        for venue in VENUES:
            self.book(venue, second, text)

    def prints(self, venue: str, second: float, text: str) -> None:
        """Let others trade: "sell 14@99.9" is a taker who sells."""
        self.trades[venue].append((at_ns(second), text))

    def silent(self, venue: str, since: float, until: float) -> None:
        """Let a venue's feed say nothing for a while."""
        self.silences[venue].append((at_ns(since), at_ns(until)))

    def fault(self, venue: str, kind: str, **more: str | int) -> None:
        """Let a paper venue go wrong, as a config says it."""
        lines = {"venue": venue, "kind": kind, **more}
        shown = [f"{k} = {v}" if isinstance(v, int) else f'{k} = "{v}"' for k, v in lines.items()]
        self.faults += "\n".join(["", "[[paper.fault]]", *shown, ""])

    def says(self, second: float, word: Input) -> None:
        """Let the trader say something."""
        self.script.append((at_ns(second), word))

    def dies(self, second: float, *, back: float) -> None:
        """Let the process die, and another one begin on its journal."""
        self.dies_ns, self.back_ns = at_ns(second), at_ns(back)

    def tape(self) -> Tape:
        """Return the recording of it all."""
        recordings = []
        for venue in VENUES:
            script = Script()
            self._tell_books(venue, script)
            self._tell_prints(venue, script)
            recording = script.recording(venue)
            recordings.append(dataclasses.replace(recording, instrument=self.listed(venue)))
        return make_tape("story", recordings, start_ns=BEGIN_NS, end_ns=at_ns(LASTS_S))

    def _tell_books(self, venue: str, script: Script) -> None:
        changes = sorted(self.books[venue].items())
        texts = ["|", *(text for _, text in changes)]
        told = {at: _change(*texts[n : n + 2]) for n, (at, _) in enumerate(changes)}
        silent = self.silences[venue]
        for second in range(LASTS_S):
            quiet_ns = at_ns(second) + S_NS // 4  # never at the same time as something else
            if quiet_ns > changes[0][0] and not any(a <= quiet_ns < b for a, b in silent):
                shown = [text for at, text in changes if at <= quiet_ns][-1]
                told.setdefault(quiet_ns, _rows(shown)[:1])
        for n, (at, rows) in enumerate(sorted(told.items())):
            script.book(at, *rows, snapshot=n == 0, known_ns=at + LAG_NS)

    def _tell_prints(self, venue: str, script: Script) -> None:
        for at, text in sorted(self.trades[venue]):
            side, what = text.split()
            ((tick, lots),) = _levels(what)
            script.trade(at, side == "buy", tick, lots, known_ns=at + LAG_NS)


def standing(text: str, price: str) -> Decimal:
    """Return how much a book shows at a price, on either side."""
    pairs = (level.split("@") for level in text.replace("|", "").split())
    return sum((Decimal(size) for size, at in pairs if at == price), Decimal(0))


def _levels(text: str) -> list[Level]:
    pairs = (level.split("@") for level in text.split())
    return [(int(Decimal(price) * 10), int(Decimal(size) * 10)) for size, price in pairs]


def _rows(text: str) -> list[tuple[int, int]]:
    bids, asks = (_levels(part) for part in text.split("|"))
    rows = [(level_key(tick, BID), lots) for tick, lots in bids]
    return rows + [(level_key(tick, ASK), lots) for tick, lots in asks]


def _change(before: str, after: str) -> list[tuple[int, int]]:
    """Return the rows that make one book of another: what has gone first."""
    old, new = dict(_rows(before)), dict(_rows(after))
    gone: Sequence[tuple[int, int]] = [(key, 0) for key in old if key not in new]
    changed = [(key, lots) for key, lots in new.items() if old.get(key) != lots]
    return [*gone, *changed]
