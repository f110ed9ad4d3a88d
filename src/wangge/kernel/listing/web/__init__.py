"""Pages every listing shares: saved views, exports made in the background."""
