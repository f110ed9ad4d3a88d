"""The permissions this module asks for; ``config/roles.py`` puts them into roles."""

from __future__ import annotations

# The security administrator: accounts, grants, resets (GB/T 22239-2019 安全管理员).
ACCOUNTS = "access.accounts"
# The audit administrator: reads the audit record, changes nothing (审计管理员).
AUDIT = "audit.read"
