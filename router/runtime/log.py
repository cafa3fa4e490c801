"""What is written while it runs: one JSON object a line, redacted, never a flood.

Every line has the keys of `KEYS`, null where they do not apply. No global state is configured: the
logger is a value that the composition root makes and hands on, and pure code does not have one.
"""

import logging
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Final, TextIO

import structlog
from structlog.typing import FilteringBoundLogger

from router.runtime.redaction import Redaction, Secrets
from venues.ports import Clock

KEYS: Final = ("at", "level", "event", "parent", "order", "venue", "seq")

# Lines a second of one event: enough to see it, too few to fill a disk.
MOST_A_SECOND: Final = 20
_SECOND_NS: Final = 1_000_000_000
# Event names are constants of ours; a mistake must not turn the cap into a leak.
_MOST_EVENTS: Final = 1024


def make_logger(
    stream: TextIO,
    clock: Clock,
    secrets: Secrets,
    *,
    level: int = logging.INFO,
    most_a_second: int = MOST_A_SECOND,
) -> FilteringBoundLogger:
    """Return a logger that writes to `stream`; bind parent, order, venue, seq as they are known.

    A line that cannot be written is lost: there is nobody left to tell, and trading goes on.
    """
    logger: FilteringBoundLogger = structlog.wrap_logger(
        _Lines(stream),
        processors=[
            RateCap(clock, most_a_second),
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,  # the plain traceback: no local variables
            _Frame(clock),
            Redaction(secrets),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    return logger


def capture_stdlib(logger: FilteringBoundLogger) -> logging.Handler:
    """Send what libraries log through `logger`, from WARNING up; return the handler, to remove it.

    ccxt at DEBUG prints keys and signatures: below WARNING nothing of it is even made.
    """
    handler = _Bridge(logger)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("ccxt").setLevel(logging.WARNING)
    return handler


class RateCap:
    """At most so many lines a second of one event; the next one tells how many were left out."""

    def __init__(self, clock: Clock, most_a_second: int) -> None:
        self._clock = clock
        self._most = most_a_second
        self._counts: dict[str, tuple[int, int]] = {}  # event: (second began ns, lines in it)

    def __call__(
        self, logger: object, method: str, event: MutableMapping[str, object]
    ) -> MutableMapping[str, object]:
        name = str(event.get("event"))
        if name not in self._counts and len(self._counts) >= _MOST_EVENTS:
            name = ""  # all the rest share one budget
        now_ns = self._clock.now_ns()
        began_ns, lines = self._counts.get(name, (now_ns, 0))
        if now_ns - began_ns >= _SECOND_NS:
            if lines > self._most:
                event["suppressed"] = lines - self._most
            began_ns, lines = now_ns, 0
        self._counts[name] = (began_ns, lines + 1)
        if lines >= self._most:
            raise structlog.DropEvent
        return event


class _Frame:
    """The keys every line has, in their order, and when it was.

    Wall time as ISO 8601 in UTC, microseconds: for people; the order of events is what `seq` says.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __call__(
        self, logger: object, method: str, event: MutableMapping[str, object]
    ) -> Mapping[str, object]:
        seconds, rest_ns = divmod(self._clock.wall_ns(), _SECOND_NS)
        at = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest_ns // 1000)
        event["at"] = at.isoformat(timespec="microseconds")
        return {**dict.fromkeys(KEYS), **event}


class _Lines(structlog.WriteLogger):
    """Writes lines to a stream that may go away (a closed terminal, a full disk)."""

    def msg(self, message: str) -> None:
        try:
            super().msg(message)
        except (OSError, ValueError):  # ValueError: the stream was closed
            return

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg


class _Bridge(logging.Handler):
    """A handler of the standard library that says it through our logger."""

    def __init__(self, logger: FilteringBoundLogger) -> None:
        super().__init__(logging.WARNING)
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        event = f"library {record.name}"
        self._logger.log(record.levelno, event, message=_message(record), exc_info=record.exc_info)


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return str(record.msg)  # a library's format and arguments do not fit
