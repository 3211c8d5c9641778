"""Settings. What a deployment may change comes from the environment and is listed in docs/reference/settings.md."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import structlog
from csp.constants import SELF

from receba.config import embedded

BASE = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("RECEBA_DATA", Path.home() / ".local" / "share" / "receba"))
DEMO = os.environ.get("RECEBA_DEMO", "") == "1"
DEBUG = os.environ.get("RECEBA_DEBUG", "") == "1"
ENGINE = os.environ.get("RECEBA_ENGINE", "duckdb")
ENGINE_MEMORY = os.environ.get("RECEBA_ENGINE_MEMORY", "4GB")


def _secret_key() -> str:
    """Return the signing key: from the environment, else made once and kept in the data folder."""
    given = os.environ.get("RECEBA_SECRET_KEY")
    if given:
        return given
    kept = DATA / "secret-key"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(48))
    return kept.read_text()


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = os.environ.get("RECEBA_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("RECEBA_ORIGINS", "").split(",") if origin]

INSTALLED_APPS = [
    "receba.access",
    "receba.parties",
    "receba.ledger",
    "receba.intake",
    "receba.scoring",
    "receba.segments",
    "receba.ruler",
    "receba.outreach",
    "receba.casework",
    "receba.reporting",
    "receba.daily",
    "receba.console",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "procrastinate.contrib.django",
]
INSTALLED_APPS = [
    app
    for app in INSTALLED_APPS
    if not app.startswith("receba.") or (BASE / app.removeprefix("receba.") / "apps.py").exists()
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages leave compressed. BREACH reads a secret out of a compressed answer that also repeats what the attacker sent,
    # many times over. Here the CSRF token is masked anew in every answer, Django pads each by a random length, and the
    # session cookie (SameSite=Lax) does not come along with requests that another site makes in the background.
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "receba.access.middleware.FirstPasswordMiddleware",
    "receba.access.middleware.ActorMiddleware",
]
ROOT_URLCONF = "receba.config.urls"
WSGI_APPLICATION = "receba.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "receba.console.navigation.navigation",
            ],
        },
    }
]

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # so that the console's label.html is everybody's


def _database(url: str) -> dict[str, Any]:
    """Return Django's database settings for a postgresql:// address."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query,
    }


EMBEDDED = (
    None
    if os.environ.get("DATABASE_URL")
    else embedded.EmbeddedPostgres(DATA / "postgres", fast=os.environ.get("RECEBA_DATABASE_FAST", "") == "1")
)
DATABASE_URL = os.environ.get("DATABASE_URL") or (EMBEDDED.dsn(embedded.APP) if EMBEDDED else "")
DATABASE_OWNER_URL = os.environ.get("DATABASE_OWNER_URL") or (
    EMBEDDED.dsn(embedded.OWNER) if EMBEDDED else DATABASE_URL
)
# Two roles: the program works as one that can neither alter tables nor pass by row-level security;
# the owner only migrates.
DATABASES = {"default": _database(DATABASE_URL), "owner": _database(DATABASE_OWNER_URL)}
DATABASE_ROUTERS = ["receba.config.routers.OwnerMigrates"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_ADAPTER = "receba.access.adapter.ClosedAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = None
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Receba"
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 60 * 60 * 12
SECURE_COOKIES = os.environ.get("RECEBA_HTTPS", "") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_COOKIES
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "frame-ancestors": ["'none'"],
        "base-uri": [SELF],
        "form-action": [SELF],
        "object-src": ["'none'"],
    }
}

LANGUAGE_CODE = "pt-br"
LANGUAGES = [("pt-br", "Português"), ("en", "English")]  # each in its own words
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE / "locale"]
FORMAT_MODULE_PATH = ["receba.config.formats"]
TIME_ZONE = "America/Sao_Paulo"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "static/"
# `receba serve` collects the rooms' files before it serves them: compressed once, and named by what they hold, so that a
# browser keeps them for a year and an upgrade is seen at once.
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
MAILBOX = DATA / "mailbox"

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = os.environ.get("RECEBA_SMTP_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("RECEBA_SMTP_PORT", "2525" if DEMO else "25"))
EMAIL_HOST_USER = os.environ.get("RECEBA_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("RECEBA_SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("RECEBA_SMTP_TLS", "") == "starttls"
EMAIL_USE_SSL = os.environ.get("RECEBA_SMTP_TLS", "") == "tls"
EMAIL_TIMEOUT = int(os.environ.get("RECEBA_SMTP_TIMEOUT", "20"))
DEFAULT_FROM_EMAIL = os.environ.get("RECEBA_FROM", "cobranca@localhost")
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}

# One line an event; no local variables in tracebacks: they hold personal data.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
        structlog.dev.ConsoleRenderer(colors=False),
    ]
)
