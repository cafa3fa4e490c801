"""The rules themselves can fail: each planted violation is caught, and clean code is not."""

from pathlib import Path
from textwrap import dedent

import pytest

from tests.architecture.rules import RULES, violations

CLEAN: dict[str, str] = {
    "venues/__init__.py": '"""The market."""\n',
    "venues/errors.py": '"""What can go wrong."""\n',
    "venues/ports.py": '"""Ports."""\n\nfrom venues.model.order import Side\n',
    "venues/model/__init__.py": '"""The values."""\n',
    "venues/model/order.py": '"""Words."""\n\nSide = str\n',
    "venues/model/commands.py": '"""Commands."""\n\n\nclass Approved:\n    """A pass."""\n',
    "venues/paper/venue.py": '"""A simulated venue."""\n\nfrom venues.model.order import Side\n',
    "strategies/__init__.py": '"""When to trade."""\n',
    "strategies/spec.py": '"""What is asked for."""\n\nfrom venues.model.order import Side\n',
    "strategies/twap.py": '"""Slices."""\n\nfrom random import Random\n\nfrom strategies.spec import Side\n',
    "router/__init__.py": (
        '"""The engine."""\n\n\ndef load() -> None:\n    """Lazily."""\n    import router.app.api\n'
    ),
    "router/depth/composite.py": '"""Depth."""\n\nfrom venues.model import order\n',
    "router/risk/limits.py": (
        '"""The gate."""\n\nfrom venues.model.commands import Approved\n\nPASS = Approved()\n'
    ),
    "router/engine/core.py": '"""The engine."""\n\nfrom router.risk.limits import PASS\n',
    "router/settings/fields.py": '"""Settings."""\n\nfrom venues.model.order import Side\n',
    "router/runtime/clocks.py": (
        '"""Time."""\n\nimport asyncio\nimport time\n\nfrom router.settings.fields import Side\n\n'
        "NOW = time.monotonic_ns\nPAUSE = asyncio.sleep\n"
    ),
    "router/app/api.py": (
        '"""Everything together."""\n\nfrom strategies.twap import Side\n'
        "from venues.paper.venue import Side as S\n"
    ),
    "router/cli.py": '"""Arguments."""\n\nfrom router import __version__\nfrom router.app import api\n',
    "tests/test_it.py": '"""A test."""\n\nimport time\n\nseen = []\nHALF = 0.5\n',
}

