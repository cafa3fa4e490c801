"""Can the harness fail? Every planted bug must be caught by a broken promise."""

import pytest

from tests.faults.campaign import hunt
from tests.faults.planted import BUGS, Bug

# Each hunt takes seconds: any process may take the next one.
_HUNTS = [pytest.param(bug, id=bug.name, marks=pytest.mark.xdist_group(bug.name)) for bug in BUGS]


@pytest.mark.parametrize("bug", _HUNTS)
def test_a_planted_bug_is_caught(bug: Bug) -> None:
    catch = hunt(bug)
    assert catch.caught, f"{bug.name}: {catch.by or 'nobody noticed'}"
