"""The engine around strategies and venues; public names are loaded lazily."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from router.app.python_api import Handle, Router, Update

__version__ = "0.1.0"
__all__ = ["Handle", "Router", "Update", "__version__"]


def __getattr__(name: str) -> object:
    """Load the Python API only when it is asked for (PEP 562): the command line stays light."""
    if name in {"Handle", "Router", "Update"}:
        from router.app import python_api

        return getattr(python_api, name)
    raise AttributeError(f"module 'router' has no attribute {name!r}")
