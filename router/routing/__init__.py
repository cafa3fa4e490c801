"""Where does a quantity go? Net cost curves, the split of a sweep, where to rest, and the plan."""
