"""Which code must be ready before time counts? All of it: a miniature market is played once.

Compiling a kernel takes seconds the first time on a machine; no order shall wait for that.
"""

from decimal import Decimal

from router.app.assembly import assemble, use_kernels
from router.app.replaying import play
from router.journal.memory import MemoryJournal
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


def main() -> None:
    """Compile everything under the built-in config: the last step of an installation."""
    warm(read_settings(default_config()))
