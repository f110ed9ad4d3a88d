"""The permissions this module asks for; ``config/roles.py`` puts them into roles."""

from __future__ import annotations

from typing import Final

# Create and end accounts (the system administrator).
ACCOUNTS: Final = "access.accounts"
# Give and end roles (the security administrator).
GRANTS: Final = "access.grants"
# Who holds either looks after accounts: resets, unlocks, reads the list.
MANAGING: Final = (ACCOUNTS, GRANTS)
# Take the list of accounts out as a file.
EXPORT: Final = "access.export"
# The audit administrator: reads the audit record, changes nothing.
AUDIT: Final = "audit.read"
# Take the audit record out as a file; the taking is itself recorded.
AUDIT_EXPORT: Final = "audit.export"
