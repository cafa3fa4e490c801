"""What can go wrong, by fate.

FathomError
+-- InputError             the user's: a file, field or value is wrong (exit code 2)
|   +-- TapeError          a recorded tape is malformed
+-- VenueError
|   +-- VenueProtocolError the venue's: it broke its own rules; quarantine venue and order
|   +-- VenueUnreachable   the weather: back off and try again (exit code 4)
+-- RecoveryRefused        the journal cannot be trusted: safe mode (exit code 5)

Our own bugs are AssertionError, ValueError and the like: they halt (exit code 70).
"""


class FathomError(Exception):
    """Every error that is not a bug of ours."""


class InputError(FathomError):
    """Something the user gave is wrong; the message names file, field, value and remedy."""


class TapeError(InputError):
    """A tape is malformed; the message names file, row and reason."""


class VenueError(FathomError):
    """Something is wrong at or on the way to a venue."""


class VenueProtocolError(VenueError):
    """A venue said what it cannot say; the order and the venue are quarantined."""


class VenueUnreachable(VenueError):
    """A venue does not answer; nothing is known to have happened."""


class RecoveryRefused(FathomError):
    """The journal fails its own proof; only reading and cancelling is allowed."""
