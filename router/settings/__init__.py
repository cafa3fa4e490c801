"""How a run behaves: a strict TOML config as frozen settings."""
