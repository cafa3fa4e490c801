"""Common fields of a parent: which may stand together, and with which kind?"""

from decimal import Decimal

import pytest

from router.documents.document import parse_toml
from router.order_files.parser import parse_order
from strategies.spec import TwapParams
from venues.errors import InputError

HEAD = '[order]\nid = "x"\nsymbol = "BTC/USDT"\nside = "buy"\nquantity = "40"\n'
TWAP = "[order.twap]\nhorizon_s = 40\nslices = 4\n"


def test_every_common_field_arrives_as_written() -> None:
    fields = (
        'kind = "twap"\nlimit_price = "101"\nwould_price = "99"\nmax_participation = "0.2"\n'
        'clip_min = "1"\nclip_max = "12"\n'
    )
    spec = parse_order(parse_toml("o.toml", HEAD + fields + TWAP)).spec
    assert (spec.would_price, spec.max_participation) == (Decimal(99), Decimal("0.2"))
    assert (spec.clip_min, spec.clip_max, spec.passive_only) == (Decimal(1), Decimal(12), False)


def test_every_field_of_a_twap_arrives_as_written() -> None:
    more = (
        'repeg_max = 3\ncatch_up_mode = "spread"\nleftover = "rest_at_limit"\npause = "forfeit"\n'
    )
    text = HEAD + 'kind = "twap"\npassive_only = true\n' + TWAP + more
    spec = parse_order(parse_toml("o.toml", text)).spec
    assert spec.passive_only
    assert spec.params == TwapParams(
        horizon_s=40,
        slices=4,
        repeg_max=3,
        catch_up_mode="spread",
        leftover="rest_at_limit",
        pause="forfeit",
    )


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        (
            'kind = "take"\nclip_max = "1"\n',
            "o.toml:7: order.clip_max = 1: is for kind twap; leave it out",
        ),
        (
            'kind = "take"\npassive_only = true\n',
            "o.toml:7: order.passive_only = true: is for kind rest or twap or ladder; leave it out",
        ),
        (
            'kind = "rest"\nwould_price = "100"\n',
            "o.toml:7: order.would_price = 100: is for kind twap; leave it out",
        ),
        (
            'kind = "rest"\npassive_only = true\n[order.rest]\ndeadline_s = 5\n',
            'o.toml:8: order.rest.at_deadline = "cross": takes, and passive_only '
            'forbids it; use "cancel"',
        ),
        (
            'kind = "rest"\n[order.rest]\npeg = "cumulative"\n',
            "o.toml:7: order.rest.peg_depth: missing; say behind how much depth it rests, "
            "in market units",
        ),
        (
            'kind = "rest"\n[order.rest]\npeg = "mid"\npeg_depth = "3"\n',
            'o.toml:9: order.rest.peg_depth = 3: is for peg = "cumulative", this is mid; '
            "leave it out",
        ),
        (
            'kind = "twap"\npassive_only = "yes"\n' + TWAP,
            'o.toml:7: order.passive_only = "yes": must be true or false, without quotes',
        ),
        (
            'kind = "twap"\nmax_participation = "1"\n' + TWAP,
            'o.toml:7: order.max_participation = "1": must be below 1',
        ),
        (
            'kind = "twap"\nclip_min = "2"\nclip_max = "1"\n' + TWAP,
            "o.toml:7: order.clip_min = 2: is above clip_max 1",
        ),
        (
            'kind = "twap"\nclip_min = "41"\n' + TWAP,
            "o.toml:7: order.clip_min = 41: is above the quantity 40",
        ),
        (
            'kind = "twap"\nlimit_price = "100"\nwould_price = "100.1"\n' + TWAP,
            "o.toml:8: order.would_price = 100.1: is above limit_price 100; it must be better",
        ),
        (
            'kind = "twap"\npassive_only = true\nwould_price = "100.1"\n' + TWAP,
            "o.toml:8: order.would_price = 100.1: takes, and passive_only forbids it; keep one",
        ),
        (
            'kind = "twap"\npassive_only = true\n' + TWAP + 'leftover = "sweep_within_limit"\n',
            'o.toml:11: order.twap.leftover = "sweep_within_limit": takes, and passive_only '
            'forbids it; use "cancel" or "rest_at_limit"',
        ),
        (
            'kind = "twap"\n' + TWAP + 'catch_up_mode = "full"\n',
            'o.toml:10: order.twap.catch_up_mode = "full": must be one of capped | none | spread',
        ),
    ],
)
def test_what_contradicts_itself_is_refused_with_the_line(fields: str, says: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_order(parse_toml("o.toml", HEAD + fields))
    assert str(refused.value) == says
