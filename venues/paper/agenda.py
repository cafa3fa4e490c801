"""What is a paper venue about to do: a request that comes in, an end or a waking of its own?"""

from dataclasses import dataclass

from venues.paper.answers import Request
from venues.paper.truth import PaperOrder


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The venue's own decision to cancel an order, to be carried out at its time."""

    order: PaperOrder


@dataclass(frozen=True, slots=True)
class Activation:
    """The price of the venue's own that a dormant order waits for, at its time."""

    order: PaperOrder


Due = Request | Withdrawal | Activation
