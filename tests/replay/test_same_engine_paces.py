"""Promise 6 for what paces a parent: are clips, caps, pegs and rungs the same live and replayed?"""

from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from router.engine.inputs import AmendParent, Input, PauseParent, ResumeParent
from strategies.ladder_params import LadderParams
from strategies.spec import Params, ParentSpec, RestParams, TwapParams
from tests.replay.runs import BTC, SECOND, lived, replayed
from venues.model.ids import ParentId
from venues.model.order import Side
from venues.synthetic.market import synthetic_tape

LASTS_S = 12
HOW = TwapParams(
    horizon_s=7,
    slices=7,
    size_jitter=Decimal("0.3"),
    time_jitter=Decimal("0.4"),
    passive_fraction=Decimal("0.6"),
)


def parent(name: str, side: Side, quantity: str, params: Params, **common: object) -> ParentSpec:
    """Return one of the parents that work at the same time."""
    spec = ParentSpec(
        id=ParentId(name), symbol=BTC, side=side, quantity=Decimal(quantity), params=params
    )
    return msgspec.structs.replace(spec, **common)


PARENTS = [
    parent("clips", Side.BUY, "20", HOW, clip_min=Decimal(1), clip_max=Decimal(4)),
    parent("share", Side.SELL, "20", HOW, max_participation=Decimal("0.3")),
    parent(
        "patient",
        Side.BUY,
        "5",
        msgspec.structs.replace(HOW, leftover="rest_at_limit", pause="forfeit"),
        passive_only=True,
    ),
    parent("spread", Side.BUY, "5", msgspec.structs.replace(HOW, catch_up_mode="spread")),
    parent("mid", Side.BUY, "2", RestParams(peg="mid", deadline_s=9)),
    parent("behind", Side.BUY, "2", RestParams(peg="cumulative", peg_depth=Decimal(1))),
    parent(
        "ladder",
        Side.BUY,
        "8",
        LadderParams(rungs=4, first_bps=Decimal("0.5"), step_bps=Decimal("0.5"), deadline_s=9),
    ),
]


@pytest.mark.parametrize("kernels", [False, True], ids=["plain", "kernels"])
def test_every_pace_is_the_same_to_the_byte(tmp_path: Path, *, kernels: bool) -> None:
    tape = synthetic_tape(seed=5, duration_ns=LASTS_S * SECOND, start_ns=SECOND)
    begin_ns = tape.start_ns
    script: list[tuple[int, Input]] = [
        (begin_ns + 2 * SECOND, PauseParent(ParentId("patient"))),
        (begin_ns + 3 * SECOND, AmendParent(parent_id=ParentId("ladder"), quantity=Decimal(5))),
        (begin_ns + 4 * SECOND, ResumeParent(ParentId("patient"))),
        (begin_ns + 4 * SECOND, AmendParent(parent_id=ParentId("spread"), horizon_s=9)),
    ]
    replay = replayed(tape, PARENTS, tmp_path / "replay", kernels=kernels, script=script)
    live = lived(tape, PARENTS, tmp_path / "live", kernels=False, script=script)
    assert msgspec.structs.replace(replay, elapsed_s=0.0) == msgspec.structs.replace(
        live, elapsed_s=0.0
    )
    for name in ("fills.jsonl", "orders.jsonl", "plans.jsonl"):
        assert (tmp_path / "replay" / name).read_bytes() == (tmp_path / "live" / name).read_bytes()
    told = {p.id: p for p in replay.parents}
    assert all(Decimal(p.filled) > 0 for p in told.values()), told
    assert told[ParentId("patient")].maker_share == "1.000000"
    assert told[ParentId("ladder")].maker_share == "1.000000"
