"""The route that serves files."""
