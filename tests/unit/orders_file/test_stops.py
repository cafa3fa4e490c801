"""What stop does an order file ask for, and which stops are refused in one line?"""

from decimal import Decimal
from pathlib import Path

import pytest

from router.check import check
from router.documents.document import parse_toml
from router.order_files.parser import parse_order
from strategies.stop_params import LimitStopParams
from venues.errors import InputError

GOOD = """\
[order]
id = "stop"
symbol = "BTC/USDT"
side = "sell"
quantity = "10"
kind = "limit_stop"
[order.limit_stop]
trigger_price = "60500"
max_slip_bps = "15"
"""


def _asked(text: str) -> object:
    return parse_order(parse_toml("o.toml", text)).spec.params


def test_a_stop_needs_a_trigger_and_a_slip_and_no_more() -> None:
    assert _asked(GOOD) == LimitStopParams(
        trigger_price=Decimal(60500), max_slip_bps=Decimal(15), repeg_interval_ms=1000
    )


def test_every_field_arrives_as_written() -> None:
    more = (
        'trail_bps = "40"\ntrail_step_bps = "2"\ntrigger_source = "mark"\ntrigger_venue = "bybit"\n'
        'confirm_source = "last"\nconfirm_venue = "binance"\ndebounce_ms = 250\noffset_ticks = 2\n'
        'repeg_max = 7\nrepeg_interval_s = 2\npost_slip_bps = "5"\ncross_after_s = 3\n'
        'rest_after_s = 4\ngap_policy = "cross"\n'
    )
    assert _asked(GOOD + more) == LimitStopParams(
        trigger_price=Decimal(60500),
        trail_bps=Decimal(40),
        trail_step_bps=Decimal(2),
        trigger_source="mark",
        trigger_venue="bybit",
        confirm_source="last",
        confirm_venue="binance",
        debounce_ms=250,
        offset_ticks=2,
        repeg_max=7,
        repeg_interval_ms=2000,
        post_slip_bps=Decimal(5),
        max_slip_bps=Decimal(15),
        cross_after_s=3,
        rest_after_s=4,
        gap_policy="cross",
    )


