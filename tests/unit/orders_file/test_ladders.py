"""A ladder in an order file: what arrives, and what is refused with its line?"""

from decimal import Decimal
from pathlib import Path

import pytest

from router.check import check
from router.documents.document import parse_toml
from router.order_files.parser import parse_order
from strategies.ladder_params import LadderParams
from venues.errors import InputError

HEAD = '[order]\nid = "x"\nsymbol = "BTC/USDT"\nside = "buy"\nquantity = "40"\nkind = "ladder"\n'


def asked(section: str) -> LadderParams:
    params = parse_order(parse_toml("o.toml", HEAD + "[order.ladder]\n" + section)).spec.params
    assert isinstance(params, LadderParams)
    return params


def test_rungs_in_bps_arrive_as_written() -> None:
    text = (
        'rungs = 5\nfirst_bps = "10"\nstep_bps = "5"\nweights = "geometric"\ngrowth = "1.5"\n'
        "repost_max = 7\ndeadline_s = 600\n"
    )
    assert asked(text) == LadderParams(
        rungs=5,
        first_bps=Decimal(10),
        step_bps=Decimal(5),
        weights="geometric",
        growth=Decimal("1.5"),
        repost_max=7,
        deadline_s=600,
    )


def test_rungs_in_depth_are_alike_unless_asked_otherwise() -> None:
    assert asked('rungs = 5\nstep_depth = "3"\n') == LadderParams(rungs=5, step_depth=Decimal(3))
    assert asked('rungs = 2\nstep_bps = "3"\nweights = "geometric"\n').growth == 1


def test_check_says_what_a_ladder_is(tmp_path: Path) -> None:
    path = tmp_path / "o.toml"
    path.write_text(HEAD + '[order.ladder]\nrungs = 5\nstep_bps = "5"\n')
    assert "ladder of 5 rungs, 5 bps apart" in check(path)


@pytest.mark.parametrize(
    ("section", "says"),
    [
        (
            "rungs = 5\n",
            "order.ladder.step_bps: missing; add step_bps (basis points) or step_depth "
            "(market units)",
        ),
        (
            'rungs = 5\nstep_bps = "1"\nstep_depth = "1"\n',
            "order.ladder.step_depth = 1: step_bps stands too; keep one of them",
        ),
        (
            'rungs = 5\nfirst_bps = "1"\nstep_depth = "1"\n',
            "order.ladder.first_bps = 1: is for step_bps; with step_depth the first rung stands "
            "behind the first step",
        ),
        (
            'rungs = 5\nstep_bps = "1"\nweights = "geometric"\ngrowth = "0"\n',
            "order.ladder.growth = 0: must be above 0 for geometric weights; 1 = all rungs alike",
        ),
        (
            'rungs = 100\nstep_bps = "102"\n',
            "order.ladder.step_bps = 102: puts the last of 100 rungs at or below 0; make it smaller",
        ),
        (
            'rungs = 0\nstep_bps = "1"\n',
            "order.ladder.rungs = 0: must be a whole number from 1 to 100",
        ),
    ],
)
def test_a_ladder_that_cannot_be_is_refused(section: str, says: str) -> None:
    with pytest.raises(InputError) as refused:
        asked(section)
    assert str(refused.value).split(": ", 1)[1] == says


def test_a_ladder_needs_its_section() -> None:
    with pytest.raises(InputError, match=r"add \[order\.ladder\] with rungs and step_bps"):
        parse_order(parse_toml("o.toml", HEAD))
