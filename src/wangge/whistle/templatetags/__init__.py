"""Template filters of whistles."""
