"""When does each leg of a plan leave, so that all arrive together?"""

from collections.abc import Sequence


def offsets_ns(ways_ns: Sequence[int | None], within_ns: int) -> list[int]:
    """Return how long each leg waits before it leaves, 0 <= wait <= `within_ns`.

    `ways_ns`: how long each travels, None = never measured: it leaves at once. All wait for the
    farthest that lies within `within_ns` of the nearest; whoever is farther holds nobody up.
    """
    known = [way for way in ways_ns if way is not None]
    if len(known) < 2:
        return [0] * len(ways_ns)
    nearest = min(known)
    far = max(way for way in known if way - nearest <= within_ns)
    return [0 if way is None else max(far - way, 0) for way in ways_ns]
