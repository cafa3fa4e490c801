"""Do order lists trade, wake and end at the same instant live and in replay, and as the raw tape says?"""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec import structs

from router.app.orders import check_spec
from router.settings.markets import on_terms
from router.settings.reader import default_config, read_settings
from strategies.spec import (
    NATIVE,
    LegSpec,
    OcoParams,
    Params,
    ParentSpec,
    RestParams,
    TakeParams,
    ThenSpec,
    TwapParams,
)
from strategies.stop_params import LimitStopParams
from tests.oracle.re_execute import check
from tests.replay.runs import BTC, SECOND, lived, replayed
from tests.replay.test_native_stops import near
from tests.replay.test_same_engine import told, whole
from venues.errors import InputError
from venues.model.ids import AccountId, ParentId
from venues.model.order import Side
from venues.synthetic.market import synthetic_tape
from venues.tape.reader import read_tape
from venues.tape.recording import Tape
from venues.tape.writer import write_tape


def tape() -> Tape:
    return synthetic_tape(seed=3, duration_ns=14 * SECOND, start_ns=SECOND)


def terms(venues: list[str]) -> str:
    """Return config lines by which these venues take lists; one cancels one, one loses an answer."""
    lines = "".join(
        f'\n[[venue]]\nname = "{name}"\nstop_orders = true\norder_lists = true\n' for name in venues
    )
    return lines + (
        f'\n[[paper.fault]]\nvenue = "{venues[0]}"\nkind = "canceled_unasked"\n'
        'command = "submit"\nnumber = 2\ndelay_ms = 1500\n'
        f'\n[[paper.fault]]\nvenue = "{venues[1]}"\nkind = "answer_missing"\n'
        'command = "submit"\nnumber = 1\n'
    )


def group(tape: Tape, side: Side, *, profit: str, stop: str) -> OcoParams:
    """Return a profit and a stop so many bps on either side of the first print."""
    out = LimitStopParams(
        trigger_price=near(tape, f"{side.sign * Decimal(stop)}"),
        trigger_source="last",
        max_slip_bps=Decimal(20),
        cross_after_s=1,
        rest_after_s=1,
    )
    at = near(tape, f"{-side.sign * Decimal(profit)}")
    legs = (
        LegSpec(name="profit", params=RestParams(), limit_price=at),
        LegSpec(name="stop", params=out),
    )
    return OcoParams(legs=legs, mode=NATIVE)


def parents(tape: Tape) -> list[ParentSpec]:
    """Return groups that trade at their profit, some at their stop, and exits that grow."""
    found = [
        ParentSpec(
            id=ParentId(f"{side.value}-{n}"),
            symbol=BTC,
            side=side,
            quantity=Decimal(3 + n),
            params=group(tape, side, profit=profit, stop=stop),
            account=AccountId(f"{side.value}-{n}"),
        )
        for side in Side
        for n, (profit, stop) in enumerate((("3", "0.3"), ("0.8", "4"), ("2", "2")))
    ]
    entries: tuple[Params, ...] = (
        TakeParams(),
        TwapParams(horizon_s=6, slices=6),
        RestParams(deadline_s=3),
    )
    for n, params in enumerate(entries):
        exit_ = group(tape, Side.SELL, profit="2", stop=("0.5", "4", "1")[n])
        found.append(
            ParentSpec(
                id=ParentId(f"entry-{n}"),
                symbol=BTC,
                side=Side.BUY,
                quantity=Decimal(12),
                params=params,
                then=ThenSpec(params=exit_),
                account=AccountId(f"entry-{n}"),
            )
        )
    return found


@pytest.mark.parametrize("kernels", [False, True], ids=["plain", "kernels"])
def test_order_lists_are_the_same_to_the_byte_live_and_in_replay_and_re_execute(
    tmp_path: Path, *, kernels: bool
) -> None:
    write_tape(tape(), tmp_path / "tape")
    read = read_tape(tmp_path / "tape")
    names = sorted({str(i.venue) for i in read.instruments})[:3]
    specs = parents(read)
    live = lived(read, specs, tmp_path / "live", kernels=kernels, faults=terms(names))
    replay = replayed(read, specs, tmp_path / "replay", kernels=kernels, faults=terms(names))
    assert whole(live) == whole(replay)
    assert told(tmp_path / "live") == told(tmp_path / "replay")
    verdict = check(tmp_path / "tape", tmp_path / "replay")
    assert verdict.passed, str(verdict)
    lines = (tmp_path / "replay" / "orders.jsonl").read_text().splitlines()
    rows = [row for line in lines if "list" in (row := json.loads(line))]
    assert 2 * verdict.counts["lists"] == len(rows) > 16
    sold = {row["list"]: row for row in rows if Decimal(row["cum_quantity"]) > 0}
    assert {"trigger_price" in row for row in sold.values()} == {True, False}
    assert {row["venue"] for row in rows} <= set(names)


def test_where_no_venue_takes_lists_the_order_is_refused_before_anything_is_sent(
    tmp_path: Path,
) -> None:
    made, settings = tape(), read_settings(default_config())
    (spec, *_) = parents(made)
    with pytest.raises(InputError, match=r"oco.mode: .* no venue it may use takes order lists"):
        check_spec(spec, made.instruments, settings)
    config = tmp_path / "config.toml"
    names = sorted({str(i.venue) for i in made.instruments})
    config.write_text(default_config().read_text() + terms(names))
    settings = read_settings(config)
    listing = made.instruments
    check_spec(spec, listing, settings)  # on the terms of the config
    assert isinstance(spec.params, OcoParams)
    profit, stop = spec.params.legs
    changes: list[tuple[dict[str, object], str]] = [
        ({"trigger_source": "mark"}, "only perpetuals have it"),
        ({"max_slip_bps": Decimal(900)}, "is above the collar of the config"),
    ]
    for change, said in changes:
        odd_stop = structs.replace(stop, params=structs.replace(stop.params, **change))
        odd = structs.replace(spec.params, legs=(profit, odd_stop))
        with pytest.raises(InputError, match=said):
            check_spec(structs.replace(spec, params=odd), listing, settings)


def test_a_venue_that_holds_no_stops_takes_no_lists(tmp_path: Path) -> None:
    made = tape()
    config = tmp_path / "config.toml"
    name = str(made.instruments[0].venue)
    lines = f'\n[[venue]]\nname = "{name}"\norder_lists = true\n'
    config.write_text(default_config().read_text() + lines)
    with pytest.raises(InputError, match=r"order_lists = true: .* set stop_orders = true"):
        on_terms(made.instruments, read_settings(config))
