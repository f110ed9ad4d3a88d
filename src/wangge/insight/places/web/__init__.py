"""The page of learned names."""
