"""Binance spot and USD-M as their documentation describes them, for unmodified clients."""