def test_check_says_when_it_fires(tmp_path: Path) -> None:
    path = tmp_path / "o.toml"
    path.write_text(GOOD + 'trail_bps = "40"\n')
    assert check(path).endswith(
        "limit_stop on the mid of the market at 60500 or 40 bps behind the best price, "
        "at most 15 bps beyond, no limit but the collar"
    )


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            'catastrophe_price = "60450"',
            "o.toml:10: order.limit_stop.catastrophe_price = 60450: is not beyond 60409.25, where "
            "the stop itself still trades",
        ),
        (
            'catastrophe_slip_bps = "10"',
            "o.toml:10: order.limit_stop.catastrophe_slip_bps = 10: is for a stop at the venues; "
            "add catastrophe_price, or leave it out",
        ),
        (
            'catastrophe_price = "58000"\ncatastrophe_source = "mid"',
            'o.toml:11: order.limit_stop.catastrophe_source = "mid": must be one of last | mark',
        ),
        (
            'post_slip_bps = "20"',
            "o.toml:10: order.limit_stop.post_slip_bps = 20: must not be above max_slip_bps = 15",
        ),
        (
            'confirm_source = "mid"',
            'o.toml:10: order.limit_stop.confirm_source = "mid": is the trigger\'s own source; '
            "choose another source or venue",
        ),
        (
            'confirm_venue = "okx"',
            'o.toml:10: order.limit_stop.confirm_venue = "okx": confirms nothing without '
            "confirm_source",
        ),
        (
            'trigger_source = "bid"',
            'o.toml:10: order.limit_stop.trigger_source = "bid": must be one of '
            "last | mark | index | mid",
        ),
        (
            'gap_policy = "market"',
            'o.toml:10: order.limit_stop.gap_policy = "market": must be one of '
            "rest | widen | cross",
        ),
        (
            "debounce_s = 1",
            "o.toml:10: order.limit_stop.debounce_s = 1: unknown key; did you mean debounce_ms? "
            "(how long the price must stay at the trigger)",
        ),
        (
            "debounce_ms = -1",
            "o.toml:10: order.limit_stop.debounce_ms = -1: must be a whole number of milliseconds "
            "from 0 to 3600000",
        ),
    ],
)
def test_a_stop_that_makes_no_sense_is_refused(more: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        _asked(GOOD + more + "\n")
    assert str(refused.value) == said


def test_a_stop_that_never_fires_is_refused() -> None:
    with pytest.raises(InputError, match=r'never fires; add trigger_price = "..." or trail_bps'):
        _asked(GOOD.replace('trigger_price = "60500"\n', ""))


def test_a_stop_without_its_section_is_refused() -> None:
    with pytest.raises(InputError, match=r"add \[order.limit_stop\] with trigger_price"):
        _asked(GOOD[: GOOD.index("[order.limit_stop]")])


def test_a_stop_at_the_venues_arrives_as_written_and_check_says_where(tmp_path: Path) -> None:
    more = (
        'catastrophe_price = "58000"\ncatastrophe_slip_bps = "80"\ncatastrophe_source = "mark"\n'
        "naked_within_ms = 400\n"
    )
    asked = _asked(GOOD + more)
    assert isinstance(asked, LimitStopParams)
    assert (asked.catastrophe_price, asked.catastrophe_slip_bps) == (Decimal(58000), Decimal(80))
    assert (asked.catastrophe_source, asked.naked_within_ms) == ("mark", 400)
    path = tmp_path / "o.toml"
    path.write_text(GOOD + more)
    assert "15 bps beyond, a stop at the venues at 58000, at most 80 bps beyond" in check(path)


def test_without_more_it_listens_to_the_last_price_and_goes_a_percent_beyond() -> None:
    asked = _asked(GOOD + 'catastrophe_price = "58000"\n')
    assert isinstance(asked, LimitStopParams)
    assert (asked.catastrophe_slip_bps, asked.catastrophe_source) == (Decimal(100), "last")


def test_a_stop_at_the_venues_beyond_the_limit_could_never_trade() -> None:
    limited = GOOD.replace('quantity = "10"', 'quantity = "10"\nlimit_price = "59000"')
    with pytest.raises(InputError, match="is beyond the limit 59000, nothing may trade there"):
        _asked(limited + 'catastrophe_price = "58000"\n')


def test_an_exit_is_judged_by_its_own_side() -> None:
    entry = (
        '[order]\nid = "e"\nsymbol = "BTC/USDT"\nside = "buy"\nquantity = "1"\nkind = "take"\n'
        '[order.then]\nkind = "limit_stop"\n[order.then.limit_stop]\ntrigger_price = "60000"\n'
        'max_slip_bps = "10"\ncatastrophe_price = "{}"\n'
    )
    parse_order(parse_toml("o.toml", entry.format("58000")))
    with pytest.raises(
        InputError, match=r"order.then.limit_stop.catastrophe_price = .* is not beyond"
    ):
        parse_order(parse_toml("o.toml", entry.format("61000")))


def test_a_leg_cannot_have_one_its_quantity_is_reserved_for_the_live_leg() -> None:
    group = (
        '[order]\nid = "g"\nsymbol = "BTC/USDT"\nside = "sell"\nquantity = "1"\nkind = "oco"\n'
        '[order.oco]\ntake_profit = {kind = "rest", limit_price = "64000"}\n'
        'stop = {kind = "limit_stop", trigger_price = "60000", max_slip_bps = "10", '
        'catastrophe_price = "58000"}\n'
    )
    with pytest.raises(InputError, match="stop has a catastrophe_price"):
        parse_order(parse_toml("o.toml", group))
