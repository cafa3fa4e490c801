"""The engine around strategies and venues; public names are loaded lazily."""
