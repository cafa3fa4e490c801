"""Recorded market data: what a tape is, how it is read, checked, merged and written."""
