"""Which code must be ready before time counts? All of it: a miniature market is played once.

Compiling a kernel takes seconds the first time on a machine; no order shall wait for that.
"""

from decimal import Decimal

import numpy as np

from router.app.assembly import assemble, search_of, use_kernels
from router.app.replaying import play
from router.journal.memory import MemoryJournal
from router.routing.cost import curve
from router.routing.exact import Problem, solve
from router.settings.fields import Settings
from router.settings.reader import default_config, read_settings
from strategies.spec import ParentSpec, TakeParams, TwapParams
from venues.model.ids import ParentId
from venues.model.order import Side
from venues.synthetic.market import synthetic_tape

_S_NS = 1_000_000_000


def warm(settings: Settings) -> None:
    """Play four seconds of the embedded market with a resting and a taking parent, in memory."""
    tape = synthetic_tape(seed=1, duration_ns=4 * _S_NS, start_ns=_S_NS)
    symbol = tape.instruments[0].symbol
    specs = [
        ParentSpec(
            id=ParentId("warm-rest"),
            symbol=symbol,
            side=Side.BUY,
            quantity=Decimal(1),
            params=TwapParams(horizon_s=2, slices=2, passive_fraction=Decimal("0.5")),
        ),
        ParentSpec(
            id=ParentId("warm-take"),
            symbol=symbol,
            side=Side.SELL,
            quantity=Decimal(60),  # enough levels for the kernel of the sweep to be worth a call
            params=TakeParams(),
        ),
    ]
    paper = assemble(tape, settings, specs, seed=1, kernels=use_kernels(), journal=MemoryJournal())
    play(paper, specs)
    _warm_split()


def _warm_split() -> None:
    """Split once what two venues offer at a fixed cost each; a market does not always ask for it."""
    held = curve(np.arange(1, 31), np.ones(30, np.int64), lot_grains=1, enough=30)
    problem = Problem(
        curves=[held, held],
        nets=[1, 1],
        steps=[1, 1],
        leasts=[1, 1],
        mosts=[30, 30],
        fixed=[1, 1],
        need=40,
    )
    solve(problem, by=search_of(kernels=use_kernels()))


def main() -> None:
    """Compile everything under the built-in config: the last step of an installation."""
    warm(read_settings(default_config()))
