"""A simulated venue around any feed: its own book, latency, fees and faults."""
