"""Starts the embedded PostgreSQL for tests (fsync off) unless ``DATABASE_URL`` names another server."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("WANGGE_ENV", "test")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wangge.config.settings")

from wangge.config import embedded  # noqa: E402

embedded.ensure(directory=Path("var/test-postgres").resolve(), durable=False)
