"""WSGI entry point (granian serves it)."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wangge.config.settings")
application = get_wsgi_application()

from wangge.config.checks import refuse_weak_settings  # noqa: E402 - needs the apps

refuse_weak_settings(database=False)

# What is loaded by now stays: the collector need not walk through it again and again, nor come after every few rows
# of a page (5-8 % of a request's time).
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)
