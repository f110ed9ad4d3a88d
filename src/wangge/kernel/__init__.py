"""The kernel: what every module needs and what knows no word of any domain.

``access`` who may do what and see which rows · ``audit`` the append-only
record · ``calendar`` working time and clocks · ``flow`` states and steps ·
``numbering`` · ``attachments`` · ``listing`` tables, filters, export ·
``events`` after commit · ``facts`` daily counts and indicators · ``jobs``
background work · ``api`` tokens, idempotency, webhooks.
"""
