"""Does the synthetic market look like the recorded ones: spread, depth, lives, lags, distances?"""

from itertools import combinations
from typing import NamedTuple

import numpy as np
import pytest

from tests.unit.synthetic.observed import Observed, autocorrelation, observe, sampled
from venues.synthetic.market import synthetic_tape
from venues.synthetic.profile import FIVE_VENUES, Profile
from venues.tape.recording import Recording

START_NS = 1_700_000_000 * 10**9
SECONDS = 120


class Venue(NamedTuple):
    profile: Profile
    recording: Recording
    observed: Observed


@pytest.fixture(scope="module")
def market() -> list[Venue]:
    tape = synthetic_tape(seed=0, duration_ns=SECONDS * 10**9, start_ns=START_NS)
    return [
        Venue(profile, recording, observe(recording))
        for profile, recording in zip(FIVE_VENUES, tape.recordings, strict=True)
    ]


def test_the_spread_is_one_tick_most_of_the_time(market: list[Venue]) -> None:
    for venue in market:
        spread = venue.observed.ask - venue.observed.bid
        assert spread.min() == 1
        assert 0.75 < (spread == 1).mean() < 1


def test_depth_grows_with_distance_as_each_venue_promises(market: list[Venue]) -> None:
    for venue in market:
        for side in (0, 1):
            depth = np.median(venue.observed.depth_k[:, side], axis=0)
            at_1, at_5, at_10 = depth / venue.profile.depth_k
            assert 0.5 < at_1 < 2.0
            assert 0.65 < at_5 < 1.5
            assert 0.65 < at_10 < 1.5


def test_the_best_level_holds_two_to_five_percent_of_ten_bps(market: list[Venue]) -> None:
    for venue in market:
        share = venue.observed.best_k / venue.observed.depth_k[:, 0, 2]
        assert 0.02 < np.median(share) < 0.05
        assert 0.001 < np.quantile(share, 0.1) < 0.015


def test_a_level_five_times_the_best_is_often_near(market: list[Venue]) -> None:
    for venue in market:
        assert 0.1 < venue.observed.larger_within_5.mean() < 0.5


def test_levels_are_short_lived_near_the_touch(market: list[Venue]) -> None:
    for venue in market:
        lives_s = venue.observed.lives_s
        assert 0.1 < np.median(lives_s) < 0.8
        assert 0.12 < (lives_s <= 0.1).mean() < 0.44
        assert 0.52 < (lives_s <= 1.0).mean() < 0.82


def test_depth_moves_most_near_the_touch(market: list[Venue]) -> None:
    for venue in market:
        at_1, at_5, at_10 = np.log(venue.observed.depth_k[:, 0]).std(axis=0)
        assert 0.55 < at_1 < 1.4
        assert 0.15 < at_5 < 0.65
        assert 0.1 < at_10 < 0.5


def test_depth_is_remembered_for_a_second_and_forgotten_after_ten(market: list[Venue]) -> None:
    after_1, after_10 = [], []
    for venue in market:
        at_s = np.arange(venue.observed.seconds[0], venue.observed.seconds[-1], 0.1)
        depth = np.log(sampled(venue.observed, venue.observed.depth_k[:, 0, 1], at_s))
        after_1.append(autocorrelation(depth, 10))
        after_10.append(autocorrelation(depth, 100))
    assert 0.5 < np.mean(after_1) < 0.85
    assert abs(np.mean(after_10)) < 0.25


def test_mids_of_two_venues_are_a_third_to_two_thirds_of_a_bp_apart(market: list[Venue]) -> None:
    begin_s = max(venue.observed.seconds[0] for venue in market)
    at_s = np.arange(begin_s, market[0].observed.seconds[-1], 0.1)
    for one, other in combinations([v.observed for v in market], 2):
        apart = np.abs(sampled(one, one.mid, at_s) / sampled(other, other.mid, at_s) - 1) * 1e4
        assert 0.25 < np.median(apart) < 0.65


def test_each_venue_has_its_own_lag_with_jitter(market: list[Venue]) -> None:
    lags = []
    for venue in market:
        lag_ms = (venue.recording.msg_local_ns - venue.recording.msg_exchange_ns) / 1e6
        assert lag_ms.min() >= venue.profile.lag_ms
        assert np.median(lag_ms) < venue.profile.lag_ms + 10
        assert np.quantile(lag_ms, 0.99) > np.median(lag_ms) + 2
        lags.append(float(np.median(lag_ms)))
    assert lags == sorted(lags)
    assert 5 < lags[0] < lags[-1] < 60


def test_takers_lean_the_same_way_on_all_venues(market: list[Venue]) -> None:
    flows = [
        np.bincount(
            (venue.recording.trade_exchange_ns - START_NS) // 10**9,
            weights=np.where(venue.recording.trade_is_buy, 1.0, -1.0),
            minlength=SECONDS,
        )
        for venue in market
    ]
    for one, other in combinations(flows, 2):
        assert np.corrcoef(one, other)[0, 1] > 0.1


def test_buyers_come_before_the_price_rises(market: list[Venue]) -> None:
    alder = market[0]
    at_s = np.arange(alder.observed.seconds[0], alder.observed.seconds[-1], 1.0)
    move = np.diff(sampled(alder.observed, alder.observed.mid, at_s))
    trade_s = alder.recording.trade_exchange_ns / 1e9
    signs = np.where(alder.recording.trade_is_buy, 1.0, -1.0)
    flow = np.histogram(trade_s, bins=at_s, weights=signs)[0]
    assert np.corrcoef(move, flow)[0, 1] > 0.3


def test_messages_come_about_ten_a_second_and_change_some_dozens_of_levels(
    market: list[Venue],
) -> None:
    for venue in market:
        assert 9 < venue.recording.message_count / SECONDS < 13
        assert 10 < venue.recording.row_count / venue.recording.message_count < 60


def test_no_two_venues_are_the_same(market: list[Venue]) -> None:
    terms = [venue.recording.instrument for venue in market]
    assert len({(t.tick_size, t.lot_size, t.taker_fee, t.min_notional) for t in terms}) == 5
    assert len({t.taker_fee for t in terms}) == 5
    assert len({t.lot_size for t in terms}) >= 4
    assert len({round(float(np.median(v.observed.levels)), -1) for v in market}) >= 4


def test_now_and_then_size_is_shown_for_one_message_only(market: list[Venue]) -> None:
    dogwood = market[3]
    depth = dogwood.observed.depth_k[:, 0, 1]
    gone_again = (depth[1:-1] > 2 * depth[:-2]) & (depth[1:-1] > 2 * depth[2:])
    assert 5 < gone_again.sum() < 0.05 * len(depth)
