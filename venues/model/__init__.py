"""The values everyone speaks; imports nothing else of ours."""
