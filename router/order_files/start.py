"""When does a parent start: ISO 8601 to wall nanoseconds."""

import re
from datetime import UTC, datetime
from typing import Final

from router.documents.fields import wrong

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FRACTION: Final = re.compile(r"(?<=:[0-9]{2})\.([0-9]+)")
_NS_DIGITS: Final = 9
_REMEDY: Final = 'must be ISO 8601 with a time zone, e.g. "2026-01-31T09:30:00Z"'


def start_ns(value: object) -> int:
    """Return wall ns since the epoch of an ISO 8601 text or a TOML date-time; exact to the ns."""
    fraction = ""
    if isinstance(value, str):
        # Cut off first: datetime would silently drop everything beyond microseconds.
        found = _FRACTION.search(value)
        if found:
            fraction = found.group(1)
            value = value[: found.start()] + value[found.end() :]
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise wrong(_REMEDY) from None
    if not isinstance(value, datetime) or len(fraction) > _NS_DIGITS:
        raise wrong(_REMEDY)
    if value.tzinfo is None:
        raise wrong('say in which time zone: append Z for UTC, e.g. "2026-01-31T09:30:00Z"')
    since = value - _EPOCH
    seconds = since.days * 86_400 + since.seconds
    if not 0 < seconds < (1 << 63) // 1_000_000_000:
        raise wrong("must lie between 1970 and 2262")
    return (
        seconds * 1_000_000_000
        + since.microseconds * 1_000
        + int(fraction.ljust(_NS_DIGITS, "0") or 0)
    )
