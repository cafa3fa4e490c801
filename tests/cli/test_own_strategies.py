"""Can a trader bring strategies of their own? Only from modules that the config lists, and checked."""

import shutil
from pathlib import Path

import pytest

from tests.cli.command import ROOT, Done, inside, tape_in

EXAMPLES = ROOT / "examples" / "strategies"


def order(folder: Path, kind: str, params: str, name: str = "mine") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(
        f'[order]\nid = "{name}"\nsymbol = "BTC/USDT"\nside = "buy"\nquantity = "3"\n'
        f'kind = "{kind}"\n[order.params]\n{params}\n'
    )
    return path


def config(folder: Path, *modules: str, where: str = ".") -> Path:
    path = folder / "config.toml"
    listed = ", ".join(f'"{module}"' for module in modules)
    text = (ROOT / "config" / "paper.toml").read_text()
    path.write_text(f'{text}\n[strategies]\nallow = [{listed}]\nfolder = "{where}"\n')
    return path


def replay(folder: Path, order_file: Path, config_file: Path) -> Done:
    if not (folder / "tape").exists():
        tape_in(folder)
    return inside(
        *("replay", "--tape", folder / "tape", "--config", config_file),
        *("--order", order_file, "--json"),
    )


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A folder of the trader's own, with copies of both examples."""
    for example in EXAMPLES.glob("*.py"):
        shutil.copy(example, tmp_path)
    return tmp_path


CLASS = 'parts = 3\ndip_bps = "1"\npatience_s = 8'
SCRIPT = "rounds = 2\nwait_s = 3"


@pytest.mark.parametrize(
    ("kind", "params"), [("dips:BuyDips", CLASS), ("patient:post_then_take", SCRIPT)]
)
def test_the_worked_examples_trade_and_repeat(mine: Path, kind: str, params: str) -> None:
    file, settings = order(mine, kind, params), config(mine, "dips", "patient")
    first, second = replay(mine, file, settings), replay(mine, file, settings)
    assert first.code == 0, first.err
    assert (first.parent["state"], first.parent["filled"]) == ("done", "3")
    assert first.report["digest"] == second.report["digest"]


def test_another_code_is_another_run(mine: Path) -> None:
    file, settings = order(mine, "dips:BuyDips", CLASS), config(mine, "dips")
    before = replay(mine, file, settings).report["digest"]
    with (mine / "dips.py").open("a") as module:
        module.write("\n# a remark\n")
    assert replay(mine, file, settings).report["digest"] != before


def test_a_module_that_is_not_listed_is_not_imported(mine: Path) -> None:
    (mine / "sly.py").write_text("raise SystemExit('I was imported')\n")
    done = replay(mine, order(mine, "sly:Anything", ""), config(mine, "dips"))
    assert done.code == 2
    done.is_one_line_that_says("order.kind", "sly:Anything", "[strategies] allow", "dips:BuyDips")


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ('parts = 3\ndip_bps = "1"', ("order.params", "missing required field `patience_s`")),
        (CLASS + "\nextra = 1", ("order.params.extra", "is not a parameter", "dip_bps")),
        (CLASS.replace('"1"', "1.5"), ("order.params", "dip_bps", "decimals in quotes")),
        (CLASS.replace("3", '"three"'), ("order.params", "$.parts")),
        (CLASS.replace("= 3", "= 99999999999999999999"), ("order.params", "at most 63 bits")),
    ],
)
def test_parameters_are_checked_before_anything_runs(
    mine: Path, params: str, words: tuple[str, ...]
) -> None:
    done = replay(mine, order(mine, "dips:BuyDips", params), config(mine, "dips"))
    assert done.code == 2
    done.is_one_line_that_says(*words)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import nowhere_to_be_found", ("cannot be imported", "ModuleNotFoundError")),
        ("def broken(:", ("cannot be imported", "SyntaxError")),
        ("1 / 0", ("cannot be imported", "ZeroDivisionError")),
        ("class A:\n    state_type = int\n    def decide(self): ...", ("odd:A", "refusal")),
        ("async def f(a, b, c): ...", ("odd:f", "async def name(ctx: Script")),
        ("async def f(a, b: int): ...", ("odd:f", "msgspec.Struct")),
    ],
)
def test_half_a_strategy_is_refused(mine: Path, code: str, words: tuple[str, ...]) -> None:
    (mine / "odd.py").write_text(code + "\n")
    done = replay(mine, order(mine, "dips:BuyDips", CLASS), config(mine, "dips", "odd"))
    assert done.code == 2
    done.is_one_line_that_says("strategies.allow.1", *words)


def test_a_module_that_is_nowhere_is_named(mine: Path) -> None:
    done = replay(mine, order(mine, "dips:BuyDips", CLASS), config(mine, "dips", "not_there"))
    assert done.code == 2
    done.is_one_line_that_says("strategies.allow.1", "not_there", "no such module")


def test_params_belong_to_strategies_of_ones_own(tmp_path: Path) -> None:
    done = replay(tmp_path, order(tmp_path, "take", "a = 1"), config(tmp_path))
    assert done.code == 2
    done.is_one_line_that_says("order.params", "[order.take]")
