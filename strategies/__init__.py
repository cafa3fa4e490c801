"""When to trade: a parent over time becomes intents; no venue is known by name here."""
