"""Pages of the morning page: today's own, the archive, the rows behind a number, subscriptions, rules."""
