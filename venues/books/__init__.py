"""What does one venue's order book look like now? Integer ticks and lots, one store per process."""
