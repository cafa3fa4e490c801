"""What depth may be trusted now? Composite of LIVE books, in the exact integers of one market."""
