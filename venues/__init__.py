"""The market: what can be traded, what its book looks like, how to reach it."""
