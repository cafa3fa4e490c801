"""What tape does a seed give: five venues of one asset, calibrated to recorded books?"""

import numpy as np

from venues.model.ids import Symbol
from venues.model.market import Int64s
from venues.synthetic.draws import Draws
from venues.synthetic.levels import BookModel
from venues.synthetic.path import Common, Prints, Touch, common_path, venue_prints, venue_touch
from venues.synthetic.profile import BTC_USDT, FIVE_VENUES, Profile
from venues.tape.recording import Recording, Tape, make_tape, read_only, read_only_flags

_LEAD_NS = 1_000_000_000  # the common path begins before the first message


def synthetic_tape(
    *, seed: int, duration_ns: int, start_ns: int, symbol: Symbol = BTC_USDT
) -> Tape:
    """Return a tape of five invented venues around 60,000, from `start_ns` for `duration_ns`.

    The same on every machine for the same arguments. Every first message is a snapshot, known
    within 60 ms or so of `start_ns`; nothing is known later than the end. ValueError: a negative
    seed or time, or less than a second.
    """
    if seed < 0 or start_ns < _LEAD_NS or duration_ns < 1_000_000_000:
        raise ValueError(f"seed {seed}, start {start_ns}, duration {duration_ns}: out of range")
    end_ns = start_ns + duration_ns
    common = common_path(Draws(seed, 0), start_ns - _LEAD_NS, end_ns)
    recordings = [
        _recording(Draws(seed, number), profile, common, symbol, start_ns, end_ns)
        for number, profile in enumerate(FIVE_VENUES, start=1)
    ]
    return make_tape(f"synthetic-{seed}", recordings, start_ns=start_ns, end_ns=end_ns)


def _recording(
    draws: Draws, profile: Profile, common: Common, symbol: Symbol, start_ns: int, end_ns: int
) -> Recording:
    touch = venue_touch(draws, profile, common, start_ns, end_ns)
    prints = venue_prints(draws, profile, common, touch)
    rows = BookModel(draws, profile).evolve(touch, _traded(touch, prints))
    messages = int(np.searchsorted(touch.local_ns, end_ns, side="right"))
    starts = np.append(0, np.cumsum(rows.per_message))[: messages + 1]
    trades = int(np.searchsorted(prints.local_ns, end_ns, side="right"))
    none = read_only(np.zeros(0, dtype=np.int64))
    return Recording(
        instrument=profile.instrument(symbol),
        msg_exchange_ns=read_only(touch.exchange_ns[:messages]),
        msg_local_ns=read_only(touch.local_ns[:messages]),
        msg_snapshot=read_only_flags(np.arange(messages) == 0),
        msg_start=read_only(starts),
        row_key=read_only(rows.keys[: starts[-1]]),
        row_lots=read_only(rows.lots[: starts[-1]]),
        trade_exchange_ns=read_only(prints.exchange_ns[:trades]),
        trade_local_ns=read_only(prints.local_ns[:trades]),
        trade_is_buy=read_only_flags(prints.is_buy[:trades]),
        trade_tick=read_only(prints.tick[:trades]),
        trade_lots=read_only(prints.lots[:trades]),
        deriv_exchange_ns=none,
        deriv_local_ns=none,
        deriv_kind=none,
        deriv_value_e12=none,
        deriv_next_ns=none,
    )


def _traded(touch: Touch, prints: Prints) -> Int64s:
    """Return m x 2 lots that traded against the best bid and ask between messages m - 1 and m."""
    traded = np.zeros((len(touch.bid) + 1, 2), dtype=np.int64)
    after = np.searchsorted(touch.exchange_ns, prints.exchange_ns, side="right")
    np.add.at(traded, (after, prints.is_buy.astype(np.int64)), prints.lots)
    return traded[:-1]
