"""What every test shares: how hypothesis runs here, and that Ctrl-C can be tested."""

import os
import signal
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, settings

# No deadline: nothing timed sits in the suite, and a first kernel call compiles for seconds.
# Every run explores new examples, but CI: there the same commit is judged by the same examples each time,
# so that red means this change. What exploring finds is kept as an example or a story.
settings.register_profile("fathom", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("fathom"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "fathom")

# A shell without job control starts background commands deaf to Ctrl-C, and children inherit that:
# the tests that interrupt a process need one that listens, also when CI runs in the background.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Keep the tests of a file in one process, for what they share, but those that ask for their own."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(str(item.path)))
