"""Where are the recorded tapes that acceptance runs on, and is this machine one that has them?"""

import os
from pathlib import Path

import pytest

_BESIDE_THE_REPOSITORY = Path(__file__).resolve().parents[2] / "shared" / "tapes"


def shared_tape(name: str) -> Path:
    """Return the folder of a recorded tape, or skip the test where there is none."""
    root = Path(os.environ.get("FATHOM_TAPES", _BESIDE_THE_REPOSITORY))
    folder = root / name
    if not (folder / "tape.toml").exists():
        pytest.skip(f"no recorded tape {name} in {root}; set FATHOM_TAPES to the folder of tapes")
    return folder
