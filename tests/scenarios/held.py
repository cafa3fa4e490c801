"""Is an exit, with all that is open or in doubt, ever more than its entry holds?"""

from collections.abc import Sequence

from router.orders.child import together
from router.orders.parent import Parent
from venues.model.instrument import Instrument


def check_exit(exit_: Parent, entry: Parent, instruments: Sequence[Instrument]) -> None:
    """Insist that it is not, at no venue and not in all."""
    assert exit_.filled + exit_.reserved <= entry.filled, exit_
    for instrument in instruments:
        bought = [c for c in entry.children.values() if c.submit.venue == instrument.venue]
        sold = [c for c in exit_.children.values() if c.submit.venue == instrument.venue]
        held = sum(c.filled - c.base_fees for c in bought)
        if exit_.guard is None:
            open_ = sum(quantity for _, quantity in together(sold))
            assert sum(c.filled for c in sold) + open_ <= held, (instrument.venue, sold)
            continue
        # What its venue lets it trade of more than is held is the fake venue's to say.
        assert sum(c.filled for c in sold) <= held, (instrument.venue, sold)
