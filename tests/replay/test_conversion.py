"""A venue priced in another currency: the same engine however driven, and figures that agree."""

import json
from dataclasses import replace
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from router.app.assembly import assemble
from router.app.orders import check_spec
from router.journal.memory import MemoryJournal
from router.journal.sqlite import DURABLE, open_journal
from router.runtime.recovery import recover
from router.settings.reader import default_config, read_settings
from strategies.spec import ParentSpec
from strategies.stop_params import LimitStopParams
from tests.replay.runs import SECOND, lived, replayed, several_parents
from tests.replay.test_same_engine import told, whole
from venues.errors import InputError
from venues.model.ids import ParentId, Symbol
from venues.model.numbers import MONEY
from venues.model.order import Side
from venues.synthetic.market import synthetic_tape
from venues.tape.recording import Recording, Tape, make_tape

SPECS = several_parents(horizon_s=8, quantity="60")
CONFIG = """
[[market]]
symbol = "BTC/USDT"
[[market.member]]
venue = "alder"
symbol = "BTC/USDT"
[[market.member]]
venue = "birch"
symbol = "BTC/USDT"
[[market.member]]
venue = "cedar"
symbol = "BTC/USDC"
conversion_book = { venue = "elm", symbol = "USDC/USDT" }
[[market.member]]
venue = "dogwood"
symbol = "BTC/USDC"
conversion_book = { venue = "elm", symbol = "USDC/USDT" }
"""


def tape() -> Tape:
    """Two venues in USDT, two in USDC, and one that only tells what a USDC is worth."""
    made = synthetic_tape(seed=9, duration_ns=12 * SECOND, start_ns=SECOND)
    return make_tape(
        made.name,
        [_moved(r) for r in made.recordings],
        start_ns=made.start_ns,
        end_ns=made.end_ns,
    )


def _moved(recording: Recording) -> Recording:
    of = recording.instrument
    match of.venue:
        case "cedar" | "dogwood":
            of = msgspec.structs.replace(of, symbol=Symbol("BTC/USDC"))
        case "elm":
            # The path of a coin in other units: about one, with levels of some thousand dollars.
            first = int(recording.row_key[0]) // 2
            of = msgspec.structs.replace(
                of,
                symbol=Symbol("USDC/USDT"),
                tick_size=MONEY.quantize(Decimal(1) / first, Decimal("1e-12")),
                lot_size=of.lot_size * 2_000,
                taker_fee=Decimal("0.00002"),
            )
        case _:
            pass
    return replace(recording, instrument=of)


def plans(out: Path) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in (out / "plans.jsonl").read_text().splitlines()]
    return [row["plan"] for row in rows if "plan" in row]


def test_live_and_replay_kernels_and_plain_are_the_same_to_the_byte(tmp_path: Path) -> None:
    runs = {
        "live": lived(tape(), SPECS, tmp_path / "live", kernels=True, faults=CONFIG),
        "replay": replayed(tape(), SPECS, tmp_path / "replay", kernels=True, faults=CONFIG),
        "plain": replayed(tape(), SPECS, tmp_path / "plain", kernels=False, faults=CONFIG),
    }
    assert whole(runs["live"]) == whole(runs["replay"]) == whole(runs["plain"])
    assert told(tmp_path / "live") == told(tmp_path / "replay") == told(tmp_path / "plain")
    converted = [leg for p in plans(tmp_path / "live") for leg in p["legs"] if leg["conversion"]]
    assert len({leg["conversion"] for leg in converted}) > 1
    assert {parent.state for parent in runs["live"].parents} == {"done"}


def test_plans_walk_to_their_cost_over_the_books_and_rates_they_stored(tmp_path: Path) -> None:
    replayed(tape(), SPECS, tmp_path / "out", kernels=True, faults=CONFIG)
    terms = {i.venue: i for i in tape().instruments}
    walked = 0
    for plan in plans(tmp_path / "out"):
        sign = 1 if plan["side"] == "buy" else -1
        with localcontext(prec=60):
            for leg in plan["legs"]:
                seen = next(b for b in plan["books"] if b["venue"] == leg["venue"])
                of, left, cost = terms[leg["venue"]], leg["lots"], Decimal(0)
                rates = seen["rates"] or [1] * len(seen["ticks"])
                for tick, rate, lots in zip(seen["ticks"], rates, seen["lots"], strict=True):
                    here = min(left, lots)
                    cost += tick * of.tick_size * here * of.lot_size * rate
                    left -= here
                fee = 1 + sign * of.taker_fee
                assert Decimal(leg["cost"]) == cost * fee / seen["rate_parts"]
                walked += bool(seen["rates"])
            total = sum(Decimal(leg["cost"]) for leg in plan["legs"])
            assert total == Decimal(plan["expected_cost"])
        assert Decimal(plan["certified_gap"]) >= 0
    assert walked > 3


