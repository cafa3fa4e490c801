"""Do stops that venues hold wake at the same instant live and in replay, and as the raw tape says?"""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec import structs

from router.app.orders import check_spec
from router.settings.markets import on_terms
from router.settings.reader import default_config, read_settings
from strategies.spec import Params, ParentSpec, RestParams, TakeParams, ThenSpec, TwapParams
from strategies.stop_params import LimitStopParams
from tests.oracle.re_execute import check
from tests.replay.runs import BTC, SECOND, lived, replayed
from tests.replay.test_same_engine import told, whole
from venues.errors import InputError
from venues.model.ids import ParentId
from venues.model.order import Side
from venues.synthetic.market import synthetic_tape
from venues.tape.reader import read_tape
from venues.tape.recording import Tape
from venues.tape.writer import write_tape

BPS = Decimal(10_000)


def tape() -> Tape:
    return synthetic_tape(seed=3, duration_ns=14 * SECOND, start_ns=SECOND)


def terms(venues: list[str]) -> str:
    """Return config lines by which these venues hold stops; one cancels the second order it gets."""
    lines = "".join(f'\n[[venue]]\nname = "{name}"\nstop_orders = true\n' for name in venues)
    return lines + (
        f'\n[[paper.fault]]\nvenue = "{venues[0]}"\nkind = "canceled_unasked"\n'
        'command = "submit"\nnumber = 2\ndelay_ms = 1500\n'
        f'\n[[paper.fault]]\nvenue = "{venues[1]}"\nkind = "answer_missing"\n'
        'command = "submit"\nnumber = 1\n'
    )


def near(tape: Tape, bps: str) -> Decimal:
    """Return a price so far from the first print."""
    first = tape.recordings[0]
    at = first.instrument.price_of(int(first.trade_tick[0]))
    return (at * (1 + Decimal(bps) / BPS)).quantize(Decimal("0.01"))


def guarded(trigger: Decimal | None, catastrophe: Decimal, trail: str = "") -> LimitStopParams:
    return LimitStopParams(
        trigger_price=trigger,
        trail_bps=Decimal(trail) if trail else None,
        max_slip_bps=Decimal(1),
        cross_after_s=1,
        rest_after_s=1,
        catastrophe_price=catastrophe,
        catastrophe_slip_bps=Decimal(20),
    )


def parents(tape: Tape) -> list[ParentSpec]:
    """Return stops that wake at their venues, some that ours takes back in time, and exits that grow."""
    found = [
        ParentSpec(
            id=ParentId(f"{side.value}-{n}"),
            symbol=BTC,
            side=side,
            quantity=Decimal(3 + n),
            params=guarded(None, near(tape, f"{side.sign * bps}"), trail="300"),
        )
        for side in Side
        for n, bps in enumerate((Decimal("0.2"), Decimal("0.6"), Decimal(2)))
    ]
    entries: tuple[Params, ...] = (
        TakeParams(),
        TwapParams(horizon_s=6, slices=6),
        RestParams(deadline_s=3),
    )
    for n, params in enumerate(entries):
        exit_ = guarded(None, near(tape, "-4"), trail=("0.3", "300", "0.8")[n])
        found.append(
            ParentSpec(
                id=ParentId(f"entry-{n}"),
                symbol=BTC,
                side=Side.BUY,
                quantity=Decimal(12),
                params=params,
                then=ThenSpec(params=exit_),
            )
        )
    return found


@pytest.mark.parametrize("kernels", [False, True], ids=["plain", "kernels"])
def test_stops_at_venues_are_the_same_to_the_byte_live_and_in_replay_and_re_execute(
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
    stops = [row for line in lines if "trigger_price" in (row := json.loads(line))]
    assert verdict.counts["stops"] == len(stops) > 8
    woken = [row for row in stops if row["arrived_ns"] is not None]
    assert 2 < len(woken) < len(stops)
    assert any(Decimal(row["cum_quantity"]) > 0 for row in woken)
    assert {row["venue"] for row in stops} <= set(names)


def test_where_no_venue_holds_stops_the_order_is_refused_before_anything_is_sent(
    tmp_path: Path,
) -> None:
    made, settings = tape(), read_settings(default_config())
    (spec, *_) = parents(made)
    with pytest.raises(InputError, match=r"limit_stop.catastrophe_price: .* no venue it may use"):
        check_spec(spec, made.instruments, settings)
    config = tmp_path / "config.toml"
    names = sorted({str(i.venue) for i in made.instruments})
    config.write_text(default_config().read_text() + terms(names))
    settings = read_settings(config)
    holding = on_terms(made.instruments, settings)
    check_spec(spec, holding, settings)
    mark = guarded(None, near(made, "-2"), trail="300")
    changes: list[tuple[dict[str, object], str]] = [
        ({"catastrophe_source": "mark"}, "only perpetuals have it"),
        ({"catastrophe_slip_bps": Decimal(900)}, "is above the collar of the config"),
    ]
    for change, said in changes:
        odd = structs.replace(spec, params=structs.replace(mark, **change))
        with pytest.raises(InputError, match=said):
            check_spec(odd, holding, settings)
