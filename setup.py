"""How are the packages laid out: three of code, and config/ and examples/ inside router."""

from setuptools import find_packages, setup

setup(
    packages=[
        *find_packages(include=["venues*", "strategies*", "router*"]),
        "router._config",
        "router._examples",
        "router._examples.strategies",
    ],
    # Never a top-level `config` or `examples` on the user's import path.
    package_dir={
        "router._config": "config",
        "router._examples": "examples",
        "router._examples.strategies": "examples/strategies",
    },
    package_data={
        "router._config": ["**/*.toml"],
        "router._examples": ["*.toml", "*.py"],
    },
)
