"""django-helpdesk beside us: its own virtual environment, the same PostgreSQL server, the same web server.

Set up as its documentation says for production, with what costs us nothing taken from it too: no mail is sent, no
attachments are cleaned, sessions instead of a password hash per call.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from bench.harness import another, server

VERSION = "2.6.1"
HOME = Path(os.environ.get("WANGGE_VAR", "var")).resolve() / "bench-helpdesk"
PACKAGES = (f"django-helpdesk=={VERSION}", "psycopg[binary]", "granian")

SITE = """
import os
from urllib.parse import parse_qs, urlsplit

_url = urlsplit(os.environ["DATABASE_URL"])
SECRET_KEY = "benchmark"
DEBUG = False
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = [
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
    "django.contrib.staticfiles", "django.contrib.sites", "django.contrib.humanize", "django.contrib.admin",
    "rest_framework", "helpdesk",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "site_urls"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {
    "context_processors": [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]}}]
DATABASES = {"default": {
    "ENGINE": "django.db.backends.postgresql", "NAME": _url.path[1:], "USER": _url.username or "",
    "PASSWORD": _url.password or "", "HOST": parse_qs(_url.query).get("host", [_url.hostname or ""])[0],
    "PORT": _url.port or "", "CONN_MAX_AGE": 600,
}}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
LOGIN_URL = "/login/"
STATIC_URL = "/static/"
USE_TZ = True
SITE_ID = 1
HELPDESK_ACTIVATE_API_ENDPOINT = True
HELPDESK_TEAMS_MODE_ENABLED = False
LOGGING = {"version": 1, "disable_existing_loggers": True}
"""
URLS = """
from django.urls import include, path

urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]
"""
WSGI = """
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
"""
PREPARE = """
import json, sys
import django
django.setup()
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from helpdesk.models import Queue, Ticket

call_command("migrate", interactive=False, verbosity=0)
user = get_user_model().objects.create_superuser("staff", "staff@example.org", "benchmark")
other = get_user_model().objects.create_user("owner", "owner@example.org", "benchmark", is_staff=True)
queue = Queue.objects.create(title="12345", slug="12345", email_address="")
rows, texts = int(sys.argv[1]), sys.argv[2:]
now = timezone.now()
for first in range(0, rows, 5000):
    numbers = range(first, min(first + 5000, rows))
    Ticket.objects.bulk_create(
        Ticket(queue=queue, title=t[:60], description=t, status=4, priority=3, created=now, modified=now,
               submitter_email="resident@example.org", assigned_to=other, resolution="ok", secret_key="x")
        for t in (texts[n % len(texts)].replace("#", str(n % 997), 1).replace("#", str(n % 37), 1) for n in numbers)
    )
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("VACUUM ANALYZE")
client = Client()
client.force_login(user)
csrf = "a" * 32
print(json.dumps({"session": client.cookies["sessionid"].value, "csrf": csrf, "queue": queue.pk, "owner": other.pk}))
"""
TEXTS = [
    f"{street}路#号院#栋{thing}{trouble},多次反映没有人管,希望尽快处理。"
    for street in "友谊团结和平幸福青年林荫"
    for thing, trouble in (("路灯", "损坏"), ("暖气", "不达标"), ("电梯", "一直不修"), ("下水井盖", "漏水"))
]


class Missing(Exception):
    """It could not be installed or set up here; the message says why."""


def install() -> None:
    """The virtual environment in ``var``, made once for the Python that runs ours too. Raises ``Missing``."""
    marker, wanted = HOME / "installed", f"{VERSION} {sys.version} {sys.base_prefix}"
    if not marker.exists() or marker.read_text() != wanted:
        _make()
        marker.write_text(wanted)
    (HOME / "site_settings.py").write_text(SITE)
    (HOME / "site_urls.py").write_text(URLS)
    (HOME / "site_wsgi.py").write_text(WSGI)
    (HOME / "prepare.py").write_text(PREPARE)


def _make() -> None:
    shutil.rmtree(HOME, ignore_errors=True)
    uv = shutil.which("uv") or next((str(p) for p in (Path(".tools/bin/uv"), Path(".tools/uv")) if p.exists()), None)
    try:
        if uv is not None:
            _run([uv, "venv", "-q", "--python", sys.executable, str(HOME)])
            _run([uv, "pip", "install", "-q", "--python", str(HOME / "bin/python"), *PACKAGES])
        else:
            _run([sys.executable, "-m", "venv", str(HOME)])
            _run([str(HOME / "bin/pip"), "install", "-q", *PACKAGES])
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", "") or str(error)
        raise Missing(f"django-helpdesk could not be installed: {said.strip().splitlines()[-1][:200]}") from error


def _run(command: list[str], *, seconds: int = 300, **environment: str) -> str:
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=seconds, env=os.environ | environment
    )
    return done.stdout


def _environment(url: str) -> dict[str, str]:
    return {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "site_settings", "PYTHONPATH": str(HOME)}


def prepared(rows: int) -> tuple[str, dict[str, Any]]:
    """A database with ``rows`` tickets; its URL and what the load generator needs. Raises ``Missing``."""
    install()
    url = server()
    name = f"bench_helpdesk_{rows}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
    mine = another(url, name)
    command = [str(HOME / "bin/python"), str(HOME / "prepare.py"), str(rows), *TEXTS]
    try:
        said = _run(command, **_environment(mine))
    except (OSError, subprocess.SubprocessError) as error:
        lines = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        raise Missing(f"django-helpdesk could not be set up: {lines[-1][:200]}") from error
    return mine, json.loads(said.strip().splitlines()[-1])


@contextmanager
def web_server(url: str, *, port: int, workers: int, threads: int) -> Iterator[str]:
    """granian over ``url`` with as many workers and threads as ours."""
    command = [
        str(HOME / "bin/granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(workers), "--blocking-threads", str(threads), "--blocking-threads-idle-timeout", "600",
        "--log-level", "error", "--no-access-log", "site_wsgi:application",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=os.environ | _environment(url), cwd=HOME)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(f"{address}/login/", timeout=5):
                    break
            except urllib.error.HTTPError as error:
                raise Missing(f"django-helpdesk answers {error.code}") from None
            except OSError:
                if time.monotonic() > deadline or process.poll() is not None:
                    raise Missing("django-helpdesk did not start") from None
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
