"""Does it cost less to route on depth that was observed to stay? `python -m benchmarks.routing_study`.

On recorded venues, the same instants and sizes for every router: decided on the books as we saw them,
carried out on the venues' own books one way later, the remainder bought one more way later. Learned as
the product learns, decision by decision from what was known before; scored on the second half.
"""

import argparse
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.replay import TAPES_BESIDE
from benchmarks.study_books import WAYS_NS, Moment, Playing, Shelf, shelves
from benchmarks.study_calibration import Calibration, Observer
from benchmarks.study_families import Family, family
from benchmarks.study_families import told as told_family
from benchmarks.study_ghosts import Ghost, ghosts
from benchmarks.study_page import write_page
from benchmarks.study_routers import NAIVE, Ours
from benchmarks.study_scores import DECISIONS_LEAST, Cell, Tally
from benchmarks.study_trading import cost_of, trade
from router.depth.composite import Composite
from venues.model.numbers import floor_to
from venues.model.order import Side

SIZES_USD: Final = (10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
ROUTED: Final = ("btc-20240808-3", "btc-20260216-2")
CALIBRATED: Final = (*ROUTED, "eth-20240718-1", "bitstamp-btc-20260502")
DERIVED: Final = "btc-20240808-6"
OURS: Final = "learned"
EXACT: Final = "displayed exact"
CLAIRVOYANT: Final = "clairvoyant"
WAITING_E6: Final = 5
LARGE_USD: Final = 100_000


class Studied(msgspec.Struct, frozen=True, kw_only=True):
    """One tape: `cells` where it has several venues; `derived`: venues that are a model are in."""

    tape: str
    derived: bool
    refills: bool
    cells: tuple[Cell, ...]
    calibrations: tuple[Calibration, ...]
    ghosts: tuple[Ghost, ...] = ()


@dataclass(slots=True)
class Study:
    """Everything asked of one recording while it plays."""

    playing: Playing
    ours: Ours
    refills: bool
    observer: Observer
    tallies: dict[tuple[int, int], Tally] = field(default_factory=dict)

    def run(self, sizes: tuple[int, ...]) -> None:
        """Play the recording; learn all the way, score the second half."""
        for moment in self.playing.moments():
            self.observer.observe(scored=moment.share >= 0.5)
            if moment.share < 0.5 or not sizes:
                continue
            market = self.ours.seen(moment.now_ns)
            if market.mid is None or len(market.usable) < 2:
                continue
            for side in (Side.BUY, Side.SELL):
                seen = shelves(self.playing.view, self.playing.scale, side)
                for usd in sizes:
                    self._decide(moment, market, seen, side, usd)

    def _decide(
        self, moment: Moment, market: Composite, seen: list[Shelf], side: Side, usd: int
    ) -> None:
        """Let every router trade `usd` at one moment, for every way."""
        assert market.mid is not None, "a market without a mid is left out"
        members = [q.member for q in market.usable]
        units = float(floor_to(usd / market.mid, market.scale.lot))
        flat = units * float(market.mid)
        plans = {name: router(seen, members, units, side) for name, router in NAIVE.items()}
        view = self.playing.view
        plans[EXACT] = self.ours.orders(market, units, side, None, view)
        if plans[EXACT] is None:
            return
        for way_ns in WAYS_NS:
            plans[OURS] = self.ours.orders(market, units, side, way_ns, view)
            arrived = moment.after[way_ns][side]
            later = moment.after[2 * way_ns][side]
            best = cost_of(arrived, members, units)
            bps: dict[str, float] = {}
            missed = math.nan
            for name, orders in plans.items():
                done = orders and trade(
                    orders, units, side, members, arrived, later, refills=self.refills
                )
                bps[name] = _bps(done.cost, flat, side) if done else math.nan
                missed = done.missed if done and name == EXACT else missed
            if best is None or math.isnan(bps[OURS] + bps[EXACT]):
                continue
            bps[CLAIRVOYANT] = _bps(best, flat, side)
            self.tallies.setdefault((usd, way_ns), Tally()).add(moment.now_ns, missed, bps)


def _bps(cost: float, flat: float, side: Side) -> float:
    return (cost / flat - side.sign) * 10_000


def study(folder: Path, *, routed: bool, derived: bool = False, refills: bool = False) -> Studied:
    """Return what the recording in `folder` says."""
    playing = Playing(folder, derived=derived)
    observer = Observer(playing)
    asked = Study(playing, Ours(playing, WAITING_E6), refills, observer)
    asked.run(SIZES_USD if routed else ())
    cells = tuple(
        tally.cell(usd, way_ns // 1_000_000, OURS, EXACT, CLAIRVOYANT)
        for (usd, way_ns), tally in sorted(
            asked.tallies.items(), key=lambda at: (at[0][1], at[0][0])
        )
        if len(tally.at_ns) >= DECISIONS_LEAST
    )
    return Studied(
        tape=folder.name,
        derived=derived,
        refills=refills,
        cells=cells,
        calibrations=observer.calibrations(),
        ghosts=ghosts(folder) if routed and not derived and not refills else (),
    )


def families(found: Sequence[Studied]) -> list[Family]:
    """Return two families per router of its cells on recorded venues: large sizes, and all."""
    cells = [cell for one in found if not (one.derived or one.refills) for cell in one.cells]
    large = [cell for cell in cells if cell.usd >= LARGE_USD]
    return [
        family(f"{name}, {what}", [cell.saved[name] for cell in of if name in cell.saved])
        for name in (EXACT, *NAIVE)
        for what, of in ((f"from ${LARGE_USD:,} on", large), ("all sizes", cells))
        if of
    ]


def told(found: Studied) -> str:
    """Return a table of one recording."""
    title = found.tape + (", derived venues in" if found.derived else "")
    title += ", with refills" if found.refills else ""
    lines = [f"{title}: bps of the mid; in brackets what others cost more than learned"]
    for cell in found.cells:
        saved = "  ".join(
            f"{name} {s.mean:+.4f} [{s.low:+.4f}, {s.high:+.4f}]" for name, s in cell.saved.items()
        )
        closed = "-" if cell.closed is None else f"{cell.closed:.0%}"
        lines.append(
            f"  {cell.way_ms:>3} ms ${cell.usd:>10,} n {cell.decisions:>4} missed {cell.missed:6.2%}  "
            f"learned {cell.cost[OURS]:.4f}  gap {cell.gap:+.4f} closed {closed:>5}  {saved}"
        )
    lines += [
        f"  {c.venue} {c.way_ms} ms within {c.within_bps} bps: n {c.samples}, slope {c.slope:.3f} "
        f"(error {c.slope_error:.3f}, frozen {c.frozen_slope:.3f}), "
        f"Brier {c.brier:.4f} (constant {c.brier_constant:.4f})"
        for c in found.calibrations
    ]
    lines += [
        f"  traded at {g.traded}: cancelled at {g.there} within {g.while_ms} ms, a unit: "
        f"{g.cancelled.mean:+.3f} [{g.cancelled.low:+.3f}, {g.cancelled.high:+.3f}]"
        for g in found.ghosts
    ]
    return "\n".join(lines)


def main() -> int:
    """Run the study, print its tables, write runs/study.json, .html and .png."""
    parser = argparse.ArgumentParser(prog="benchmarks.routing_study", description=__doc__)
    parser.add_argument("--tapes", type=Path, default=TAPES_BESIDE, help="folder of tapes")
    parser.add_argument("--tape", action="append", help="only these of them")
    parser.add_argument("--out", type=Path, default=Path("runs/study"), help="folder to write to")
    chosen = parser.parse_args()
    asked = [
        *((name, name in ROUTED, False, False) for name in CALIBRATED),
        *((name, True, False, True) for name in ROUTED),
        (DERIVED, True, True, False),
    ]
    found = []
    for name, routed, derived, refills in asked:
        if chosen.tape and name not in chosen.tape:
            continue
        found.append(study(chosen.tapes / name, routed=routed, derived=derived, refills=refills))
        print(told(found[-1]), flush=True)
    together = families(found)
    print("\n".join(map(told_family, together)))
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / "study.json").write_bytes(
        msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n"
    )
    write_page(chosen.out, found, together, ours=OURS, exact=EXACT)
    print(f"written to {chosen.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
