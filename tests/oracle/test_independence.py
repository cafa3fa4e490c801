"""Does the oracle stand alone: no line of it imports the product it judges?"""

import ast
from pathlib import Path

OURS = {"venues", "strategies", "router"}
MODULES = sorted(Path(__file__).parent.glob("*.py"))


def imported(source: str) -> set[str]:
    """Return the top-level packages a source names in imports or in strings given to importers."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
            if node.module == "tests":
                found.update(f"tests.{alias.name}" for alias in node.names)
            elif node.module and node.module.startswith("tests."):
                found.add(".".join(node.module.split(".")[:2]))
        elif isinstance(node, ast.Name) and node.id in {"__import__", "exec", "eval"}:
            found.add(node.id)
    return found


def test_the_oracle_imports_nothing_of_ours() -> None:
    assert len(MODULES) > 8
    for module in MODULES:
        names = imported(module.read_text(encoding="utf-8"))
        assert not names & (OURS | {"importlib", "__import__", "exec", "eval"}), module.name
        # Helpers of other tests may import the product: only this folder is safe.
        assert {name for name in names if name.startswith("tests.")} <= {"tests.oracle"}


def test_a_hidden_import_would_be_seen() -> None:
    assert imported("import venues.books.kernels") == {"venues"}
    assert imported("def f():\n    from router import Router") == {"router"}
    assert "__import__" in imported("__import__('venues')")
    assert "tests.fakes" in imported("from tests.fakes import market")
