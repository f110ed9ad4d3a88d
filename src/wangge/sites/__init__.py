"""The surfaces: chrome, login, menus and URL composition of desk, field, resident and openapi."""
