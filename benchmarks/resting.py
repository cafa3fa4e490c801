"""Are orders that rest filled as often as foretold, and is it worth foretelling? One recorded tape.

`python -m benchmarks resting --tape DIR` prints the tables and writes JSON, and where plotly and
matplotlib are installed an HTML page and a picture, into runs/.
"""

from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.replay import RECORDED, TAPES_BESIDE
from benchmarks.resting_choices import Choices, choices
from benchmarks.resting_costs import Cost, Run, cost, runs
from benchmarks.resting_orders import Watched, watch
from benchmarks.resting_plot import draw
from benchmarks.resting_scores import (
    Outcome,
    Pegged,
    Score,
    frozen,
    halves,
    online,
    pegged_orders,
    score,
)
from benchmarks.resting_truth import truths
from router.depth.fills import WHOLE, adverse, away
from venues.books.probes import HORIZONS, NS_PER_S
from venues.synthetic.market import synthetic_tape
from venues.tape.reader import read_tape
from venues.tape.recording import Tape

OUT: Final = Path("runs")
# Where the orders of others are recorded beside the tapes, if they are.
EVENTS_BESIDE: Final = TAPES_BESIDE.parent / "data" / "l3"


class Drift(msgspec.Struct, frozen=True):
    """What is foretold of the mid for orders at the touch of a venue, mean over the second half.

    `adverse_bps`: against those filled, 5 s after the fill. `away_bps`: from those that still wait.
    """

    venue: str
    adverse_bps: float
    away_bps: tuple[float, ...]


class Resting(msgspec.Struct, frozen=True, tag="resting", kw_only=True):
    """All of it for one tape; `choices` and `runs` are empty where there is one venue."""

    tape: str
    derived: bool
    horizons_s: tuple[int, ...]
    scores: tuple[Score, ...]
    pegged: tuple[Pegged, ...]
    drifts: tuple[Drift, ...]
    choices: tuple[Choices, ...]
    runs: tuple[Run, ...]
    cost: Cost
    pictures: tuple[str, ...]


def measure(folder: Path | None) -> Resting:
    """Return the study of the tape in `folder`, of a recorded one, or of a synthetic one."""
    recorded = folder or TAPES_BESIDE / RECORDED
    if recorded.exists():
        tape, name = read_tape(recorded), recorded.name
    else:
        tape = synthetic_tape(seed=7, duration_ns=400 * NS_PER_S, start_ns=NS_PER_S)
        name = "synthetic"
    watched = watch(tape)
    several = len(tape.instruments) > 1 and len({i.symbol for i in tape.instruments}) == 1
    result = Resting(
        tape=name,
        derived=any(i.venue.startswith("derived") for i in tape.instruments),
        horizons_s=HORIZONS,
        scores=_scores(watched, tape),
        pegged=pegged_orders(watched),
        drifts=_drifts(watched),
        choices=choices(watched) if several else (),
        runs=runs(tape) if several else (),
        cost=cost(tape),
        pictures=(),
    )
    OUT.mkdir(exist_ok=True)
    written = OUT / f"resting-{name}.json"
    written.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n")
    pictures = (str(written), *draw(name, result.scores, OUT))
    return msgspec.structs.replace(result, pictures=pictures)


def _scores(watched: Watched, tape: Tape) -> tuple[Score, ...]:
    ways = (("frozen at half", frozen(watched.learned)), ("goes on learning", online))
    judges: list[tuple[str, Outcome]] = [
        ("paper venue", lambda o, h: o.filled_by(h)),
        ("paper venue, optimistic queue", lambda o, h: o.optimistic[HORIZONS.index(h)]),
    ]
    venue = tape.instruments[0].venue
    events = sorted(EVENTS_BESIDE.glob(f"{venue}_*.parquet")) if EVENTS_BESIDE.exists() else []
    if events and len(tape.instruments) == 1:
        told = truths(events[0], tape.instruments[0], watched.orders)
        truth = {t.posted.number: t for t in told}
        judges += [
            ("executions", lambda o, h: truth[o.number].filled_by(h, or_passed=False)),
            ("executions or passed", lambda o, h: truth[o.number].filled_by(h, or_passed=True)),
        ]
    return tuple(
        score(watched, how, foretell, by, outcome)
        for by, outcome in judges
        for how, foretell in ways
    )


