"""What does a file look like: short, named after what it answers, with nothing half done in it."""

import ast
import io
import re
import tokenize
from collections.abc import Mapping
from typing import Final

from tests.architecture.source import Found, Module, Violation

LINES_MAX: Final = 400
FUNCTION_LINES_MAX: Final = 60
THE_GATE: Final = "router/risk"

_UNFINISHED: Final = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
_BARE_IGNORE: Final = re.compile(r"type:\s*ignore(?!\[[a-z-]+)")
_BARE_NOQA: Final = re.compile(r"\bnoqa\b(?!:\s*[A-Z]+[0-9]+)", re.IGNORECASE)
_MACHINE_PATH: Final = re.compile(r"(?<![\w.~])/(?:home|root|work|Users|mnt|opt)/\w")
_VAGUE_FILE: Final = frozenset({"utils", "util", "helpers", "helper", "misc", "common", "manager"})
_VAGUE_CLASS: Final = re.compile(r"(Manager|Handler|Helper|Utils?|Processor)$")
_MODE_FLAGS: Final = frozenset(
    {"is_live", "is_paper", "is_replay", "is_backtest", "dry_run", "live_mode", "paper_mode"}
)
# The border to code that is not ours: what it raises ends its parent, told in a sentence.
_CATCHES_FOREIGN: Final = frozenset({"strategies/own.py"})
_CATCH_ALL: Final = frozenset({"Exception", "BaseException"})
_MUTABLE_CALLS: Final = frozenset({"dict", "list", "set", "defaultdict", "deque", "Counter"})


def sized(module: Module, known: Mapping[str, Module]) -> Found:
    """Yield files and functions that do not fit a sitting or a screen."""
    del known
    lines = module.text.count("\n")
    if lines > LINES_MAX:
        sentence = f"{lines} lines, at most {LINES_MAX}: split it by question"
        yield Violation("size", module.path, 1, sentence)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            # Without the signature: a kernel's is long, and read once.
            length = (node.end_lineno or node.lineno) - node.body[0].lineno + 1
            if length > FUNCTION_LINES_MAX:
                sentence = f"{node.name} has {length} lines, at most {FUNCTION_LINES_MAX}"
                yield Violation("size", module.path, node.lineno, sentence)


def opened(module: Module, known: Mapping[str, Module]) -> Found:
    """Yield files whose first line does not say which question they answer."""
    del known
    first = module.tree.body[0] if module.tree.body else None
    match first:
        case ast.Expr(value=ast.Constant(value=str(text)), lineno=1) if text.split("\n")[0].strip():
            return
        case _:
            sentence = "the first line is a docstring that answers one question"
            yield Violation("docstring", module.path, 1, sentence)


def finished(module: Module, known: Mapping[str, Module]) -> Found:
    """Yield what is left undone or waved through."""
    del known
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        if token.type != tokenize.COMMENT:
            continue
        for pattern, sentence in (
            (_UNFINISHED, "finish it or write it down elsewhere"),
            (_BARE_IGNORE, "a type: ignore names its code"),
            (_BARE_NOQA, "a noqa names its code"),
        ):
            if pattern.search(token.string):
                yield Violation("finished", module.path, token.start[0], sentence)
    for node in ast.walk(module.tree):
        match node:
            case ast.Name(id="NotImplementedError"):
                sentence = "a feature is registered only when it is whole"
            case ast.ExceptHandler(type=None):
                sentence = "a bare except hides bugs"
            case ast.ExceptHandler(type=kind) if kind is not None and _catches_all(kind):
                if module.path in _CATCHES_FOREIGN:
                    continue
                sentence = "except Exception hides bugs: name what may happen"
            case _:
                continue
        yield Violation("finished", module.path, node.lineno, sentence)


def _catches_all(kind: ast.expr) -> bool:
    match kind:
        case ast.Name(id=name):
            return name in _CATCH_ALL
        case ast.Tuple(elts=kinds):
            return any(_catches_all(one) for one in kinds)
        case _:
            return False


def portable(module: Module, known: Mapping[str, Module]) -> Found:
    """Yield paths that exist on one machine only."""
    del known
    for number, line in enumerate(module.text.splitlines(), start=1):
        if _MACHINE_PATH.search(line):
            yield Violation("portable", module.path, number, "a path of one machine")


def named(module: Module, known: Mapping[str, Module]) -> Found:
    """Yield names that say nothing, mode flags, and state that hides at module level."""
    del known
    stem = module.path.rsplit("/", 1)[-1].removesuffix(".py")
    if stem in _VAGUE_FILE:
        yield Violation("names", module.path, 1, f"{stem} says nothing: name the question")
    for node in ast.walk(module.tree):
        match node:
            case ast.ClassDef(name=name) if _VAGUE_CLASS.search(name):
                sentence = f"{name} says nothing: name what it is"
            case ast.Name(id=name) | ast.arg(arg=name) if name in _MODE_FLAGS:
                sentence = f"{name}: live, paper and replay differ in their adapters only"
            case ast.Global():
                sentence = "no module-level state: pass it in"
            case _:
                continue
        yield Violation("names", module.path, node.lineno, sentence)
    for statement in module.tree.body:
        name = _mutable_name(statement)
        if module.ours and name and not name.startswith("__") and not name.isupper():
            sentence = f"{name} is mutable and at module level: pass it in, or make it a CONSTANT"
            yield Violation("names", module.path, statement.lineno, sentence)


def _mutable_name(statement: ast.stmt) -> str:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            pass
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            pass
        case _:
            return ""
    match value:
        case ast.List() | ast.Dict() | ast.Set() | ast.ListComp() | ast.DictComp() | ast.SetComp():
            return name
        case ast.Call(func=ast.Name(id=function)) if function in _MUTABLE_CALLS:
            return name
        case _:
            return ""


def approved_by_risk_alone(module: Module, known: Mapping[str, Module]) -> Found:
    """Yield every way but risk's to an Approved: calls, aliases, subclasses."""
    del known
    if not module.ours or module.inside(THE_GATE):
        return
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Name(id="Approved") | ast.Attribute(attr="Approved")):
                sentence = "only router/risk builds Approved"
            case ast.ImportFrom(names=names) if any(
                alias.name == "Approved" and alias.asname for alias in names
            ):
                sentence = "Approved goes by its own name, so that its makers can be found"
            case ast.ClassDef(bases=bases) if any(
                isinstance(base, ast.Name) and base.id == "Approved" for base in bases
            ):
                sentence = "nothing else is an Approved"
            case _:
                continue
        yield Violation("approved", module.path, node.lineno, sentence)
