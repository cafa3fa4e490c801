"""Which rules hold the house together, and who breaks them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tests.architecture.imports import direction
from tests.architecture.purity import chance_is_passed_in, no_float_money, one_clock, pure
from tests.architecture.shape import (
    approved_by_risk_alone,
    finished,
    named,
    opened,
    portable,
    sized,
)
from tests.architecture.source import Found, Module, Violation, modules_of

Rule = Callable[[Module, Mapping[str, Module]], Found]

RULES: Final[tuple[Rule, ...]] = (
    direction,
    pure,
    no_float_money,
    one_clock,
    chance_is_passed_in,
    approved_by_risk_alone,
    sized,
    opened,
    finished,
    portable,
    named,
)


def violations(root: Path) -> list[Violation]:
    """Return every broken rule under `root`, in order of file and line."""
    known = modules_of(root)
    found = [
        violation
        for module in known.values()
        for rule in RULES
        for violation in rule(module, known)
    ]
    return sorted(found, key=lambda v: (v.path, v.line, v.rule))
