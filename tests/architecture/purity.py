"""What may pure code do: decide, and neither look at the world nor change it."""

import ast
from collections.abc import Mapping
from typing import Final

from tests.architecture.source import OURS, Found, Module, Violation, imports_of

PURE: Final = (
    "venues/model",
    "venues/books",
    "strategies",
    "router/depth",
    "router/routing",
    "router/orders",
    "router/risk",
    "router/engine",
    "router/reports",
)
MONEY: Final = (
    *PURE,
    "venues/paper",
    "router/journal",
    "router/settings",
    "router/order_files",
    "router/route_files",
)

# An allow-list: what is not on it has a clock, a file, a socket or a log somewhere inside.
PURE_IMPORTS: Final = frozenset(
    (
        *("__future__", "abc", "array", "base64", "bisect", "collections", "contextlib", "copy"),
        *("dataclasses", "decimal", "enum", "fractions", "functools", "hashlib", "heapq"),
        *("itertools", "json", "math", "msgspec", "numba", "numpy", "operator", "random", "re"),
        *("string", "struct", "types", "typing"),
    )
)
# What single files may import beyond that, because it is the question they answer.
ALSO_IMPORTS: Final[Mapping[str, frozenset[str]]] = {
    # The compiler of the kernels: where compiled code is cached, and for which machine.
    "venues/books/jit.py": frozenset({"importlib", "os", "pathlib", "platform", "sys", "tempfile"}),
    # Tables and bars as values; printing them is the command's business.
    "router/reports/render.py": frozenset({"rich"}),
}
# Floats that are no money, each with what they are.
FLOATS_THAT_ARE_NO_MONEY: Final[Mapping[str, str]] = {
    "venues/paper/chance.py": "probabilities of faults",
    "router/reports/summary.py": "elapsed wall time",
    "router/reports/render.py": "lengths of bars on a screen",
}
BANNED_CALLS: Final = frozenset(
    {"open", "print", "input", "exec", "eval", "breakpoint", "__import__", "hash", "id"}
)
THE_CLOCK: Final = "router/runtime/clocks.py"
NOW: Final = frozenset({"now", "utcnow", "today"})
# Raw bits from a seed; numpy promises their stream, but not that of its distributions.
SEEDED_BITS: Final = frozenset({"PCG64", "SeedSequence"})
MODULES_OF_CHANCE: Final = frozenset({"secrets", "uuid"})


def pure(module: Module, known: Mapping[str, Module]) -> Found:
    """Yield async, I/O, logs, hash order and foreign imports in the pure packages."""
    if not module.inside(*PURE):
        return
    for target, line in imports_of(module, known):
        top = target.split(".")[0]
        if top in OURS or top in PURE_IMPORTS | ALSO_IMPORTS.get(module.path, frozenset()):
            continue
        yield Violation("pure", module.path, line, f"pure code does not import {top}")
    for node in ast.walk(module.tree):
        match node:
            case ast.AsyncFunctionDef() | ast.Await() | ast.AsyncFor() | ast.AsyncWith():
                yield Violation("pure", module.path, node.lineno, "pure code is not async")
            case ast.Call(func=ast.Name(id=name)) if name in BANNED_CALLS:
                sentence = f"pure code does not call {name}()"
                yield Violation("pure", module.path, node.lineno, sentence)
            case ast.For(iter=over) | ast.comprehension(iter=over) if _is_set(over):
                sentence = "the order of a set is not ours: sort it"
                yield Violation("pure", module.path, over.lineno, sentence)
            case _:
                pass


def _is_set(node: ast.expr) -> bool:
    match node:
        case ast.Set() | ast.SetComp():
            return True
        case ast.Call(func=ast.Name(id="set" | "frozenset")):
            return True
        case _:
            return False


def no_float_money(module: Module, known: Mapping[str, Module]) -> Found:
    """Yield floats in the packages that hold money: literals, annotations, casts, arrays."""
    del known
    if not module.inside(*MONEY) or module.path in FLOATS_THAT_ARE_NO_MONEY:
        return
    for node in ast.walk(module.tree):
        match node:
            case ast.Constant(value=float() | complex()):
                what = f"the float {node.value!r}"
            case ast.Name(id="float"):
                what = "float"
            case ast.Attribute(attr="float64" | "float32" | "double" as kind):
                what = kind
            case _:
                continue
        sentence = f"{what}: money is Decimal, kernels are int64"
        yield Violation("float", module.path, node.lineno, sentence)


def one_clock(module: Module, known: Mapping[str, Module]) -> Found:
    """Yield every reading of time, and every sleep, outside the one file for it."""
    if not module.ours or module.path == THE_CLOCK:
        return
    for target, line in imports_of(module, known):
        if target == "time":
            yield Violation("clock", module.path, line, f"time is read in {THE_CLOCK} only")
    for node in ast.walk(module.tree):
        match node:
            case ast.Attribute(value=ast.Name(id="datetime" | "date"), attr=attr) if attr in NOW:
                sentence = f"time is read in {THE_CLOCK} only"
            case ast.Attribute(value=ast.Attribute(attr="datetime" | "date"), attr=attr) if (
                attr in NOW
            ):
                sentence = f"time is read in {THE_CLOCK} only"
            case ast.Attribute(value=ast.Name(id="asyncio"), attr="sleep"):
                sentence = f"sleeping is for {THE_CLOCK} only"
            case _:
                continue
        yield Violation("clock", module.path, node.lineno, sentence)


def chance_is_passed_in(module: Module, known: Mapping[str, Module]) -> Found:
    """Yield randomness that no seed governs."""
    if not module.ours:
        return
    for target, line in imports_of(module, known):
        if target in MODULES_OF_CHANCE or target.startswith("numpy.random"):
            sentence = f"{target} follows no seed of ours"
            yield Violation("chance", module.path, line, sentence)
    for node in ast.walk(module.tree):
        match node:
            case ast.Import(names=names) if any(alias.name == "random" for alias in names):
                sentence = "import Random only: the module's functions share one hidden state"
            case ast.ImportFrom(module="random", names=names) if any(
                alias.name != "Random" for alias in names
            ):
                sentence = "import Random only: the module's functions share one hidden state"
            case ast.Call(func=ast.Name(id="Random"), args=[]):
                sentence = "Random() seeds itself from the machine"
            case ast.Attribute(
                value=ast.Attribute(value=ast.Name(id="np" | "numpy"), attr="random"), attr=name
            ) if name not in SEEDED_BITS:
                sentence = "numpy.random follows no seed of ours"
            case _:
                continue
        yield Violation("chance", module.path, node.lineno, sentence)
