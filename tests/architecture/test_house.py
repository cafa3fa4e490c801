"""The house stands as it was drawn: imports, purity, size, packaging, locks."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.architecture.rules import violations

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def _names(lines: list[str]) -> set[str]:
    words = (re.match(r"[a-z][a-z0-9-]*", line) for line in lines)
    return {word.group() for word in words if word}


def test_no_file_breaks_a_rule_of_the_house() -> None:
    broken = violations(ROOT)
    assert not broken, "\n".join(["", *map(str, broken)])


def test_what_the_package_asks_for_is_what_the_lock_is_made_of() -> None:
    asked = _names(PROJECT["dependencies"])
    locked = _names((ROOT / "requirements" / "run.in").read_text().splitlines())
    assert locked - {"setuptools"} == asked


def test_what_tests_ask_for_is_locked_too() -> None:
    extras = PROJECT["optional-dependencies"]
    asked = _names([*extras["test"], *extras["dev"]]) - {"fathom-router"}
    assert _names((ROOT / "requirements" / "dev.in").read_text().splitlines()) == asked


@pytest.mark.parametrize("name", ["run.txt", "dev.txt"])
def test_a_lock_pins_every_package_by_hash_and_names_no_host(name: str) -> None:
    lock = (ROOT / "requirements" / name).read_text()
    entries = [e for e in re.split(r"\n(?=\S)", lock) if e.strip() and not e.startswith("#")]
    assert len(entries) > len(PROJECT["dependencies"])
    for entry in entries:
        assert re.match(r"[a-z0-9][a-z0-9.-]*==[^\s;]+", entry), entry.splitlines()[0]
        assert "--hash=sha256:" in entry
    assert "://" not in lock
    assert not re.search(r"--(index|extra|find|trusted)", lock)


def test_a_smaller_lock_is_part_of_the_larger_one() -> None:
    run = set(
        re.findall(r"^\S+==\S+", (ROOT / "requirements" / "run.txt").read_text(), re.MULTILINE)
    )
    dev = set(
        re.findall(r"^\S+==\S+", (ROOT / "requirements" / "dev.txt").read_text(), re.MULTILINE)
    )
    assert run < dev
