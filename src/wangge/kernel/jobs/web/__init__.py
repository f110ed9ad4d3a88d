"""The page of the background work."""
