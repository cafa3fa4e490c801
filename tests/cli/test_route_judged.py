"""Every plan for the recorded books passes the independent judge, which solves them by MILP."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shared_books import shared_file

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["twelve-venues", "recorded"])
def test_the_judge_has_no_complaint_on_any_line(name: str, tmp_path: Path) -> None:
    judge = shared_file("checks/check_routes.py")
    books = shared_file(f"books/{name}.jsonl")
    if importlib.util.find_spec("scipy") is None:
        pytest.skip("the judge needs scipy")
    plans = tmp_path / "plans.jsonl"
    with plans.open("wb") as file:
        done = subprocess.run(
            [sys.executable, "-m", "router", "route", "--books", str(books), "--json"],
            cwd=ROOT,
            stdout=file,
            check=False,
        )
    assert done.returncode == 0
    judged = subprocess.run(
        [sys.executable, str(judge), str(books), str(plans)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout + judged.stderr
    assert " 0 complaints" in judged.stdout
