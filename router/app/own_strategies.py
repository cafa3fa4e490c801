"""Which strategies of the user may trade, where do they come from, and do their parameters fit?

Only modules that the config lists are ever imported. Every class with `state_type` and `decide`, and
every `async def` whose first parameter is the script's context, is a kind "module:name".
"""

import contextlib
import hashlib
import importlib
import importlib.machinery
import importlib.util
import inspect
import sys
import typing
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Final

import msgspec

from router.settings.fields import Settings
from strategies.base import State, Strategy, StrategyFailed
from strategies.own import NoParams, Own, OwnStrategy, asked
from strategies.scripted import ScriptStrategy, Written
from strategies.spec import OwnParams, ParentSpec
from venues.errors import InputError

Loaded = Mapping[str, "Offered"]
NONE_LOADED: Final[Loaded] = MappingProxyType({})


class Offered(msgspec.Struct, frozen=True, eq=False):
    """One strategy of the user's: `code` is the hash of the module it stands in."""

    strategy: Strategy
    params_type: type[msgspec.Struct]
    code: str


def load_own(settings: Settings, beside: Path) -> dict[str, Offered]:
    """Import the modules that the config allows, and return what they offer by kind.

    `beside`: the folder of the config. Raises InputError: a module that is not there, cannot be
    imported, or offers something that is half a strategy.
    """
    found: dict[str, Offered] = {}
    for position, name in enumerate(settings.strategies.allow):
        where = f"strategies.allow.{position}"
        module, source = _imported(name, beside / settings.strategies.folder, where)
        code = hashlib.sha256(source).hexdigest()[:32]
        found.update(_offers(module, name, code, where))
    return found


def own_problem(spec: ParentSpec, loaded: Loaded) -> tuple[str, object, str] | None:
    """Return field, value and remedy where `spec` names a strategy or parameters that do not exist."""
    params = spec.params
    if not isinstance(params, OwnParams):
        return None
    offered = loaded.get(params.strategy)
    if offered is None:
        module = params.strategy.split(":")[0]
        known = ", ".join(sorted(loaded)) or "none"
        remedy = f"is not offered by the modules of [strategies] allow ({module}?); known: {known}"
        return "kind", params.strategy, remedy
    fields = {field.encode_name for field in msgspec.structs.fields(offered.params_type)}
    given: dict[str, object] = msgspec.json.decode(params.values)
    for key, value in given.items():
        if key not in fields:
            known = ", ".join(sorted(fields)) or "none"
            return f"params.{key}", value, f"is not a parameter of {params.strategy}: {known}"
    try:
        msgspec.json.decode(params.values, type=offered.params_type)
    except msgspec.ValidationError as error:
        return "params", None, str(error)
    return None


def fingerprint(loaded: Loaded, specs: Sequence[ParentSpec]) -> bytes:
    """Return what the code of the strategies that `specs` use adds to the identity of a run."""
    used = sorted({s.params.strategy for s in specs if isinstance(s.params, OwnParams)})
    return "".join(f"{kind}={loaded[kind].code};" for kind in used if kind in loaded).encode()


def strategies_of(loaded: Loaded) -> dict[str, Strategy]:
    """Return the strategies alone."""
    return {kind: offered.strategy for kind, offered in loaded.items()}


def _imported(name: str, folder: Path, where: str) -> tuple[ModuleType, bytes]:
    """Return the module `name`, looked for in `folder` first, and its source."""
    spec = importlib.machinery.PathFinder.find_spec(name, [str(folder)])
    beside = spec is not None
    if spec is None:
        with contextlib.suppress(ImportError, ValueError):
            spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None or spec.origin is None or not Path(spec.origin).exists():
        raise InputError(
            f"{where} = {name!r}: no such module in the folder of [strategies] or among the "
            "installed packages"
        )
    load = spec.loader.exec_module
    try:
        if beside:
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module  # its own annotations are resolved through it
            asked(lambda: load(module))
        else:
            module = asked(lambda: importlib.import_module(name))
    except StrategyFailed as error:
        raise InputError(f"{where} = {name!r}: cannot be imported: {error}") from error
    return module, Path(spec.origin).read_bytes()


def _offers(module: ModuleType, name: str, code: str, where: str) -> Iterator[tuple[str, Offered]]:
    for called, thing in sorted(vars(module).items()):
        if called.startswith("_") or getattr(thing, "__module__", "") != name:
            continue
        kind = f"{name}:{called}"
        if inspect.iscoroutinefunction(thing):
            written, params_type = _script(thing, kind, where)
            yield kind, Offered(ScriptStrategy(kind, written, code, params_type), params_type, code)
        elif inspect.isclass(thing) and hasattr(thing, "decide"):
            own = _own(thing, kind, where)
            yield kind, Offered(OwnStrategy(kind, own), own.params_type, code)


def _script(
    script: Callable[..., Coroutine[object, None, object]], kind: str, where: str
) -> tuple[Written, type[msgspec.Struct]]:
    """Return a script of one or two parameters as one of two, and the type of the second."""
    names = list(inspect.signature(script).parameters)
    if len(names) == 1:
        return lambda ctx, _: script(ctx), NoParams
    hints = asked(lambda: typing.get_type_hints(script))
    params_type = hints.get(names[1]) if len(names) == 2 else None
    if params_type is None:
        raise InputError(
            f"{where}: {kind} must be `async def name(ctx: Script)` or "
            "`async def name(ctx: Script, params: P)` with P a msgspec.Struct"
        )
    return script, _params_type(params_type, kind, where)


def _own(of: type, kind: str, where: str) -> Own:
    """Return an instance of a user's class that has all a strategy needs."""
    for part in ("refusal", "start", "decide"):
        if not callable(getattr(of, part, None)):
            raise InputError(f"{where}: {kind} has no method {part}; see strategies.base.Strategy")
    state_type = getattr(of, "state_type", None)
    if not (inspect.isclass(state_type) and issubclass(state_type, State)):
        raise InputError(f"{where}: {kind}.state_type must be a subclass of strategies.base.State")
    if state_type.schedule is not State.schedule:
        raise InputError(f"{where}: {kind}.state_type may not have a method schedule: that is ours")
    _params_type(getattr(of, "params_type", None), kind, where)
    try:
        own: Own = asked(of)
    except StrategyFailed as error:
        raise InputError(f"{where}: {kind} cannot be made: {error}") from error
    return own


def _params_type(of: object, kind: str, where: str) -> type[msgspec.Struct]:
    if not (inspect.isclass(of) and issubclass(of, msgspec.Struct)):
        raise InputError(f"{where}: the parameters of {kind} must be a msgspec.Struct class")
    return of
