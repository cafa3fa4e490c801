"""Where everything is put together: the only place that names concrete venues and strategies."""

from router.app.replaying import run_replay

__all__ = ["run_replay"]
