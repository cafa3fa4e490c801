"""What to do next: one synchronous, deterministic step from an input to commands."""
