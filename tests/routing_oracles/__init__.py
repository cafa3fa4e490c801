"""Is the split really the best? Three oracles that share no arithmetic with the solver."""
