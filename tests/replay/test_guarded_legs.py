"""Do guarded legs stand beside each other on a paper perp, however it is driven, proven from outside?"""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from strategies.spec import LegSpec, OcoParams, ParentSpec, RestParams, TakeParams, ThenSpec
from strategies.stop_params import LimitStopParams
from tests.oracle.check_report import check_report
from tests.oracle.re_execute import check
from tests.replay.runs import BTC, SECOND, lived, replayed
from tests.replay.test_same_engine import told, whole
from venues.model.ids import ParentId
from venues.model.instrument import Kind, ReduceOnly
from venues.model.order import Side
from venues.synthetic.market import synthetic_tape
from venues.tape.reader import read_tape
from venues.tape.recording import Tape, make_tape
from venues.tape.writer import write_tape


def perps(tape: Tape, said: ReduceOnly) -> Tape:
    """Return `tape` with two venues, both of perps that say so of reduce-only orders."""
    recordings = [
        replace(
            r, instrument=msgspec.structs.replace(r.instrument, kind=Kind.PERP, reduce_only=said)
        )
        for r in tape.recordings[:2]
    ]
    return make_tape(tape.name, recordings, start_ns=tape.start_ns, end_ns=tape.end_ns)


def target(name: str, bps: str) -> LegSpec:
    return LegSpec(name=name, params=RestParams(repeg_interval_ms=200), limit_bps=Decimal(bps))


def entries() -> list[ParentSpec]:
    """Return two positions taken at once, a long and a short one, each with legs the market reaches."""
    stop = LimitStopParams(
        trail_bps=Decimal("0.8"),
        trail_step_bps=Decimal("0.1"),
        max_slip_bps=Decimal(5),
        cross_after_s=1,
        rest_after_s=1,
        gap_policy="widen",
    )
    legs = (target("near", "0"), target("far", "0.2"), LegSpec(name="stop", params=stop))
    return [
        ParentSpec(
            id=ParentId(f"in-{side.value}"),
            symbol=BTC,
            side=side,
            quantity=Decimal(6),
            params=TakeParams(),
            account=f"desk-{side.value}",  # type: ignore[arg-type]  # an account is its name
            then=ThenSpec(params=OcoParams(legs=legs, mode="guarded")),
        )
        for side in Side
    ]


@pytest.mark.parametrize("seed", [3, 8])
def test_they_are_the_same_however_driven_and_every_fill_is_proven(
    tmp_path: Path, seed: int
) -> None:
    tape = perps(synthetic_tape(seed=seed, duration_ns=12 * SECOND, start_ns=SECOND), CAPPED)
    write_tape(tape, tmp_path / "tape")
    tape, specs = read_tape(tmp_path / "tape"), entries()
    live = lived(tape, specs, tmp_path / "live", kernels=True)
    replay = replayed(tape, specs, tmp_path / "replay", kernels=True)
    plain = replayed(tape, specs, tmp_path / "plain", kernels=False)
    assert whole(live) == whole(replay) == whole(plain)
    assert told(tmp_path / "live") == told(tmp_path / "replay") == told(tmp_path / "plain")
    verdict = check(tmp_path / "tape", tmp_path / "replay")
    assert verdict.passed, str(verdict)
    audit = check_report(tmp_path / "replay")
    assert audit.passed, str(audit)
    filled = {str(parent.id): Decimal(parent.filled) for parent in replay.parents}
    for side in Side:
        assert 0 < filled[f"in-{side.value}/exit"] <= filled[f"in-{side.value}"]
    assert beside(tmp_path / "replay")


CAPPED, SUMMED = ReduceOnly.CAPPED, ReduceOnly.SUMMED


@pytest.mark.parametrize("said", [ReduceOnly.UNSAID, SUMMED])
def test_where_the_venues_do_not_cap_them_no_two_legs_are_ever_open_at_once(
    tmp_path: Path, said: ReduceOnly
) -> None:
    tape = perps(synthetic_tape(seed=3, duration_ns=12 * SECOND, start_ns=SECOND), said)
    replayed(tape, entries(), tmp_path / "out", kernels=True)
    assert not beside(tmp_path / "out")


def beside(out: Path) -> bool:
    """Return whether two legs of an exit were in the book of their venues at one time."""
    rows = [json.loads(line) for line in (out / "orders.jsonl").read_text().splitlines()]
    legs = [r for r in rows if "/" in r["leg"] and r["arrived_ns"] and r["state"] != "rejected"]
    return any(
        a["parent"] == b["parent"]
        and a["leg"].split("/")[0] != b["leg"].split("/")[0]
        and a["arrived_ns"] < (b["closed_ns"] or 10**20)
        and b["arrived_ns"] < (a["closed_ns"] or 10**20)
        for a in legs
        for b in legs
    )
