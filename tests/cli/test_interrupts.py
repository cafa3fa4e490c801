"""Is a Ctrl-C that a compiler swallows still a Ctrl-C?"""

import contextlib
import os
import signal
import subprocess
import sys

import pytest

from router.app.interrupts import Remembered
from tests.cli.command import ROOT


def press_ctrl_c() -> None:
    """Do what a terminal does."""
    os.kill(os.getpid(), signal.SIGINT)


def test_a_swallowed_interrupt_is_raised_at_the_end_of_the_block() -> None:
    swallows = contextlib.suppress(KeyboardInterrupt)  # as a callback from C does
    with pytest.raises(KeyboardInterrupt), Remembered(), swallows:
        press_ctrl_c()


def test_an_interrupt_that_became_an_error_is_an_interrupt() -> None:
    with pytest.raises(KeyboardInterrupt) as raised, Remembered():  # noqa: PT012 - as above
        try:
            press_ctrl_c()
        except KeyboardInterrupt as interrupt:
            raise RuntimeError("no compiled object yet") from interrupt
    assert isinstance(raised.value.__cause__, RuntimeError)


def test_other_errors_and_other_listeners_are_left_alone() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(RuntimeError, match="ours"), Remembered():
        raise RuntimeError("ours")
    with Remembered():
        pass
    assert signal.getsignal(signal.SIGINT) is before


def test_before_anything_has_begun_the_process_ends_at_once_and_tidies_the_terminal() -> None:
    script = (
        "import os, signal\n"
        "from router.app.interrupts import at_once\n"
        "with at_once(b'tidy'):\n"
        "    try:\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "    finally:\n"
        "        print('never')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "tidy", "fathom: interrupted\n")
