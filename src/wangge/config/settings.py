"""Settings from the environment only; any value may come from a file (``NAME_FILE=/path``).

``WANGGE_ENV`` is ``development`` (default), ``test`` or ``production``. Production refuses to start
with weak settings: see ``checks.py``.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from wangge.config import logging
from wangge.config.environment import Environment

env = Environment()

ENVIRONMENT = env.str("WANGGE_ENV", default="development")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.bool("WANGGE_DEBUG", default=False)
PACKAGE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("WANGGE_VAR", default="var")).resolve()

# A development secret is fixed so that a restart keeps sessions; production checks refuse it.
DEVELOPMENT_SECRET = "development-only-not-a-secret-" + "0" * 32
SECRET_KEY = env.str("WANGGE_SECRET_KEY", default=DEVELOPMENT_SECRET)
# Keys for personal data at rest: "id:base64(32 bytes)[,id:…]"; the first encrypts, all decrypt.
_dev_key = base64.b64encode(hashlib.sha256(DEVELOPMENT_SECRET.encode()).digest()).decode()
DEVELOPMENT_PERSONAL_DATA_KEYS = f"dev:{_dev_key}"
PERSONAL_DATA_KEYS = env.str("WANGGE_PERSONAL_DATA_KEYS", default=DEVELOPMENT_PERSONAL_DATA_KEYS)
# Key of the blind index; changing it means re-indexing (`wangge access reindex`).
DEVELOPMENT_BLIND_INDEX_KEY = _dev_key
BLIND_INDEX_KEY = env.str("WANGGE_BLIND_INDEX_KEY", default=DEVELOPMENT_BLIND_INDEX_KEY)
# Who may read /metrics: the bearer of this token; empty: the local machine alone.
METRICS_TOKEN = env.str("WANGGE_METRICS_TOKEN", default="")

ALLOWED_HOSTS = env.list("WANGGE_HOSTS", default=["*"] if not PRODUCTION else [])
CSRF_TRUSTED_ORIGINS = env.list("WANGGE_ORIGINS", default=[])
# How many reverse proxies of ours stand in front; 0 believes no X-Forwarded-For.
TRUSTED_PROXIES = env.int("WANGGE_TRUSTED_PROXIES", default=0)
# The division this installation serves; numbers and menus begin with it.
HOME_DIVISION = env.str("WANGGE_DIVISION", default="150203")
# Hours of a workday, and how long a process may go on with the calendar it has read.
WORKING_HOURS = env.str("WANGGE_WORKING_HOURS", default="09:00-12:00,13:00-17:00")
CALENDAR_REFRESH_SECONDS = env.int("WANGGE_CALENDAR_REFRESH_SECONDS", default=60)

# Every app's ``jobs.py`` is imported at start: tasks and sweeps register themselves.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "procrastinate.contrib.django",
    "wangge.config",
    "wangge.kernel.access",
    "wangge.kernel.audit",
    "wangge.kernel.calendar",
    "wangge.kernel.numbering",
    "wangge.kernel.attachments",
    "wangge.kernel.listing",
    "wangge.kernel.facts",
    "wangge.kernel.jobs",
    "wangge.kernel.api",
    "wangge.territory",
    "wangge.organization",
    "wangge.duties",
    "wangge.cases",
    "wangge.whistle",
    "wangge.assessment",
    "wangge.insight.topics",
    "wangge.insight.replies",
    "wangge.insight.governance",
    "wangge.insight.places",
    "wangge.insight.learning",
    "wangge.cockpit",
    "wangge.sites",
]

MIDDLEWARE = [
    "wangge.config.observing.ProbeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "wangge.kernel.audit.middleware.RequestContextMiddleware",
    "wangge.config.observing.ObserveMiddleware",
    "wangge.kernel.api.middleware.ProblemsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "wangge.kernel.access.middleware.AccessMiddleware",
    "wangge.sites.middleware.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "wangge.config.urls"
WSGI_APPLICATION = "wangge.config.wsgi.application"
ROLES = "wangge.config.roles.ROLES"
# Who knows what places and offices are called (kernel/access/names.py).
NAMES = {
    "places": "wangge.territory.queries.names_of",
    "search": "wangge.territory.queries.search",
    "place_choices": "wangge.territory.queries.choices",
    "offices": "wangge.organization.queries.names",
    "office_choices": "wangge.organization.queries.choices",
}

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES: dict[str, Any] = {"default": env.db_url("DATABASE_URL", default="postgresql:///wangge")}
DATABASES["default"] |= {
    "ENGINE": "django.db.backends.postgresql",
    "CONN_MAX_AGE": env.int("WANGGE_CONN_MAX_AGE", default=600),
    "CONN_HEALTH_CHECKS": True,
    "TEST": {"NAME": "test_wangge_" + env.str("WANGGE_TEST_TAG", default="main")},
}
# The system itself (command line, workers, tests between requests) opens its connections with sight of
# every row; a web process sees nothing until a request says who asks (kernel/access/database.py).
SYSTEM_PROCESS = env.bool("WANGGE_SYSTEM_PROCESS", default=ENVIRONMENT == "test")
OPTIONS: dict[str, Any] = DATABASES["default"].setdefault("OPTIONS", {})
OPTIONS.setdefault("prepare_threshold", 5)  # for the cursors of kernel/rows.py; all others bind values themselves
if SYSTEM_PROCESS:
    OPTIONS["options"] = "-c wangge.paths=*"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES: dict[str, Any] = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

AUTH_USER_MODEL = "access.User"
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if ENVIRONMENT == "test":  # a tenth of a second per password adds up
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "wangge.kernel.access.passwords.MixedCharactersValidator"},
    {"NAME": "wangge.kernel.access.passwords.NotRecentValidator", "OPTIONS": {"remembered": 5}},
]
# Days until a password must be changed; 0 switches it off.
PASSWORD_EXPIRES_AFTER_DAYS = env.int("WANGGE_PASSWORD_DAYS", default=180)
# Roles marked ``totp_required`` must set up a second factor before anything else.
REQUIRE_TOTP = env.bool("WANGGE_REQUIRE_TOTP", default=PRODUCTION)
MAX_SESSIONS_PER_USER = env.int("WANGGE_MAX_SESSIONS", default=3)
IDLE_TIMEOUT_MINUTES = env.int("WANGGE_IDLE_MINUTES", default=30)
UNMASK_LIMIT_PER_DAY = env.int("WANGGE_UNMASK_PER_DAY", default=100)
# Webhooks go to public https addresses only, unless the receivers stand in the same network as we do.
WEBHOOK_ALLOW_PRIVATE = env.bool("WANGGE_WEBHOOK_ALLOW_PRIVATE", default=False)
WEBHOOK_DISABLE_AFTER_DAYS = env.int("WANGGE_WEBHOOK_DISABLE_DAYS", default=3)
# Mail leaves by this server; without one no mail is sent, and the dispatch says so.
EMAIL_HOST = env.str("WANGGE_EMAIL_HOST", default="")
EMAIL_PORT = env.int("WANGGE_EMAIL_PORT", default=465)
EMAIL_USE_SSL = env.bool("WANGGE_EMAIL_SSL", default=True)
EMAIL_HOST_USER = env.str("WANGGE_EMAIL_USER", default="")
EMAIL_HOST_PASSWORD = env.str("WANGGE_EMAIL_PASSWORD", default="")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("WANGGE_EMAIL_FROM", default="wangge@localhost")
# The address people reach us by, for links in mails; empty: mails carry none.
PUBLIC_URL = env.str("WANGGE_URL", default="")
# Where a user lands after login, by the ``home`` of the first role granted.
HOME_PAGES = {"desk": "/", "field": "/field/"}
AXES_FAILURE_LIMIT = env.int("WANGGE_LOGIN_FAILURES", default=5)
AXES_COOLOFF_TIME = env.int("WANGGE_LOGIN_COOLOFF_HOURS", default=1)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # a lock ends when it said it would
AXES_LOCKOUT_CALLABLE = "wangge.kernel.access.lockout.locked_page"
AXES_CLIENT_IP_CALLABLE = "wangge.kernel.access.lockout.client_address"
AXES_DISABLE_ACCESS_LOG = True  # the audit record is the log
AXES_VERBOSE = False
# One address that tries many accounts: failures, over so many accounts, within minutes; locked for minutes.
ADDRESS_LOCK_FAILURES = env.int("WANGGE_ADDRESS_FAILURES", default=50)
ADDRESS_LOCK_ACCOUNTS = env.int("WANGGE_ADDRESS_ACCOUNTS", default=10)
ADDRESS_LOCK_WINDOW = env.int("WANGGE_ADDRESS_MINUTES", default=15)
ADDRESS_LOCK_MINUTES = env.int("WANGGE_ADDRESS_LOCK_MINUTES", default=30)

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [PACKAGE_DIR / "sites" / "static"]
MEDIA_ROOT = Path(env.str("WANGGE_MEDIA", default=str(VAR_DIR / "media")))
if PRODUCTION:  # names with a hash, compressed beforehand, cached for ever
    STORAGES: dict[str, Any] = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
WHITENOISE_USE_FINDERS = not PRODUCTION
if ENVIRONMENT == "test":  # every test client would list all files anew
    WHITENOISE_AUTOREFRESH = True
WHITENOISE_MANIFEST_STRICT = False
# The largest single attachment, in megabytes.
ATTACHMENT_MB = env.int("WANGGE_ATTACHMENT_MB", default=20)
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = env.int("WANGGE_SESSION_HOURS", default=12) * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.bool("WANGGE_HTTPS", default=PRODUCTION)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_HSTS_SECONDS = 31_536_000 if SESSION_COOKIE_SECURE else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "style-src": [SELF],
        "script-src": [SELF],
        "worker-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LOG_LEVEL = env.str("WANGGE_LOG_LEVEL", default="WARNING" if ENVIRONMENT == "test" else "INFO")
LOGGING = logging.configuration(json=env.bool("WANGGE_LOG_JSON", default=PRODUCTION), level=LOG_LEVEL)

SILENCED_SYSTEM_CHECKS: list[str] = []
