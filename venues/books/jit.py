"""How does plain Python array code become a kernel?

`jit` compiles with numba where numba can be imported and returns the function as it is where not.
Compiled code is kept on disk in a folder named after everything that went into it: numba alone
looks only at the file of the decorated function and would go on calling a stale callee.
"""

import functools
import hashlib
import importlib.util
import os
import platform
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_OWN_IMPORT: Final = re.compile(
    r"^(?:from|import) ((?:venues|strategies|router)[\w.]*)", re.MULTILINE
)


def kernels_available() -> bool:
    """Return whether numba can be imported here; without it kernels run as plain Python."""
    return importlib.util.find_spec("numba") is not None


def jit(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` without the interpreter lock, without fastmath, cached where possible."""
    return _compiled(function, {})


def jit_flat(function: Callable[P, R]) -> Callable[P, R]:
    """Compile as `jit` does, for a kernel that creates no array and calls none that returns one.

    numba then counts no references to its arguments: 5 ns less for each array of each call.
    """
    # The option is old but not documented: do without it where a numba does not know it.
    try:
        return _compiled(function, {"_nrt": False})
    except KeyError:
        return _compiled(function, {})


def _compiled(function: Callable[P, R], options: dict[str, bool]) -> Callable[P, R]:
    """Return `function` compiled with further numba `options`, or itself where numba is missing."""
    if not kernels_available():
        return function
    import numba

    source = Path(function.__code__.co_filename)
    folder = _cache_folder(source, numba.__version__)
    njit: Any = numba.njit
    compiler = njit(nogil=True, fastmath=False, cache=folder is not None, **options)
    # numba reads the folder once, when a function is decorated: set it for that moment only.
    config: Any = numba.config
    before = config.CACHE_DIR
    if folder is not None:
        config.CACHE_DIR = str(folder)
    try:
        compiled: Callable[P, R] = compiler(function)
    finally:
        config.CACHE_DIR = before
    return compiled


def source_closure(source: Path) -> tuple[Path, ...]:
    """Return `source` and every module of ours it imports, directly or not, sorted."""
    root = _root_of(source)
    seen: set[Path] = set()
    waiting = [source]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        for name in _OWN_IMPORT.findall(path.read_text(encoding="utf-8")):
            stem = root.joinpath(*name.split("."))
            found = (stem.with_suffix(".py"), stem / "__init__.py")
            waiting.extend(p for p in found if p.is_file())
    return tuple(sorted(seen))


def _root_of(source: Path) -> Path:
    """Return the folder that holds our packages: the first one up that is not itself a package."""
    folder = source.parent
    while (folder / "__init__.py").is_file():
        folder = folder.parent
    return folder


@functools.cache
def _cache_folder(source: Path, numba_version: str) -> Path | None:
    """Return a writable folder for compiled code of `source`, or None where there is none."""
    digest = hashlib.blake2b(digest_size=12)
    digest.update(f"{numba_version} {sys.version} {platform.machine()}".encode())
    for path in source_closure(source):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    try:
        base = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
        folder = Path(base, "fathom", "kernels", digest.hexdigest())
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except (OSError, RuntimeError):  # read-only, full, or no home at all
        return None
