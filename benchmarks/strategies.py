"""What does the same parent cost by each strategy? One tape, one run each, side by side.

Not a race of speeds but of prices: shortfall, fees, maker share, the worst child, and how much of its
time a schedule was kept.
"""

import tempfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.replay import RECORDED, TAPES_BESIDE
from router.app.assembly import assemble, use_kernels
from router.app.output import report_of
from router.app.replaying import play
from router.journal.sqlite import GROUPED, open_journal
from router.reports.follow import Execution
from router.settings.reader import default_config, read_settings
from strategies.ladder_params import LadderParams
from strategies.spec import Params, ParentSpec, RestParams, TakeParams, TwapParams
from venues.model.ids import ParentId
from venues.model.numbers import BPS, ZERO
from venues.model.order import Side
from venues.synthetic.market import synthetic_tape
from venues.tape.reader import read_tape
from venues.tape.recording import Tape

QUANTITY: Final = Decimal(100)
LIMIT_BPS: Final = Decimal(100)
HORIZON_S: Final = 480
_S_NS: Final = 1_000_000_000


def _twap(passive: str, slices: int) -> TwapParams:
    return TwapParams(horizon_s=HORIZON_S, slices=slices, passive_fraction=Decimal(passive))


WAYS: Final[Mapping[str, Params]] = {
    "take": TakeParams(),
    "twap, crossing": _twap("0", 96),
    "twap, balanced": _twap("0.5", 48),
    "twap, patient": _twap("0.9", 24),
    "rest, then cross": RestParams(deadline_s=HORIZON_S),
    "ladder": LadderParams(
        rungs=10, first_bps=Decimal(1), step_bps=Decimal(1), deadline_s=HORIZON_S
    ),
}


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """One strategy; bps against the arrival price, + is cost; None where there is none."""

    name: str
    filled: str
    shortfall_bps: str | None
    fees: str
    maker_share: str | None
    children: int
    worst_child_bps: str | None
    band_share: str | None


class Compared(msgspec.Struct, frozen=True, tag="strategies", kw_only=True):
    """All of them on one tape."""

    tape: str
    ways: tuple[Way, ...]


def measure(folder: Path | None) -> Compared:
    """Return what each way cost on the tape in `folder`, on a recorded one, or on a synthetic one."""
    recorded = folder or TAPES_BESIDE / RECORDED
    if recorded.exists():
        tape, name = read_tape(recorded), recorded.name
    else:
        long_ns = (HORIZON_S + 60) * _S_NS
        tape, name = synthetic_tape(seed=7, duration_ns=long_ns, start_ns=_S_NS), "synthetic"
    return Compared(tape=name, ways=tuple(_way(tape, *way) for way in WAYS.items()))


def _way(tape: Tape, name: str, params: Params) -> Way:
    spec = ParentSpec(
        id=ParentId(name.replace(", ", "-").replace(" ", "-")),
        symbol=tape.instruments[0].symbol,
        side=Side.BUY,
        quantity=QUANTITY,
        limit_bps=LIMIT_BPS,
        params=params,
    )
    settings = read_settings(default_config())
    with tempfile.TemporaryDirectory(prefix="fathom-") as scratch:
        journal = open_journal(Path(scratch) / "journal.db", GROUPED)
        try:
            paper = assemble(tape, settings, [spec], seed=1, kernels=use_kernels(), journal=journal)
            play(paper, [spec])
        finally:
            journal.close()
    (told,) = report_of(paper, 0).parents
    worst = _worst_bps(paper.follower.executions, told.arrival_price)
    return Way(
        name=name,
        filled=told.filled,
        shortfall_bps=told.shortfall_bps,
        fees=told.fees,
        maker_share=told.maker_share,
        children=told.children,
        worst_child_bps=None if worst is None else f"{worst:.2f}",
        band_share=told.band_share,
    )


def _worst_bps(executions: list[Execution], arrival: str | None) -> Decimal | None:
    """Return the average price of the dearest child against the arrival price, fees left out."""
    if arrival is None or not executions:
        return None
    paid: dict[str, tuple[Decimal, Decimal]] = {}
    for e in executions:
        money, quantity = paid.get(e.child, (ZERO, ZERO))
        paid[e.child] = (money + e.price * e.quantity, quantity + e.quantity)
    dearest = max(money / quantity for money, quantity in paid.values())
    return (dearest / Decimal(arrival) - 1) * BPS


def told(result: Compared) -> str:
    """Return the table for a reader."""
    head = f"{'':18} {'filled':>8} {'shortfall':>10} {'fees':>10} {'maker':>7} {'children':>9} "
    lines = [
        f"buy {QUANTITY} on {result.tape} within {HORIZON_S} s; bps against arrival, + is cost",
        head + f"{'worst child':>12} {'in band':>8}",
    ]
    for way in result.ways:
        shortfall = "-" if way.shortfall_bps is None else f"{Decimal(way.shortfall_bps):.2f}"
        lines.append(
            f"{way.name:18} {Decimal(way.filled):>8.3f} {shortfall:>10} {Decimal(way.fees):>10.2f} "
            f"{_per_cent(way.maker_share):>7} {way.children:>9} "
            f"{way.worst_child_bps or '-':>12} {_per_cent(way.band_share):>8}"
        )
    return "\n".join(lines)


def _per_cent(share: str | None) -> str:
    return "-" if share is None else f"{Decimal(share) * 100:.1f}%"
