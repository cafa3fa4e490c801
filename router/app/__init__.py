"""Where everything is put together: the only place that names concrete venues and strategies."""

from router.app.commands import run_paper, run_replay

__all__ = ["run_paper", "run_replay"]
