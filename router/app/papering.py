"""`fathom paper`: the same engine live against the embedded market."""
