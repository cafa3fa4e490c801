"""Real venues through ccxt: what it may send for us, and what its answers prove."""
