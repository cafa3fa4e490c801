"""What travels in the package: three packages, and config and examples inside one of them."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
FOLDERS = ("venues", "strategies", "router", "config", "examples", "tests")


def test_after_an_installation_the_command_has_its_config_and_examples(tmp_path: Path) -> None:
    source, built = tmp_path / "source", tmp_path / "built"
    for folder in FOLDERS:
        shutil.copytree(
            ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("pyproject.toml", "setup.py", "README.md"):
        shutil.copy(ROOT / name, source / name)
    build = [sys.executable, "setup.py", "--quiet", "build", "--build-lib", str(built)]
    subprocess.run(build, cwd=source, check=True, capture_output=True)

    assert {path.name for path in built.iterdir()} == {"venues", "strategies", "router"}
    for top in ("venues", "strategies", "router"):
        ours = {path.relative_to(ROOT) for path in (ROOT / top).rglob("*.py")}
        assert ours <= {path.relative_to(built) for path in built.rglob("*.py")}
    assert (built / "router" / "_config" / "paper.toml").is_file()
    assert (built / "router" / "_examples" / "demo.toml").is_file()

    asked = "from router.resources import config_folder as c, examples_folder as e; print(c(), e())"
    said = subprocess.run(
        [sys.executable, "-c", asked], check=True, capture_output=True, text=True, cwd=built
    ).stdout.split()
    assert said == [str(built / "router" / "_config"), str(built / "router" / "_examples")]
