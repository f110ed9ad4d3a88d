"""Why an act of this module was not done."""

from __future__ import annotations


class AccessError(Exception):
    """The act was refused and nothing was changed; ``str(error)`` is for the user."""
