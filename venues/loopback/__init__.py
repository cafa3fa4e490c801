"""Local exchange servers that speak real wire protocols: for tests and rehearsals, never for money."""
