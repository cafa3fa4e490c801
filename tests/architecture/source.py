"""What does the repository's Python look like: every file parsed once."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

OURS: Final = ("venues", "strategies", "router")
ALSO: Final = ("tests", "benchmarks", "examples")


@dataclass(frozen=True, slots=True)
class Module:
    """One file: `path` from the root with slashes, `name` as it is imported."""

    path: str
    name: str
    text: str
    tree: ast.Module

    def inside(self, *folders: str) -> bool:
        """Return whether the file lies in one of `folders` ("router/risk")."""
        return any(self.path.startswith(f"{folder}/") for folder in folders)

    @property
    def ours(self) -> bool:
        """Return whether this is shipped code, not tests or scripts."""
        return self.inside(*OURS)


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a line breaks, with the sentence that says so."""

    rule: str
    path: str
    line: int
    sentence: str

    def __str__(self) -> str:
        """Return it as a compiler would."""
        return f"{self.path}:{self.line}: [{self.rule}] {self.sentence}"


Found = Iterator[Violation]


def modules_of(root: Path) -> Mapping[str, Module]:
    """Return every Python file under `root` by module name, in order of path."""
    files = sorted(
        path
        for top in (*OURS, *ALSO)
        for path in (root / top).rglob("*.py")
        if "__pycache__" not in path.parts
    )
    found: dict[str, Module] = {}
    for file in files:
        relative = file.relative_to(root)
        parts = relative.with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = file.read_text(encoding="utf-8")
        found[name] = Module(relative.as_posix(), name, text, ast.parse(text))
    return found


def imports_of(module: Module, known: Mapping[str, Module]) -> Iterator[tuple[str, int]]:
    """Yield every module that `module` imports, wherever in the file, with the line.

    `from a import b` is `a.b` when that is one of our modules, else `a`.
    """
    for node in ast.walk(module.tree):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    yield alias.name, node.lineno
            case ast.ImportFrom(module=str(base), names=names):
                for alias in names:
                    inner = f"{base}.{alias.name}"
                    yield (inner if inner in known else base), node.lineno
            case _:
                pass
