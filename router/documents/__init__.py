"""How files that people write (TOML, JSON) are read: strictly, with the line of every field."""
