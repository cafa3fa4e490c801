"""A mistake in a config costs one line before anything starts."""

from pathlib import Path

import pytest

from router.settings.reader import default_config, read_settings
from venues.errors import InputError

GOOD = """\
[run]
seed = 1
stale_after_ms = 2000
arrival_wait_ms = 5000
release_within_ms = 50
learn_depth = true
waiting_bps = "0.05"
learn_fills = true
[risk]
collar_bps = "200"
max_order_notional = "20000000"
max_parent_notional = "0"
[paper]
queue = "pessimistic"
answer_timeout_ms = 2000
[paper.latency.default]
entry_ms = 5
response_ms = 5
jitter_ms = 2
[synthetic]
seed = 7
duration_s = 45
"""

# What is replaced in GOOD, by what, and the line it must be answered with.
MALFORMED: dict[str, tuple[str, str, str]] = {
    "unknown key": (
        "seed = 1",
        "seed = 1\nsede = 2",
        "c.toml:3: run.sede = 2: unknown key; did you mean seed? (of everything random)",
    ),
    "unknown section": (
        "[synthetic]",
        "[live]\nvenue = 1\n[synthetic]",
        "c.toml:20: live = {...}: unknown key; "
        "known here: run, risk, paper, synthetic, venue, instrument, market, strategies",
    ),
    "float money": (
        '"20000000"',
        "2e7",
        "c.toml:11: risk.max_order_notional = 2e7: money and quantity are decimals in quotes",
    ),
    "negative money": (
        '"20000000"',
        '"-1"',
        'c.toml:11: risk.max_order_notional = "-1": must be at least 0',
    ),
    "NaN": (
        '"200"',
        '"nan"',
        'c.toml:10: risk.collar_bps = "nan": must be a plain decimal in quotes, e.g. "0.25": '
        "no exponent, NaN, infinity or blanks",
    ),
    "learning by a word": (
        "learn_depth = true",
        'learn_depth = "yes"',
        'c.toml:6: run.learn_depth = "yes": must be true or false, without quotes',
    ),
    "a reward for waiting": (
        '"0.05"',
        '"-0.05"',
        'c.toml:7: run.waiting_bps = "-0.05": must be at least 0',
    ),
    "no collar": ('"200"', '"0"', 'c.toml:10: risk.collar_bps = "0": must be above 0'),
    "collar in percent": (
        "collar_bps",
        "collar_pct",
        'c.toml:10: risk.collar_pct = "200": unknown key; did you mean collar_bps? '
        "(bound of a taker child, from the reference mid) (and 1 more)",
    ),
    "wrong unit": (
        "stale_after_ms = 2000",
        "stale_after_s = 2",
        "c.toml:3: run.stale_after_s = 2: unknown key; did you mean stale_after_ms? "
        "(a book older than this is no depth) (and 1 more)",
    ),
    "float time": (
        "jitter_ms = 2",
        "jitter_ms = 2.5",
        "c.toml:19: paper.latency.default.jitter_ms = 2.5: "
        "write a whole number of milliseconds without quotes, e.g. 0",
    ),
    "negative time": (
        "entry_ms = 5",
        "entry_ms = -5",
        "c.toml:17: paper.latency.default.entry_ms = -5: "
        "must be a whole number of milliseconds from 0 to 86400000",
    ),
    "missing section": (
        GOOD[GOOD.index("[risk]") : GOOD.index("[paper]")],
        "",
        "c.toml:1: risk: the section is missing; add [risk]",
    ),
    "missing key": (
        "arrival_wait_ms = 5000\n",
        "",
        "c.toml:1: run.arrival_wait_ms: missing; add arrival_wait_ms = ... "
        "(longest wait for all venues to be LIVE)",
    ),
    "no default latency": (
        "latency.default",
        "latency.binance",
        "c.toml:16: paper.latency.default: the section is missing; "
        "add [paper.latency.default], it holds for other venues",
    ),
    "unknown queue": (
        '"pessimistic"',
        '"hopeful"',
        'c.toml:14: paper.queue = "hopeful": must be one of pessimistic | optimistic',
    ),
    "fee in percent": (
        "[synthetic]",
        '[[venue]]\nname = "alpha"\ntaker_fee = "4"\n[synthetic]',
        'c.toml:22: venue[0].taker_fee = "4": must be at most 0.05',
    ),
    "fee in points": (
        "[synthetic]",
        '[[venue]]\nname = "alpha"\nfee_in = "points"\n[synthetic]',
        'c.toml:22: venue[0].fee_in = "points": must be one of quote | received',
    ),
    "fee of a perp in base": (
        "[synthetic]",
        '[[instrument]]\nvenue = "alpha"\nsymbol = "BTC/USDT:USDT"\nfee_in = "received"\n'
        "[synthetic]",
        'c.toml:23: instrument[0].fee_in = "received": '
        "a perp brings in no base to take a fee from; leave fee_in out",
    ),
    "an order that pays us": (
        "[synthetic]",
        '[[venue]]\nname = "alpha"\norder_cost = "-1"\n[synthetic]',
        'c.toml:22: venue[0].order_cost = "-1": must be at least 0',
    ),
    "an order that costs quote where fees are base": (
        "[synthetic]",
        '[[venue]]\nname = "alpha"\nfee_in = "received"\norder_cost = "0.35"\n[synthetic]',
        'c.toml:23: venue[0].order_cost = "0.35": '
        "a venue that takes fees in base charges no order in quote; leave it out",
    ),
    "conversion of another currency": (
        "[synthetic]",
        '[[market]]\nsymbol = "BTC/USDT"\n[[market.member]]\nvenue = "a"\nsymbol = "BTC/USDC"\n'
        'conversion_book = { venue = "b", symbol = "USDT/USDC" }\n[synthetic]',
        'c.toml:25: market[0].member[0].conversion_book.symbol = "USDT/USDC": '
        "does not convert the quote of BTC/USDC; it must be USDC/USDT",
    ),
    "conversion twice": (
        "[synthetic]",
        '[[market]]\nsymbol = "BTC/USDT"\n[[market.member]]\nvenue = "a"\nsymbol = "BTC/USDC"\n'
        'conversion = "0.99"\nconversion_book = { venue = "b", symbol = "USDC/USDT" }\n[synthetic]',
        'c.toml:25: market[0].member[0].conversion = "0.99": '
        "is a constant beside a conversion_book; keep one of them",
    ),
    "conversion by a member": (
        "[synthetic]",
        '[[market]]\nsymbol = "BTC/USDT"\n[[market.member]]\nvenue = "a"\nsymbol = "BTC/USDC"\n'
        'conversion_book = { venue = "b", symbol = "USDC/USDT" }\n'
        '[[market]]\nsymbol = "USDC/USDT"\n[[market.member]]\nvenue = "b"\nsymbol = "USDC/USDT"\n'
        "[synthetic]",
        'c.toml:25: market[0].member[0].conversion_book.symbol = "USDC/USDT": '
        "is a member of USDC/USDT; a conversion stands outside",
    ),
    "nobody in the market's own quote": (
        "[synthetic]",
        '[[market]]\nsymbol = "BTC/USDT"\n[[market.member]]\nvenue = "a"\nsymbol = "BTC/USDC"\n'
        'conversion_book = { venue = "b", symbol = "USDC/USDT" }\n[synthetic]',
        "c.toml:22: market[0].member: no member is priced in the market's own quote; add one, "
        "it says what the price is",
    ),
    "two terms for one venue": (
        "[synthetic]",
        '[[venue]]\nname = "alpha"\n[[venue]]\nname = "alpha"\n[synthetic]',
        'c.toml:23: venue[1].name = "alpha": two [[venue]] for it; keep one of them',
    ),
    "unknown fault": (
        "[synthetic]",
        '[[paper.fault]]\nvenue = "alpha"\nkind = "earthquake"\n[synthetic]',
        'c.toml:22: paper.fault[0].kind = "earthquake": must be one of request_lost | '
        "arrival_late | refused | answer_missing | answer_late | fill_late | fill_missing | "
        "cum_behind | doubled | reordered | canceled_unasked | silence",
    ),
    "fault without its measure": (
        "[synthetic]",
        '[[paper.fault]]\nvenue = "alpha"\nkind = "silence"\nfrom_ms = 5\n[synthetic]',
        "c.toml:20: paper.fault[0].for_ms: missing; a fault silence needs for_ms "
        "(how long a silence lasts)",
    ),
    "fault with another's measure": (
        "[synthetic]",
        '[[paper.fault]]\nvenue = "a"\nkind = "request_lost"\ncommand = "submit"\nnumber = 1\n'
        "delay_ms = 5\n[synthetic]",
        "c.toml:25: paper.fault[0].delay_ms = 5: "
        "has no meaning for a fault request_lost; leave it out",
    ),
    "market without members": (
        "[synthetic]",
        '[[market]]\nsymbol = "BTC/USDT"\nmember = []\n[synthetic]',
        "c.toml:22: market[0].member = []: "
        "an empty list means nothing here; leave it out or fill it",
    ),
    "one instrument in two markets": (
        "[synthetic]",
        '[[market]]\nsymbol = "A/B"\nmember = [{ venue = "x", symbol = "A/C" }]\n'
        '[[market]]\nsymbol = "A/D"\nmember = [{ venue = "x", symbol = "A/C" }]\n[synthetic]',
        'c.toml:25: market[1].member[0].symbol = "x A/C": '
        "is already a member of A/B; keep one of them",
    ),
    "conversion of nothing": (
        "[synthetic]",
        '[[market]]\nsymbol = "A/B"\n[[market.member]]\nvenue = "x"\nsymbol = "A/C"\n'
        'conversion = "0"\n[synthetic]',
        'c.toml:25: market[0].member[0].conversion = "0": must be above 0',
    ),
    "section that is a list": (
        GOOD[: GOOD.index("[risk]")],
        "run = [1]\n",
        "c.toml:1: run = [...]: must be a table",
    ),
    "market that is no list": (
        "[synthetic]",
        '[market]\nsymbol = "A/B"\n[synthetic]',
        "c.toml:20: market = {...}: must be a list",
    ),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_config_is_refused_in_one_line(case: str, tmp_path: Path) -> None:
    old, new, expected = MALFORMED[case]
    assert old in GOOD, "the case must change something"
    path = tmp_path / "c.toml"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(InputError) as caught:
        read_settings(path)
    assert str(caught.value).removeprefix(f"{tmp_path}/") == expected


def test_the_config_that_the_cases_break_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text(GOOD)
    assert read_settings(path).run.stale_after_ns == 2_000_000_000


def test_the_config_that_travels_with_the_package_is_whole() -> None:
    assert read_settings(default_config()).paper.latency_of("anywhere").entry_ns == 5_000_000
