"""Real, unmodified clients against local servers that speak real wire protocols."""
