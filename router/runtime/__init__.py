"""Where time passes: clocks, the loops that drive the engine, supervision, logs."""
