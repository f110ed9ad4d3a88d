"""Tasks on the desk: list, one task, proposing, the year."""
