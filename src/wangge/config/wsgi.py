"""WSGI entry point (granian serves it)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wangge.config.settings")
application = get_wsgi_application()

from wangge.config.checks import refuse_weak_settings  # noqa: E402 - needs the apps
from wangge.config.collector import REQUESTS, keep_what_is_loaded  # noqa: E402

refuse_weak_settings(database=False)

keep_what_is_loaded(REQUESTS)
