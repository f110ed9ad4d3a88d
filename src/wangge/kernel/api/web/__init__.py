"""Pages of api: systems, their tokens, webhooks and deliveries."""
