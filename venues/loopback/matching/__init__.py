"""The exchange behind the local servers: its own matching, sharing none with what it tests."""
