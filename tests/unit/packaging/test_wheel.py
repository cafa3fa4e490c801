"""What travels in the wheel: three packages, and config and examples inside one of them."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[3]
SHIPPED = ("venues", "strategies", "router", "config", "examples")


def test_after_an_installation_the_command_has_its_config_and_examples(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for folder in (*SHIPPED, "tests"):
        shutil.copytree(
            ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("pyproject.toml", "setup.py", "README.md"):
        shutil.copy(ROOT / name, source / name)
    build = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"]
    offline = ["--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run(
        [*build, *offline, "--wheel-dir", str(tmp_path), str(source)],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("fathom_router-*.whl")

    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "installed")
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"venues", "strategies", "router"}
    assert "router/_config/paper.toml" in names
    assert {"router/_examples/demo.toml", "router/_examples/twap-btc.toml"} <= names

    asked = "from router.resources import config_folder, examples_folder as e; print(config_folder(), e())"
    said = subprocess.run(
        [sys.executable, "-c", asked],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path / "installed",
    ).stdout.split()
    installed = tmp_path / "installed" / "router"
    assert said == [str(installed / "_config"), str(installed / "_examples")]
