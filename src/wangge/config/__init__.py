"""Composition: settings, urls, roles, the command line. May import every module."""
