"""A seeded market of several venues, calibrated to recorded books: the embedded default."""
