"""Access: who may do what, and which rows they see.

Nouns: a *user* signs in; a *role* is a named set of permissions (code, composed in
``config/roles.py``); a *grant* gives a user a role over a path prefix or inside an office.
The division code *is* the path (15 → 1502 → 150203 → 150203001 → 150203001001 → grid +3),
so a subtree is a prefix scan. Default deny.

- ``scope(user, permission)`` → ``Scope`` → ``Scope.q()``: the row filter.
- ``may(user, permission, path=, offices=)``: the predicate. Policies of modules always offer both.
- ``routes``: every view declares its access by a decorator; a test fails on one that does not.
- ``database``: the same scope set on the connection, where row-level security checks it again.
- ``personal``: personal fields (encrypted, blind-indexed, masked) and what each must declare;
  ``unmask``: one of them in clear, for a reason; ``rotation``: changing the keys.
- ``actions``: accounts and grants (the system, security and audit administrators exclude each other);
  ``factors`` and ``totp``: the second factor; ``sessions``, ``lockout`` (of an account),
  ``addresses`` (the lock of an address that tries many), ``passwords``: login.

Neighbours: imports ``audit`` only. Knows no office, case or division: an office here is a number.
"""
