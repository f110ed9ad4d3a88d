"""Hints beside the reply form, the list of checks and the report by office."""
