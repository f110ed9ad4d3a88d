"""Desk pages of duties: kinds as tree, one kind, lists, duties, versions, imports, and "try it"."""
