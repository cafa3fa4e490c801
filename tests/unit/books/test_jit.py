"""When is code compiled, and is a changed callee ever served stale?"""

import subprocess
import sys
from pathlib import Path

import pytest

from venues.books import jit as jit_module
from venues.books import kernels
from venues.books.jit import source_closure


def python(folder: Path, code: str, **env: str) -> str:
    """Run `code` in `folder` (what lies there is imported first) and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


ROOT = Path(kernels.__file__).parents[2]


def test_the_plain_twin_needs_no_compiler(tmp_path: Path) -> None:
    code = (
        "import sys; import venues.books.twin; from venues.books.make import make_books;"
        "make_books((), kernels=False); print('numba' in sys.modules)"
    )
    assert python(tmp_path, code, PYTHONPATH=str(ROOT)).strip() == "False"


def test_compiled_code_depends_on_every_module_a_kernel_reaches() -> None:
    reached = {path.name for path in source_closure(Path(kernels.__file__))}
    assert {"kernels.py", "apply.py", "touch.py", "levels.py", "hashing.py", "layout.py"} <= reached
    assert "market.py" in reached


def test_a_callee_that_changed_is_compiled_anew(tmp_path: Path) -> None:
    package = tmp_path / "router" / "odd"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").write_text("")
    (package / "inner.py").write_text(
        "from venues.books.jit import jit\n@jit\ndef inner():\n    return 1\n"
    )
    (package / "outer.py").write_text(
        "from router.odd.inner import inner\nfrom venues.books.jit import jit\n"
        "@jit\ndef outer():\n    return inner()\n"
    )
    env = {
        "PYTHONPATH": str(ROOT),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        # Python's own cache tells a source by its second and size: both stay the same here.
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    code = "from router.odd.outer import outer; print(outer())"
    assert python(tmp_path, code, **env).strip() == "1"
    assert list((tmp_path / "cache" / "fathom" / "kernels").iterdir())
    (package / "inner.py").write_text(
        "from venues.books.jit import jit\n@jit\ndef inner():\n    return 2\n"
    )
    assert python(tmp_path, code, **env).strip() == "2"


def test_kernels_run_where_nothing_can_be_written(tmp_path: Path) -> None:
    wall = tmp_path / "a-file"
    wall.write_text("not a folder")
    code = "from venues.books.hashing import slot_of; print(slot_of(12, 15) >= 0)"
    out = python(
        tmp_path, code, PYTHONPATH=str(ROOT), XDG_CACHE_HOME=str(wall), PYTHONDONTWRITEBYTECODE="1"
    )
    assert out.strip() == "True"
    assert wall.read_text() == "not a folder"


def test_without_the_compiler_a_kernel_is_the_function_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def plain() -> int:
        return 5

    monkeypatch.setattr(jit_module, "kernels_available", lambda: False)
    assert jit_module.jit(plain) is plain
