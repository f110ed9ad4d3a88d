"""Pages of access: login, password, second factor, accounts, grants, unmasking."""
