"""Do stops fire at the same instant, and do the same, live and in replay, compiled and plain?"""

from decimal import Decimal
from pathlib import Path

import pytest

from strategies.spec import LegSpec, OcoParams, Params, ParentSpec, RestParams, ThenSpec, TwapParams
from strategies.stop_params import LimitStopParams
from tests.replay.runs import BTC, SECOND, lived, replayed
from tests.replay.test_same_engine import told, whole
from venues.model.ids import ParentId
from venues.model.order import Side
from venues.synthetic.market import synthetic_tape


def stop(*, trail: str, source: str, debounce_ms: int, gap: str) -> LimitStopParams:
    return LimitStopParams(
        trail_bps=Decimal(trail),
        trail_step_bps=Decimal("0.1"),
        trigger_source=source,
        debounce_ms=debounce_ms,
        max_slip_bps=Decimal(5),
        cross_after_s=1,
        rest_after_s=1,
        gap_policy=gap,
    )


def group(profit_bps: str, trail: str) -> Params:
    return OcoParams(
        legs=(
            LegSpec(name="take_profit", params=RestParams(), limit_bps=Decimal(profit_bps)),
            LegSpec(
                name="stop", params=stop(trail=trail, source="mid", debounce_ms=0, gap="widen")
            ),
        )
    )


STOPS = (
    stop(trail="0.5", source="mid", debounce_ms=0, gap="widen"),
    stop(trail="0.7", source="last", debounce_ms=300, gap="rest"),
    stop(trail="1", source="mid", debounce_ms=50, gap="cross"),
    group("0", "0.8"),
    group("1", "0.4"),
)


def parents(stops: tuple[Params, ...]) -> list[ParentSpec]:
    return [
        ParentSpec(
            id=ParentId(f"stop-{n}"),
            symbol=BTC,
            side=(Side.SELL, Side.BUY)[n % 2],
            quantity=Decimal(3),
            params=params,
        )
        for n, params in enumerate(stops)
    ]


def entry_with_exit() -> ParentSpec:
    return ParentSpec(
        id=ParentId("entry"),
        symbol=BTC,
        side=Side.BUY,
        quantity=Decimal(12),
        params=TwapParams(horizon_s=6, slices=6, passive_fraction=Decimal("0.4")),
        then=ThenSpec(params=group("0.5", "0.6")),
    )


@pytest.mark.parametrize("kernels", [False, True], ids=["plain", "kernels"])
def test_stops_are_the_same_to_the_byte_live_and_in_replay(
    tmp_path: Path, *, kernels: bool
) -> None:
    tape = synthetic_tape(seed=3, duration_ns=12 * SECOND, start_ns=SECOND)
    specs = [*parents(STOPS), entry_with_exit()]
    live = lived(tape, specs, tmp_path / "live", kernels=kernels)
    replay = replayed(tape, specs, tmp_path / "replay", kernels=kernels)
    plain = replayed(tape, specs, tmp_path / "plain", kernels=False)
    assert whole(live) == whole(replay) == whole(plain)
    assert told(tmp_path / "live") == told(tmp_path / "replay") == told(tmp_path / "plain")
    assert all(Decimal(parent.filled) > 0 for parent in live.parents), live.parents
    assert live.parents[-1].id == "entry/exit"
