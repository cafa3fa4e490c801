"""What does Ctrl-C do while kernels are compiled? The compiler drops what is raised in its callbacks."""

import contextlib
import os
import signal
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import Self

from router.exit_codes import ExitCode
from router.terminal import complain


@contextlib.contextmanager
def at_once(tidy: bytes) -> Iterator[None]:
    """End the process at the first Ctrl-C: where nothing has begun, and in the main thread only.

    `tidy` is written to the terminal before.
    """

    def leave(number: int, frame: FrameType | None) -> None:
        del number, frame
        os.write(1, tidy)
        complain("interrupted")
        os._exit(ExitCode.INTERRUPTED)

    before = signal.signal(signal.SIGINT, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class Remembered:
    """A block that a Ctrl-C leaves as KeyboardInterrupt, whoever swallowed it or made it an error.

    For the main thread only.
    """

    def __init__(self) -> None:
        self._struck = False

    def __enter__(self) -> Self:
        """Listen."""
        self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Raise KeyboardInterrupt if it should have been."""
        signal.signal(signal.SIGINT, self._before)
        if self._struck and not isinstance(error, KeyboardInterrupt):
            raise KeyboardInterrupt from error

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._struck = True
        signal.default_int_handler(number, frame)
