"""What may a tape say of an instrument beside what every tape must say?"""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.unit.tape.folders import good_folder, toml
from venues.errors import TapeError
from venues.model.instrument import FeeIn
from venues.tape.reader import read_tape
from venues.tape.writer import write_tape


def test_a_venue_may_take_its_fee_from_what_a_buy_brings_in(tmp_path: Path) -> None:
    folder = good_folder(tmp_path / "tape")
    before = read_tape(folder)
    toml('kind = "spot"', 'kind = "spot"\nfee_in = "received"')(folder)
    tape = read_tape(folder)
    assert [i.fee_in for i in tape.instruments] == [FeeIn.RECEIVED, FeeIn.QUOTE]
    assert tape.fingerprint != before.fingerprint


def test_what_is_said_and_is_the_rule_anyway_changes_nothing(tmp_path: Path) -> None:
    folder = good_folder(tmp_path / "tape")
    before = read_tape(folder)
    toml('kind = "spot"', 'kind = "spot"\nfee_in = "quote"')(folder)
    assert read_tape(folder).fingerprint == before.fingerprint


@pytest.mark.parametrize(
    ("kind", "said", "answer"),
    [
        ("spot", '"points"', r"tape.toml: instrument 1: fee_in = 'points': .* quote, received"),
        ("perp", '"received"', r"instrument 2: fee_in = 'received': .* brings in no base"),
        ("spot", "1", r"instrument 1: fee_in = 1: must be text in quotes"),
    ],
)
def test_a_fee_currency_that_cannot_be_is_refused(
    tmp_path: Path, kind: str, said: str, answer: str
) -> None:
    folder = good_folder(tmp_path / "tape")
    toml(f'kind = "{kind}"', f'kind = "{kind}"\nfee_in = {said}')(folder)
    with pytest.raises(TapeError, match=answer):
        read_tape(folder)


@pytest.mark.parametrize(
    ("kind", "said", "answer"),
    [
        ("spot", '"inverse"', "instrument 1: contract = 'inverse': only a perp can be inverse"),
        ("perp", '"quanto"', "instrument 2: contract = 'quanto': must be one of linear, inverse"),
    ],
)
def test_a_contract_that_cannot_be_is_refused(
    tmp_path: Path, kind: str, said: str, answer: str
) -> None:
    folder = good_folder(tmp_path / "tape")
    toml(f'kind = "{kind}"', f'kind = "{kind}"\ncontract = {said}')(folder)
    with pytest.raises(TapeError, match=answer):
        read_tape(folder)


def test_a_venue_may_charge_each_order_beside_its_fee(tmp_path: Path) -> None:
    folder = good_folder(tmp_path / "tape")
    before = read_tape(folder)
    toml('kind = "spot"', 'kind = "spot"\norder_cost = "0.35"')(folder)
    tape = read_tape(folder)
    assert [i.order_cost for i in tape.instruments] == [Decimal("0.35"), Decimal(0)]
    assert tape.fingerprint != before.fingerprint
    toml('order_cost = "0.35"', 'order_cost = "0"')(folder)
    assert read_tape(folder).fingerprint == before.fingerprint


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ('order_cost = "-1"', r"order_cost"),
        ("order_cost = 0.35", r"order_cost"),
        ('fee_in = "received"\norder_cost = "1"', r"order_cost .* pay their fees in quote"),
    ],
)
def test_a_cost_of_orders_that_cannot_be_is_refused(tmp_path: Path, said: str, answer: str) -> None:
    folder = good_folder(tmp_path / "tape")
    toml('kind = "spot"', f'kind = "spot"\n{said}')(folder)
    with pytest.raises(TapeError, match=answer):
        read_tape(folder)


def test_a_perp_may_pay_funding_at_its_own_interval(tmp_path: Path) -> None:
    folder = good_folder(tmp_path / "tape")
    toml('kind = "perp"', 'kind = "perp"\nfunding_interval_s = 3600')(folder)
    tape = read_tape(folder)
    assert [i.funding_interval_s for i in tape.instruments] == [28_800, 3_600]
    write_tape(tape, tmp_path / "again")
    assert read_tape(tmp_path / "again").fingerprint == tape.fingerprint


@pytest.mark.parametrize("said", ["0", "-1", '"3600"', "3600.0"])
def test_an_interval_that_cannot_be_is_refused(tmp_path: Path, said: str) -> None:
    folder = good_folder(tmp_path / "tape")
    toml('kind = "perp"', f'kind = "perp"\nfunding_interval_s = {said}')(folder)
    with pytest.raises(TapeError, match="instrument 2: funding_interval_s = "):
        read_tape(folder)


def test_a_venue_takes_order_lists_only_where_the_tape_says_so(tmp_path: Path) -> None:
    folder = good_folder(tmp_path / "tape")
    toml('kind = "perp"', 'kind = "perp"\nstop_orders = true\norder_lists = true')(folder)
    tape = read_tape(folder)
    assert [i.order_lists for i in tape.instruments] == [False, True]
    write_tape(tape, tmp_path / "again")
    assert read_tape(tmp_path / "again").fingerprint == tape.fingerprint


def test_order_lists_without_stop_orders_are_refused(tmp_path: Path) -> None:
    folder = good_folder(tmp_path / "tape")
    toml('kind = "perp"', 'kind = "perp"\norder_lists = true')(folder)
    with pytest.raises(TapeError, match=r"order_lists = .* needs stop_orders = true"):
        read_tape(folder)
