"""What group does an order file ask for, and which groups are refused in one line?"""

from decimal import Decimal
from pathlib import Path

import pytest

from router.check import check
from router.documents.document import parse_toml
from router.order_files.parser import parse_order
from strategies.spec import LegSpec, OcoParams, RestParams, TwapParams
from strategies.stop_params import LimitStopParams
from venues.errors import InputError

HEAD = """\
[order]
id = "exit"
symbol = "BTC/USDT"
side = "sell"
quantity = "10"
kind = "oco"
[order.oco]
"""
PROFIT = 'take_profit = { kind = "rest", limit_price = "64000" }\n'
STOP = 'stop = { kind = "limit_stop", trigger_price = "60500", max_slip_bps = "15" }\n'


def _asked(text: str) -> object:
    return parse_order(parse_toml("o.toml", HEAD + text)).spec.params


def test_a_take_profit_and_a_stop_arrive_as_written() -> None:
    assert _asked(PROFIT + STOP) == OcoParams(
        legs=(
            LegSpec(name="take_profit", params=RestParams(), limit_price=Decimal(64000)),
            LegSpec(
                name="stop",
                params=LimitStopParams(trigger_price=Decimal(60500), max_slip_bps=Decimal(15)),
            ),
        )
    )


def test_a_list_of_legs_is_the_same_with_names_of_its_own() -> None:
    listed = _asked(
        'naked_within_ms = 250\n[[order.oco.legs]]\nkind = "twap"\nhorizon_s = 60\nslices = 6\n'
        '[[order.oco.legs]]\nkind = "limit_stop"\nname = "out"\ntrail_bps = "50"\n'
        'max_slip_bps = "15"\nlimit_bps = "300"\n'
    )
    assert listed == OcoParams(
        naked_within_ms=250,
        legs=(
            LegSpec(name="leg1", params=TwapParams(horizon_s=60, slices=6)),
            LegSpec(
                name="out",
                params=LimitStopParams(trail_bps=Decimal(50), max_slip_bps=Decimal(15)),
                limit_bps=Decimal(300),
            ),
        ),
    )


def test_guarded_legs_may_both_be_live_where_the_order_only_reduces(tmp_path: Path) -> None:
    second = 'stop = { kind = "rest", limit_price = "65000" }\n'
    text = HEAD.replace("[order.oco]", "reduce_only = true\n[order.oco]")
    path = tmp_path / "o.toml"
    path.write_text(text + 'mode = "guarded"\n' + PROFIT + second)
    assert parse_order(parse_toml("o.toml", path.read_text())).spec.guarded
    assert "guarded oco of take_profit (rest at the primary peg, limit 64000) and stop" in check(
        path
    )


def test_a_native_group_is_a_rest_and_a_stop_on_a_price_of_the_venues_own(tmp_path: Path) -> None:
    stop = STOP.replace('kind = "limit_stop"', 'kind = "limit_stop", trigger_source = "last"')
    path = tmp_path / "o.toml"
    path.write_text(HEAD + 'mode = "native"\n' + PROFIT + stop)
    assert "native oco of take_profit (rest at the primary peg, limit 64000) and stop" in check(
        path
    )


def test_check_says_what_each_leg_does(tmp_path: Path) -> None:
    path = tmp_path / "o.toml"
    path.write_text(HEAD + PROFIT + STOP)
    assert check(path).endswith(
        "oco of take_profit (rest at the primary peg, limit 64000) and stop (limit_stop on the mid "
        "of the market at 60500, at most 15 bps beyond), no limit but the collar"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'mode = "guarded"\n' + PROFIT + STOP,
            'o.toml:8: order.oco.mode = "guarded": its legs only reduce what is held: '
            "add reduce_only = true to [order]",
        ),
        (
            'mode = "both"\n' + PROFIT + STOP,
            'o.toml:8: order.oco.mode = "both": must be one of strict, guarded, native',
        ),
        (
            'mode = "native"\n' + PROFIT + STOP,
            "o.toml:7: order.oco: mode native: trigger_source of stop: a venue goes by a price of its "
            "own: last or mark",
        ),
        (
            PROFIT,
            "o.toml:7: order.oco.stop: missing; add stop = { kind = ... }, or legs = [...]",
        ),
        (
            PROFIT + STOP.replace('"60500"', "60500"),
            "o.toml:9: order.oco.stop.trigger_price = 60500: money and quantity are decimals in "
            'quotes: "60500"',
        ),
        (
            PROFIT + STOP.replace("trigger_price", "triger_price"),
            'o.toml:9: order.oco.stop = {...}: never fires; add trigger_price = "..." or '
            'trail_bps = "..."',
        ),
        (
            PROFIT.replace('"rest"', '"rest", pegg = "mid"') + STOP,
            'o.toml:8: order.oco.take_profit.pegg = "mid": unknown key; did you mean peg? '
            "(what the price follows: primary = the own side's touch; mid = the middle, rounded to the "
            "own side; opposite = one tick behind the other side's touch; cumulative = behind "
            "peg_depth)",
        ),
        (
            PROFIT.replace('"rest"', '"oco"') + STOP,
            'o.toml:8: order.oco.take_profit.kind = "oco": must be one of '
            "rest | limit_stop | ladder | twap | take",
        ),
        (
            PROFIT + 'stop = { kind = "rest", limit_price = "60000" }\n',
            "o.toml:7: order.oco: strict keeps one leg live, and take_profit and stop would be: "
            "all legs but one have to be a limit_stop",
        ),
        (
            PROFIT + STOP + 'legs = [{ kind = "take" }, { kind = "take" }]\n',
            "o.toml:8: order.oco.take_profit: legs stands too; keep one of them",
        ),
        (
            'legs = [{ kind = "take" }]\n',
            "o.toml:8: order.oco.legs = [...]: an empty list means nothing here; leave it out or "
            "fill it",
        ),
    ],
)
def test_a_group_that_makes_no_sense_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        _asked(text)
    assert str(refused.value) == said


def test_an_oco_without_its_section_is_refused() -> None:
    with pytest.raises(InputError, match=r"add \[order.oco\] with take_profit and stop"):
        parse_order(parse_toml("o.toml", HEAD[: HEAD.index("[order.oco]")]))
