"""How long is the way to each venue? Round trips of our own orders, the last few of them."""

from dataclasses import dataclass, field
from typing import Final

from venues.model.ids import VenueId

# Few, so that a way that has changed is soon believed; enough for strays not to matter.
SAMPLES_MOST: Final = 9


@dataclass(slots=True)
class Trips:
    """Round trips per venue in ns, oldest first: from leaving to the first answer about an order."""

    rounds: dict[VenueId, tuple[int, ...]] = field(default_factory=dict)
    _ways: dict[VenueId, int] = field(default_factory=dict, compare=False)  # follows from `rounds`

    def measured(self, venue: VenueId, round_ns: int) -> None:
        """Take in one more round trip."""
        rounds = self.rounds[venue] = (*self.rounds.get(venue, ()), round_ns)[-SAMPLES_MOST:]
        self._ways = {**self._ways, venue: sorted(rounds)[(len(rounds) - 1) // 2] // 2}

    def ways_ns(self) -> dict[VenueId, int]:
        """Return the way there per venue that was measured: half of the (lower) median round trip.

        The median bears almost half of the answers coming late. That both ways take equally long
        is an assumption: without a common clock nobody can tell them apart.
        """
        return self._ways
