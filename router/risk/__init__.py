"""Whether a command may leave: limits a strategy cannot switch off."""
