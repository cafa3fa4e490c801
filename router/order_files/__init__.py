"""How a trader's order file becomes a parent order."""
