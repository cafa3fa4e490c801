"""Which exit does an order file ask for, and which are refused in one line?"""

from decimal import Decimal
from pathlib import Path

import pytest

from router.check import check
from router.documents.document import parse_toml
from router.order_files.parser import parse_order, read_order
from strategies.spec import LegSpec, OcoParams, RestParams, ThenSpec
from strategies.stop_params import LimitStopParams
from venues.errors import InputError

EXAMPLES = Path(__file__).parents[3] / "examples"
HEAD = """\
[order]
id = "entry"
symbol = "BTC/USDT"
side = "buy"
quantity = "10"
kind = "take"
[order.then]
"""
STOP = '[order.then.limit_stop]\ntrigger_price = "60500"\nmax_slip_bps = "15"\n'


def _asked(text: str) -> ThenSpec | None:
    return parse_order(parse_toml("o.toml", HEAD + text)).spec.then


def test_the_example_asks_for_a_twap_in_and_an_oco_out() -> None:
    spec = read_order(EXAMPLES / "entry-exit.toml").spec
    assert spec.then == ThenSpec(
        params=OcoParams(
            legs=(
                LegSpec(name="take_profit", params=RestParams(), limit_price=Decimal(61950)),
                LegSpec(
                    name="stop",
                    params=LimitStopParams(
                        trigger_price=Decimal(61665),
                        debounce_ms=250,
                        post_slip_bps=Decimal(5),
                        max_slip_bps=Decimal(15),
                    ),
                ),
            )
        )
    )


def test_an_exit_may_be_a_stop_or_a_rest_alone() -> None:
    stop = LimitStopParams(trigger_price=Decimal(60500), max_slip_bps=Decimal(15))
    assert _asked('kind = "limit_stop"\n' + STOP) == ThenSpec(params=stop)
    rest = _asked('kind = "rest"\nlimit_price = "64000"\n')
    assert rest == ThenSpec(params=RestParams(), limit_price=Decimal(64000))


def test_an_exit_may_be_guarded_as_it_is_for_exits_to_reduce() -> None:
    spec = _asked(
        'kind = "oco"\n[order.then.oco]\nmode = "guarded"\n'
        'take_profit = { kind = "rest", limit_price = "64000" }\n'
        'stop = { kind = "rest", limit_price = "65000" }\n'
    )
    assert spec is not None
    assert isinstance(spec.params, OcoParams)
    assert spec.params.mode == "guarded"


def test_check_says_what_comes_then() -> None:
    assert "; then oco of take_profit (rest at the primary peg, limit 61950) and stop" in check(
        EXAMPLES / "entry-exit.toml"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'kind = "twap"\n',
            'o.toml:8: order.then.kind = "twap": must be one of rest | limit_stop | oco',
        ),
        (
            'kind = "oco"\n',
            "o.toml:7: order.then.oco: the section is missing; add [order.then.oco]",
        ),
        (
            'kind = "rest"\n' + STOP,
            "o.toml:9: order.then.limit_stop: is for kind limit_stop, this exit is a rest; drop one "
            "of them",
        ),
        (
            'kind = "rest"\nlimit_price = "1"\nlimit_bps = "2"\n',
            "o.toml:10: order.then.limit_bps = 2: limit_price stands too; keep one of them",
        ),
        (
            'kind = "oco"\n[order.then.oco]\ntake_profit = { kind = "take" }\n'
            'stop = { kind = "limit_stop", trigger_price = "1", max_slip_bps = "1" }\n',
            "o.toml:9: order.then.oco: an exit grows with its entry: it can be rest, limit_stop, or "
            "an oco of these",
        ),
        (
            'kind = "limit_stop"\n' + STOP.replace('"15"', "15"),
            "o.toml:11: order.then.limit_stop.max_slip_bps = 15: money and quantity are decimals in "
            'quotes: "15"',
        ),
    ],
)
def test_an_exit_that_makes_no_sense_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        _asked(text)
    assert str(refused.value) == said
