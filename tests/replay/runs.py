"""How do tests run whole replays: by the replay kernel, by the asyncio loop, in another process?"""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from router.app.assembly import Paper, assemble
from router.app.output import JOURNAL, report_of, write_run
from router.app.own_strategies import load_own
from router.app.replaying import play
from router.app.session import live_over
from router.engine.inputs import Input, SubmitParent
from router.journal.sqlite import DURABLE, GROUPED, Durability, open_journal
from router.reports.summary import Report
from router.runtime.clocks import VirtualClock
from router.runtime.virtual import run_virtual
from router.settings.fields import Settings
from router.settings.reader import default_config, read_settings
from strategies.spec import ParentSpec, RestParams, TakeParams, TwapParams
from venues.model.ids import ParentId, Symbol
from venues.model.order import Side
from venues.tape.recording import Tape

BTC = Symbol("BTC/USDT")
SECOND = 1_000_000_000


def several_parents(*, horizon_s: int, quantity: str, symbol: Symbol = BTC) -> list[ParentSpec]:
    """Return a passive jittered TWAP, a parent that rests and one that takes, all at once."""
    whole = Decimal(quantity)
    return [
        ParentSpec(
            id=ParentId("twap"),
            symbol=symbol,
            side=Side.BUY,
            quantity=whole,
            limit_bps=Decimal(50),
            params=TwapParams(
                horizon_s=horizon_s,
                slices=6,
                size_jitter=Decimal("0.3"),
                time_jitter=Decimal("0.4"),
                passive_fraction=Decimal("0.5"),
            ),
        ),
        ParentSpec(
            id=ParentId("rest"),
            symbol=symbol,
            side=Side.SELL,
            quantity=whole / 10,
            params=RestParams(deadline_s=horizon_s - 2),
        ),
        ParentSpec(
            id=ParentId("take"),
            symbol=symbol,
            side=Side.BUY,
            quantity=whole / 2,
            params=TakeParams(),
        ),
    ]


def replayed(
    tape: Tape,
    specs: Sequence[ParentSpec],
    out: Path,
    *,
    kernels: bool,
    seed: int = 1,
    faults: str = "",
    script: Sequence[tuple[int, Input]] = (),
    learns: bool = True,
    fills: bool = True,
) -> Report:
    """Replay in virtual time and write the run to `out`; `faults`: more lines of the config."""
    with _assembled(tape, specs, out, kernels, seed, faults, GROUPED, learns, fills) as paper:
        play(paper, specs, script)
    return _written(paper, out)


def lived(
    tape: Tape,
    specs: Sequence[ParentSpec],
    out: Path,
    *,
    kernels: bool,
    seed: int = 1,
    faults: str = "",
    script: Sequence[tuple[int, Input]] = (),
    fills: bool = True,
) -> Report:
    """Run the asyncio loop on a virtual clock, every commit on disk, and write the run to `out`."""
    with _assembled(tape, specs, out, kernels, seed, faults, DURABLE, fills=fills) as paper:
        _live(paper, specs, script)
    return _written(paper, out)


@contextlib.contextmanager
def _assembled(
    tape: Tape,
    specs: Sequence[ParentSpec],
    out: Path,
    kernels: bool,
    seed: int,
    faults: str,
    durability: Durability,
    learns: bool = True,
    fills: bool = True,
) -> Iterator[Paper]:
    """Put a run together in `out`; its journal is closed after the block."""
    out.mkdir(parents=True)
    journal = open_journal(out / JOURNAL, durability)
    try:
        settings = _settings(out, faults, learns, fills)
        own = load_own(settings, out.parent)
        yield assemble(tape, settings, specs, seed=seed, kernels=kernels, journal=journal, own=own)
    finally:
        journal.close()


def _settings(out: Path, faults: str, learns: bool, fills: bool) -> Settings:
    if not faults and learns and fills:
        return read_settings(default_config())
    text = default_config().read_text()
    on, off = "learn_depth = true", "learn_depth = false"
    assert on in text
    assert "learn_fills = true" in text
    text = text if fills else text.replace("learn_fills = true", "learn_fills = false")
    config = out.with_suffix(".toml")
    config.write_text((text if learns else text.replace(on, off)) + faults)
    return read_settings(config)


def _live(paper: Paper, specs: Sequence[ParentSpec], script: Sequence[tuple[int, Input]]) -> None:
    clock = VirtualClock(paper.tape.start_ns)

    async def main() -> None:
        live = live_over(paper, clock, lambda _: None, script)
        paper.desk.write([paper.opening], clock.now_ns(), clock.wall_ns())
        for spec in specs:
            await live.put(SubmitParent(spec))
        running = asyncio.create_task(live.run())
        quiet = asyncio.create_task(live.quiet())
        await asyncio.wait({running, quiet}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    run_virtual(main, clock)


def _written(paper: Paper, out: Path) -> Report:
    report = report_of(paper, 0)
    write_run(out, paper, report)
    return report
