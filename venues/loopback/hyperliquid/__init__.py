"""Hyperliquid perps as its documentation describes them, for unmodified clients."""
