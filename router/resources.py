"""Where do the files live that travel with the package: configs and example orders."""

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).parent


def config_folder() -> Path:
    """Return the folder of the configs: inside the installed package, or beside it in a checkout."""
    return _travelled("config")


def examples_folder() -> Path:
    """Return the folder of the example orders, likewise."""
    return _travelled("examples")


def _travelled(name: str) -> Path:
    installed = _PACKAGE / f"_{name}"
    return installed if installed.is_dir() else _PACKAGE.parent / name
