"""How fast is it, as ratios measured in one run? Started with `make bench`."""
