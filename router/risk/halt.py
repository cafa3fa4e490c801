"""Whether new risk is allowed at all: the halt flag, read before approval and again after the commit."""

from dataclasses import dataclass


@dataclass(slots=True)
class Halt:
    """Set once with a reason; cancels and queries still pass."""

    reason: str = ""

    @property
    def active(self) -> bool:
        """Return whether new risk is refused."""
        return bool(self.reason)

    def set(self, reason: str) -> None:
        """Stop new risk; the first reason stays."""
        if not self.reason:
            self.reason = reason