def test_fills_are_worth_what_the_decision_said_and_after_a_restart_still_are(
    tmp_path: Path,
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(default_config().read_text() + CONFIG)
    report = replayed(tape(), SPECS, tmp_path / "out", kernels=True, faults=CONFIG)
    assert report.parents
    settings = read_settings(config)
    paper = assemble(tape(), settings, SPECS, seed=1, kernels=False, journal=MemoryJournal())
    journal = open_journal(tmp_path / "out" / "journal.db", DURABLE)
    try:
        recover(paper.desk.engine.core, journal, paper.follower)
    finally:
        journal.close()
    state = paper.desk.engine.core.state
    limits = {p.spec.id: (p.spec.side.sign, p.limit) for p in state.parents.values()}
    lines = (tmp_path / "out" / "fills.jsonl").read_text().splitlines()
    told_prices = [json.loads(line)["price"] for line in lines]
    assert [str(e.price) for e in paper.follower.executions] != []
    assert [Decimal(p) for p in told_prices] == [e.price for e in paper.follower.executions]
    converted = 0
    for child in state.children.values():
        rate = child.submit.conversion
        assert (rate is not None) == (child.member.conversion_book is not None)
        if rate is None:
            continue
        converted += 1
        assert child.member.conversion == rate
        sign, limit = limits[child.submit.parent_id]
        if limit is not None:
            assert sign * child.member.market_price(child.submit.price) <= sign * limit
    assert converted > 3


def test_a_stop_that_would_rely_on_a_converted_price_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(default_config().read_text() + CONFIG)
    stop = ParentSpec(
        id=ParentId("stop"),
        symbol=Symbol("BTC/USDT"),
        side=Side.SELL,
        quantity=Decimal(1),
        params=LimitStopParams(
            max_slip_bps=Decimal(10), trigger_price=Decimal(59_000), trigger_venue="cedar"
        ),
    )
    with pytest.raises(InputError, match="cedar is not in the market; use one of alder, birch"):
        check_spec(stop, tape().instruments, read_settings(config))


def test_a_conversion_nobody_hears_of_parks_nothing_and_uses_the_others(tmp_path: Path) -> None:
    made = tape()
    silent = make_tape(
        made.name,
        [_silent(r) if r.instrument.venue == "elm" else r for r in made.recordings],
        start_ns=made.start_ns,
        end_ns=made.end_ns,
    )
    live = lived(silent, SPECS, tmp_path / "live", kernels=False, faults=CONFIG)
    replay = replayed(silent, SPECS, tmp_path / "replay", kernels=False, faults=CONFIG)
    assert whole(live) == whole(replay)
    assert {parent.state for parent in live.parents} == {"done"}
    late = [p for p in plans(tmp_path / "live") if p["decided_ns"] > SECOND * 8 and p["legs"]]
    assert late
    for plan in late:
        told_why = dict(plan["skipped"])
        assert "conversion elm USDC/USDT stale" in told_why["cedar"]
        assert "conversion elm USDC/USDT stale" in told_why["dogwood"]


def _silent(recording: Recording) -> Recording:
    """The same until two seconds after its start, and nothing after that."""
    kept = int(np.searchsorted(recording.msg_local_ns, recording.msg_local_ns[0] + 2 * SECOND))
    rows = int(recording.msg_start[kept])
    return replace(
        recording,
        msg_exchange_ns=recording.msg_exchange_ns[:kept],
        msg_local_ns=recording.msg_local_ns[:kept],
        msg_snapshot=recording.msg_snapshot[:kept],
        msg_start=recording.msg_start[: kept + 1],
        row_key=recording.row_key[:rows],
        row_lots=recording.row_lots[:rows],
    )
