"""Is a run under faults the same run live and replayed, on kernels and without?"""

import dataclasses

import pytest

from tests.faults.profile import Profile, draw
from tests.faults.run import Run


def digest_of(profile: Profile) -> str:
    run = Run(profile)
    run.play()
    return run.world.desk.engine.core.state.digest.hexdigest()


@pytest.mark.parametrize("seed", [3, 8, 14])
def test_the_asyncio_loop_and_the_replay_agree_while_venues_fail(seed: int) -> None:
    calm = dataclasses.replace(draw(seed), crash_rates={}, slow_disk=0.0)
    replayed = digest_of(dataclasses.replace(calm, live=False))
    assert digest_of(dataclasses.replace(calm, live=True)) == replayed


@pytest.mark.parametrize("seed", [2, 5, 13])
def test_kernels_and_plain_python_agree_while_venues_fail_and_we_die(seed: int) -> None:
    profile = dataclasses.replace(draw(seed), live=False)
    compiled = digest_of(dataclasses.replace(profile, kernels=True))
    assert digest_of(dataclasses.replace(profile, kernels=False)) == compiled
