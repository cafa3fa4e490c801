"""Where are the recorded books and the independent judge of plans, and does this machine have them?"""

import os
from pathlib import Path

import pytest

_BESIDE_THE_REPOSITORY = Path(__file__).resolve().parents[2] / "shared"


def shared_file(name: str) -> Path:
    """Return a file that is shared between repositories, or skip the test where there is none."""
    root = Path(os.environ.get("FATHOM_SHARED", _BESIDE_THE_REPOSITORY))
    path = root / name
    if not path.exists():
        pytest.skip(f"no {name} in {root}; set FATHOM_SHARED to the folder that has it")
    return path
