"""What does a file of routing questions ask: one JSON line, one quantity over several books."""
