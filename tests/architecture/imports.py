"""Which way do imports point: router to strategies to venues, and never back."""

from collections.abc import Mapping
from typing import Final

from tests.architecture.source import OURS, Found, Module, Violation, imports_of

# Inside router each layer may import those to its left, and itself.
LAYERS: Final[tuple[frozenset[str], ...]] = tuple(
    frozenset(layer.split())
    for layer in (
        "depth",
        "orders",
        "routing",
        "risk",
        "engine",
        "journal",
        "reports",
        "documents resources settings order_files",  # what people write: for runtime and right of it
        "route_files",  # what is asked to be routed, in the integers of routing
        "runtime",
        "service",
        "exit_codes terminal check route",  # what a command says and how it ends
        "app",
        "cli",
        "__main__",
    )
)
PAPERS: Final = next(layer for layer in LAYERS if "settings" in layer)

CONCRETE_VENUES: Final = frozenset({"live", "paper", "tape", "synthetic", "loopback"})
ABSTRACT_STRATEGIES: Final = frozenset(
    {
        "base",
        "intents",
        "conditions",
        "spec",
        "stop_params",
        "ladder_params",
        "schedule",
        "pacing",
        "script",
        "own",
    }
)
# A driver of simulated venues is made for them; the engine it drives still knows none.
MAY_NAME_VENUES: Final = frozenset({"router.runtime.replay", "router.runtime.live"})

# Within venues: who may import what of ours beside itself.
VENUES: Final[Mapping[str, frozenset[str]]] = {
    "model": frozenset(),
    "errors": frozenset(),
    "ports": frozenset({"model"}),
    "books": frozenset({"model", "errors", "ports"}),
}


def direction(module: Module, known: Mapping[str, Module]) -> Found:
    """Yield imports that point back, skip a layer's bounds or name what only app may name."""
    if not module.ours:
        return
    for target, line in imports_of(module, known):
        top = target.split(".")[0]
        if top not in OURS and top not in {"tests", "benchmarks", "examples"}:
            continue
        sentence = _wrong(module.name, target)
        if sentence:
            yield Violation("direction", module.path, line, sentence)


def _wrong(name: str, target: str) -> str:
    own, other = name.split("."), target.split(".")
    if other[0] not in OURS:
        return f"shipped code imports {target}"
    match own[0]:
        case "venues":
            return _wrong_in_venues(own, other)
        case "strategies":
            fine = other[0] == "strategies" or other[:2] == ["venues", "model"]
            return "" if fine else f"strategies import venues.model only, not {target}"
        case _:
            return _wrong_in_router(name, own, other)


def _wrong_in_venues(own: list[str], other: list[str]) -> str:
    target = ".".join(other)
    if other[0] != "venues":
        return f"venues import neither strategies nor router, but {target}"
    if len(own) < 2 or own[1] not in VENUES:
        return ""
    part = other[1] if len(other) > 1 else ""
    fine = part == own[1] or part in VENUES[own[1]]
    return "" if fine else f"venues.{own[1]} may not import {target}"


def _wrong_in_router(name: str, own: list[str], other: list[str]) -> str:
    target = ".".join(other)
    if other[0] == "router":
        return _wrong_layer(own, other)
    is_app = own[1:2] == ["app"]
    if other[0] == "venues" and len(other) > 1 and other[1] in CONCRETE_VENUES:
        fine = is_app or name in MAY_NAME_VENUES
        return "" if fine else f"only router.app names concrete venues, not {name}: {target}"
    if other[0] == "strategies" and len(other) > 1 and other[1] not in ABSTRACT_STRATEGIES:
        return "" if is_app else f"only router.app names concrete strategies: {target}"
    return ""


def _wrong_layer(own: list[str], other: list[str]) -> str:
    target = ".".join(other)
    if len(other) == 1:  # router itself: its version; the lazy API behind it is app's
        return (
            ""
            if own[1:2] in ([], ["app"], ["cli"])
            else "import the module, not the package router"
        )
    theirs = _rank(other[1])
    if theirs is None:
        return f"{target} has no place in the order of router's layers"
    if len(own) == 1:
        return ""
    mine = _rank(own[1])
    if mine is None:
        return f"router.{own[1]} has no place in the order of router's layers"
    if own[1] in PAPERS and other[1] not in PAPERS:
        return f"settings and order files import nothing of the engine, but {target}"
    return "" if theirs <= mine else f"router.{own[1]} is left of {target}"


def _rank(part: str) -> int | None:
    return next((rank for rank, layer in enumerate(LAYERS) if part in layer), None)