# Rule, file and code that breaks it; added to the clean tree one at a time.
PLANTED: list[tuple[str, str, str]] = [
    ("direction", "venues/model/bad.py", "from venues.errors import X"),
    ("direction", "venues/model/bad.py", "import venues.ports"),
    ("direction", "venues/books/bad.py", "from venues.paper import venue"),
    ("direction", "venues/paper/bad.py", "from strategies.spec import Side"),
    ("direction", "venues/paper/bad.py", "def f():\n    from router.depth import composite"),
    ("direction", "strategies/bad.py", "from venues.ports import Clock"),
    ("direction", "strategies/bad.py", "from venues.paper.venue import Side"),
    ("direction", "strategies/bad.py", "import router.depth.composite"),
    ("direction", "router/depth/bad.py", "from router.engine import core"),
    ("direction", "router/risk/bad.py", "from router.engine.core import PASS"),
    ("direction", "router/engine/bad.py", "from router.settings.fields import Side"),
    ("direction", "router/engine/bad.py", "from router.runtime import clocks"),
    ("direction", "router/engine/bad.py", "from strategies.twap import Twap"),
    ("direction", "router/engine/bad.py", "from venues.paper.venue import PaperVenue"),
    ("direction", "router/engine/bad.py", "import router"),
    ("direction", "router/runtime/bad.py", "from router.app import api"),
    ("direction", "router/runtime/bad.py", "from strategies import twap"),
    ("direction", "router/settings/bad.py", "from router.risk.limits import PASS"),
    ("direction", "router/novelty/bad.py", "from router.depth import composite"),
    ("direction", "router/app/bad.py", "from tests.fakes import books"),
    ("pure", "venues/model/bad.py", "import logging"),
    ("pure", "venues/books/bad.py", "import structlog"),
    ("pure", "strategies/bad.py", "import asyncio"),
    ("pure", "strategies/bad.py", "from datetime import datetime"),
    ("pure", "router/depth/bad.py", "from pathlib import Path"),
    ("pure", "router/routing/bad.py", "import sqlite3"),
    ("pure", "router/orders/bad.py", "def f():\n    import os"),
    ("pure", "router/risk/bad.py", "async def f():\n    pass"),
    ("pure", "router/engine/bad.py", "async def f(x):\n    await x"),
    ("pure", "router/reports/bad.py", "def f(p):\n    return open(p)"),
    ("pure", "router/reports/bad.py", "print('hello')"),
    ("pure", "router/engine/bad.py", "def f(x):\n    return hash(x)"),
    ("pure", "router/engine/bad.py", "def f(x):\n    for y in set(x):\n        pass"),
    ("pure", "router/engine/bad.py", "def f(x):\n    return [y for y in {x, 1}]"),
    ("float", "venues/model/bad.py", "FEE = 0.001"),
    ("float", "strategies/bad.py", "def f(price: float): ..."),
    ("float", "router/risk/bad.py", "def f(x):\n    return float(x)"),
    ("float", "router/orders/bad.py", "def f() -> list[float]: ..."),
    ("float", "router/routing/bad.py", "import numpy as np\nX = np.zeros(3, np.float64)"),
    ("float", "venues/paper/bad.py", "FEE = 1e-4"),
    ("float", "router/journal/bad.py", "X = 1.0"),
    ("clock", "venues/live/bad.py", "import time"),
    ("clock", "router/app/bad.py", "from time import monotonic_ns"),
    ("clock", "router/app/bad.py", "from datetime import datetime\nX = datetime.now()"),
    ("clock", "router/app/bad.py", "import datetime\nX = datetime.datetime.utcnow()"),
    ("clock", "router/runtime/bad.py", "import asyncio\nX = asyncio.sleep"),
    ("chance", "router/app/bad.py", "import random"),
    ("chance", "strategies/bad.py", "from random import choice"),
    ("chance", "strategies/bad.py", "from random import Random\nX = Random()"),
    ("chance", "venues/synthetic/bad.py", "import numpy as np\nX = np.random.normal()"),
    ("chance", "venues/synthetic/bad.py", "from numpy.random import normal"),
    ("chance", "venues/live/bad.py", "import uuid"),
    ("chance", "venues/live/bad.py", "from secrets import token_hex"),
    (
        "approved",
        "router/engine/bad.py",
        "from venues.model.commands import Approved\nX = Approved()",
    ),
    ("approved", "router/app/bad.py", "from venues.model import commands\nX = commands.Approved()"),
    ("approved", "venues/paper/bad.py", "from venues.model.commands import Approved as A"),
    (
        "approved",
        "router/runtime/bad.py",
        "from venues.model.commands import Approved\nclass B(Approved): ...",
    ),
    ("size", "router/app/bad.py", "x = 1\n" * 400),
    ("size", "tests/bad.py", "def f():\n" + "    x = 1\n" * 61),
    ("finished", "router/app/bad.py", "x = 1  # TODO: more"),
    ("finished", "tests/bad.py", "x = 1  # type: ignore"),
    ("finished", "tests/bad.py", "x = 1  # noqa"),
    ("finished", "router/app/bad.py", "raise NotImplementedError"),
    ("finished", "router/app/bad.py", "try:\n    x = 1\nexcept Exception:\n    pass"),
    (
        "finished",
        "router/app/bad.py",
        "try:\n    x = 1\nexcept (OSError, BaseException):\n    pass",
    ),
    ("finished", "router/app/bad.py", "try:\n    x = 1\nexcept:\n    pass"),
    ("portable", "tests/bad.py", f"# /{'home'}/someone/tapes"),
    ("names", "router/app/utils.py", "x = 1"),
    ("names", "router/app/bad.py", "class OrderManager: ..."),
    ("names", "router/app/bad.py", "def f(is_live): ..."),
    ("names", "router/app/bad.py", "def f():\n    global x"),
    ("names", "router/app/bad.py", "seen = {}"),
    ("names", "venues/live/bad.py", "orders: list[str] = []"),
    ("names", "venues/live/bad.py", "orders = dict(a=1)"),
]


def _write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_clean_code_breaks_no_rule(tmp_path: Path) -> None:
    _write(tmp_path, CLEAN)
    assert violations(tmp_path) == []


@pytest.mark.parametrize(
    ("rule", "path", "code"), PLANTED, ids=lambda text: text[:40].split("\n")[0]
)
def test_a_planted_violation_is_caught_and_nothing_else(
    rule: str, path: str, code: str, tmp_path: Path
) -> None:
    _write(tmp_path, CLEAN)
    _write(tmp_path, {path: f'"""What is planted here?"""\n\n{dedent(code)}\n'})
    found = violations(tmp_path)
    assert rule in {v.rule for v in found}, "the violation went unnoticed"
    assert {v.path for v in found} == {path}


@pytest.mark.parametrize("text", ["", "x = 1\n", '# a comment\n"""Late."""\n', '"""\nLate."""\n'])
def test_a_file_without_a_first_line_that_says_why_is_caught(text: str, tmp_path: Path) -> None:
    _write(tmp_path, CLEAN)
    _write(tmp_path, {"router/app/bad.py": text})
    assert [v.rule for v in violations(tmp_path)] == ["docstring"]


def test_every_rule_has_a_planted_violation() -> None:
    planted = {rule for rule, _, _ in PLANTED} | {"docstring"}
    assert len(planted) == len(RULES)
