"""How we know: tests that read like a trader's sentences."""
