"""How does an engine get back what it knew? It folds its journal, before anything else happens."""

from router.engine.core import Core
from router.engine.fold import fold_row
from router.journal.ports import Journal
from router.runtime.desk import Listener


def recover(core: Core, journal: Journal, listener: Listener) -> int:
    """Fold every committed row into `core`, which knows nothing yet; return the last engine time.

    `listener` hears of each record again, so that reports reach back over the restart.

    The driver then steps `Recovered()`, which asks the venues about every child, and goes on. A
    journal without rows is a run that never began: 0. Raises RecoveryRefused: a row fails its
    proof, is of an unknown kind or version, of another run, or contradicts those before.
    """
    last_ns = 0
    for row in journal.rows():
        record = fold_row(core.state, core.run, row.seq, row.kind, row.body)
        listener.followed([record], row.mono_ns)
        last_ns = max(last_ns, row.mono_ns)
    return last_ns
