"""Can the harness fail? Every planted bug must be caught by a broken promise."""

import pytest

from tests.faults.campaign import hunt
from tests.faults.planted import BUGS, Bug


@pytest.mark.parametrize("bug", BUGS, ids=[bug.name for bug in BUGS])
def test_a_planted_bug_is_caught(bug: Bug) -> None:
    catch = hunt(bug)
    assert catch.caught, f"{bug.name}: {catch.by or 'nobody noticed'}"
