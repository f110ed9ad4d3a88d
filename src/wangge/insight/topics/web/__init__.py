"""The pages of topics, rises and forecasts: the desk only."""