def _drifts(watched: Watched) -> tuple[Drift, ...]:
    _, second = halves(watched)
    told: list[Drift] = []
    for i, instrument in enumerate(watched.tape.instruments):
        mine = [o for o in second if o.instrument == i and o.place == 0]
        if not mine:
            continue
        known = [
            (msgspec.structs.replace(watched.learned[i], swing=o.swing), o.side, o.place, o.queue)
            for o in mine
        ]
        after = sum(adverse(*k) for k in known) / len(mine) / WHOLE * 10_000
        waits = [sum(away(*k)[n] for k in known) for n in range(len(HORIZONS))]
        told.append(
            Drift(instrument.venue, after, tuple([w / len(mine) / WHOLE * 10_000 for w in waits]))
        )
    return tuple(told)


def told(result: Resting) -> str:
    """Return the tables for a reader."""
    lines = [f"{result.tape}{' (with DERIVED venues: a model)' if result.derived else ''}"]
    horizons = " ".join(f"{h:>5} s" for h in result.horizons_s)
    for s in result.scores:
        lines += [
            f"-- {s.how}, judged by: {s.judged_by} ({s.orders} orders)",
            f"   slope {_number(s.slope)} over {s.buckets} buckets, {_number(s.slope_of_bins)} over bins",
            f"   Brier {s.brier:.4f}, of a constant {s.brier_constant:.4f}",
            f"   {'until':9} {horizons}",
            f"   {'foretold':9} {_shares(s.foretold)}",
            f"   {'filled':9} {_shares(s.filled)}",
            *(f"   bin {b.foretold:.3f} -> {b.filled:.3f} ({b.orders})" for b in s.bins),
        ]
    lines += [
        f"-- pegged at the touch, {p.venue}: foretold {_shares(p.foretold)}, "
        f"Kaplan-Meier {_shares(p.estimated)}; {p.left:.0%} were left"
        for p in result.pegged
    ]
    lines += [
        f"-- mid, {d.venue}: {d.adverse_bps:.2f} bps against in 5 s after a fill; away from those "
        f"not filled {' '.join(f'{a:.2f}' for a in d.away_bps)} bps"
        for d in result.drifts
    ]
    for c in result.choices:
        lines.append(f"-- one order to trade within {c.deadline_s} s, {c.decisions} decisions")
        lines += [
            f"   {w.name:22} {w.cost_bps:7.3f} bps, against the rule {w.against_rule_bps:+.3f} "
            f"[{w.low_bps:+.3f}, {w.high_bps:+.3f}]"
            for w in c.ways
        ]
    lines += [_run(r) for r in result.runs]
    spent = result.cost
    lines += [
        f"-- books alone {spent.books_m_events_s:.1f} M events/s, {spent.books_ratio:.2f} of without",
        f"-- replay {spent.replay_m_events_s:.2f} M events/s, {spent.replay_ratio:.2f} of without",
        f"-- {spent.fate_us:.0f} us to foretell an order, {spent.bytes_a_venue >> 10} kB a venue",
        *(f"written to {picture}" for picture in result.pictures),
    ]
    return "\n".join(lines)


def _run(r: Run) -> str:
    shortfall = "-" if r.shortfall_bps is None else f"{Decimal(r.shortfall_bps):.3f}"
    maker = "-" if r.maker_share is None else f"{Decimal(r.maker_share) * 100:.1f}%"
    how = f"learned ({r.judged} judged, {r.taken_early} early)" if r.learn else "by the rule"
    return f"   {r.name:17} {r.side:4} {r.quantity:>4} {shortfall:>9} bps, maker {maker:>6}, {how}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _shares(values: tuple[float, ...]) -> str:
    return " ".join(f"{v:7.3f}" for v in values)
