"""What has happened, durably: the append-only truth that recovery folds."""
