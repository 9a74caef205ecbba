"""All settings of Rapport. The environment is read here and nowhere else.

Nothing needs to be set for a first start: the database and the broker are embedded,
and the secret key is made once and kept in the state folder. docs/operating.md lists
every variable.
"""

import os
import secrets
import sys
from decimal import Decimal
from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from crm_site.services.broker import broker_settings
from crm_site.services.postgres import embedded_url
from crm_site.services.process import memory_of_machine_mb

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def kept_secret(path: Path) -> str:
    """The secret in `path`, made on the first call and readable by its owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


# State: everything that is not code lives in one folder -----------------------
VAR_DIR = Path(env.str("RAPPORT_VAR", default=str(BASE_DIR / "var"))).resolve()
MEDIA_ROOT = VAR_DIR / "media"
MODELS_DIR = VAR_DIR / "models"
REJECTS_DIR = VAR_DIR / "rejects"

SECRET_KEY = env.str("SECRET_KEY", default="") or kept_secret(VAR_DIR / "secret_key")
# Signs receipts of erasures and hashes what erased people were known by. It must not change:
# another key does not know them any more.
PRIVACY_KEY = env.str("PRIVACY_KEY", default="") or kept_secret(VAR_DIR / "privacy_key")
# What keeps erased people from coming back with a restored database. Keep it beside the backups,
# not in them; all web servers and workers share it.
TOMBSTONES_FILE = env.str("TOMBSTONES_FILE", default=str(VAR_DIR / "tombstones.jsonl"))
# Signs the chain of the audit. It outlives other secrets: with another key no chain verifies.
AUDIT_KEY = env.str("AUDIT_KEY", default="") or kept_secret(VAR_DIR / "audit_key")
AUDIT_KEEP_DAYS = env.int("AUDIT_KEEP_DAYS", default=1095)
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "customers",
    "intelligence",
    "crm_site",
]

MIDDLEWARE = [
    "customers.current_request.NumberRequests",
    "django.middleware.security.SecurityMiddleware",
    "crm_site.headers.PermissionsPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "crm_site.compression.CompressTexts",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "customers.accounts.gate.AccountGate",
    "customers.api.throttling.RateLimitHeaders",
    "customers.audit.middleware.AuditAccess",
]

ROOT_URLCONF = "crm_site.urls"
FORM_RENDERER = "crm_site.form_widgets.WithoutTemplates"
WSGI_APPLICATION = "crm_site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {"lucide": "customers.templatetags.icons"},
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Tests of faults alone: a named place at which a process dies (customers/failpoints.py).
FAILPOINT = env.str("FAILPOINT", default="")

# Data -----------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=embedded_url(VAR_DIR))}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 3)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People ---------------------------------------------------------------------
AUTH_USER_MODEL = "customers.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
_VALIDATORS = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATORS}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATORS}.MinimumLengthValidator"},
    {"NAME": f"{_VALIDATORS}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATORS}.NumericPasswordValidator"},
]

ACCOUNT_ADAPTER = "customers.accounts.adapters.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {"reset_password": "customers.accounts.forms.ResetForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_RATE_LIMITS = False  # counted in the database instead: customers/accounts/limits.py
ACCOUNT_REAUTHENTICATION_METHODS = {"password", "mfa"}
ACCOUNT_SESSION_REMEMBER = True
MFA_ADAPTER = "customers.accounts.adapters.MfaAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "customers.accounts.forms.SecondStepForm",
    "reauthenticate": "customers.accounts.forms.SecondStepAgainForm",
    "activate_totp": "customers.accounts.forms.EnrolForm",
}
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Rapport"
MFA_TOTP_TOLERANCE = 1  # phones' clocks are off by seconds
# Admins and whoever may export set up a second step as soon as others than those at this
# machine can reach it; a first look at the demo shop needs none.
_ON_LOOPBACK = {*ALLOWED_HOSTS} <= {"localhost", "127.0.0.1", "[::1]"}
MFA_REQUIRED = env.bool(
    "MFA_REQUIRED", default=env.bool("HTTPS", default=False) or not _ON_LOOPBACK
)

# The shop, as customers know it: on its help centre and in macros.
SHOP_NAME = env.str("SHOP_NAME", default="Rapport shop")

# What an agent may pay back of one order, in its currency; managers may pay back any sum.
AGENT_REFUND_LIMIT = Decimal(env.str("AGENT_REFUND_LIMIT", default="100"))

# Languages and time -----------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "crm_site.formats"
FILTERS_EMPTY_CHOICE_LABEL = _("any")
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_TZ = True
# Sums are in this currency where exchange rates lead there; empty: nothing is converted.
BASE_CURRENCY = env.str("BASE_CURRENCY", default="").upper()
USE_I18N = True

# Files --------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MANIFEST_STRICT = False

# Security -----------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# Behind a proxy that ends TLS and sets X-Forwarded-Proto itself, whatever the client sent.
if env.bool("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^health/$"]  # load balancers ask without TLS
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024**2

# API ----------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "customers.api.authentication.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["customers.api.permissions.HasRole"],
    "DEFAULT_THROTTLE_CLASSES": ["customers.api.throttling.PerKeyThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["customers.api.parsers.StrictJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "customers.api.pagination.NewestFirstCursor",
    "DEFAULT_SCHEMA_CLASS": "customers.api.contract.ContractSchema",
    "EXCEPTION_HANDLER": "customers.api.problems.problem_response",
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Rapport API",
    "DESCRIPTION": (
        "Customers, products, orders, tickets, reviews and articles of a shop, with what "
        "models read in them. Send your key as `Authorization: Bearer rpt_...`, and a write that "
        "may be repeated with an `Idempotency-Key`. Errors are problem details (RFC 9457)."
    ),
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "ConsentMethodEnum": "customers.models.Consent.Method",
        "RecommendationMethodEnum": "customers.models.Recommendation.Method",
        "SentimentEnum": "customers.models.Sentiment",
        "OrderStatusEnum": "customers.models.Order.Status",
        "OrderKindEnum": "customers.models.Order.Kind",
        "OrderLineKindEnum": "customers.models.OrderLine.Kind",
        "TicketStatusEnum": "customers.models.Ticket.Status",
        "TicketPriorityEnum": "customers.models.Ticket.Priority",
        "ArticleStatusEnum": "customers.models.Article.Status",
        "VisibilityEnum": "customers.models.Visibility",
        "QuestionStatusEnum": "customers.models.Question.Status",
        "QuestionKindEnum": "customers.models.Question.Kind",
        "QuestionChannelEnum": "customers.models.Question.Channel",
        "TicketKindEnum": "customers.models.Ticket.Kind",
        "DeliveryStatusEnum": "customers.models.WebhookDelivery.Status",
        "TicketChannelEnum": "customers.models.Ticket.Channel",
        "DraftStatusEnum": "customers.models.Draft.Status",
        "SummaryStatusEnum": "customers.models.Summary.Status",
        "SummaryItemEnum": "customers.models.Summary.Item",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "customers.api.contract.add_components",
    ],
}

# Background work ------------------------------------------------------------------
_BROKER = broker_settings(VAR_DIR, url=env.str("CELERY_BROKER_URL", default=""))
CELERY_BROKER_URL = _BROKER["broker_url"]
CELERY_BROKER_TRANSPORT_OPTIONS = _BROKER["broker_transport_options"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "bulk"
CELERY_TASK_ROUTES = {
    "intelligence.tasks.analyse_rows": {"queue": "interactive"},
    "intelligence.tasks.sweep": {"queue": "interactive"},
    "intelligence.tasks.promote": {"queue": "interactive"},
    "intelligence.tasks.answer_question": {"queue": "interactive"},
    "customers.tasks.apply_rules": {"queue": "interactive"},
    "customers.tasks.mail_link": {"queue": "interactive"},
    "customers.tasks.mail_reset": {"queue": "interactive"},
    "customers.tasks.check_mailbox": {"queue": "mail"},
    "customers.tasks.look_after_mail": {"queue": "mail"},
    "customers.tasks.send_mail_of": {"queue": "mail"},
    "customers.tasks.take_mail": {"queue": "mail"},
    "customers.tasks.try_mailbox": {"queue": "mail"},
    "customers.tasks.look_after_shops": {"queue": "mail"},
    "customers.tasks.take_webhook": {"queue": "mail"},
    "intelligence.tasks.write_draft": {"queue": "interactive"},
    "intelligence.tasks.write_summary": {"queue": "interactive"},
    "intelligence.tasks.try_generator": {"queue": "interactive"},
    "intelligence.tasks.search_by_meaning": {"queue": "interactive"},
}
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "intelligence.tasks.sweep",
        "schedule": env.int("ANALYSIS_SWEEP_SECONDS", default=30),
    },
    "refresh-recommender": {
        "task": "intelligence.tasks.refresh_recommender",
        "schedule": env.int("RECOMMENDER_REFRESH_SECONDS", default=600),
    },
    "refresh-measures": {
        "task": "customers.tasks.refresh_measures",
        "schedule": env.int("MEASURES_REFRESH_SECONDS", default=60),
    },
    "refresh-values": {
        "task": "intelligence.tasks.refresh_values",
        "schedule": env.int("MEASURES_REFRESH_SECONDS", default=60),
    },
    "refresh-topics": {
        "task": "intelligence.tasks.refresh_topics",
        "schedule": env.int("TOPICS_REFRESH_SECONDS", default=120),
    },
    "refresh-radar": {
        "task": "intelligence.tasks.refresh_radar",
        "schedule": env.int("RADAR_SECONDS", default=300),
    },
    "raise-alarms": {
        "task": "customers.tasks.raise_alarms",
        "schedule": env.int("ALARMS_SECONDS", default=180),
    },
    "refresh-search-words": {
        "task": "customers.tasks.refresh_search_words",
        "schedule": env.int("SEARCH_WORDS_SECONDS", default=3600),
    },
    "take-up-jobs": {"task": "customers.tasks.take_up_jobs", "schedule": 60},
    "mail": {"task": "customers.tasks.look_after_mail", "schedule": 60},
    "watch-the-desk": {
        "task": "customers.tasks.watch_the_desk",
        "schedule": env.int("DESK_WATCH_SECONDS", default=30),
    },
    "rules-of-time": {
        "task": "customers.tasks.apply_rules_of_time",
        "schedule": env.int("RULES_OF_TIME_SECONDS", default=300),
    },
    "ask-how-it-was": {"task": "customers.tasks.ask_how_it_was", "schedule": 300},
    "forget-old-rule-runs": {"task": "customers.tasks.forget_old_rule_runs", "schedule": 3600},
    "erase": {"task": "customers.tasks.erase_people", "schedule": 60},
    "retention": {
        "task": "customers.tasks.apply_retention",
        "schedule": crontab(hour=env.int("RETENTION_HOUR", default=2), minute=40),
    },
    "expire-proposals": {"task": "customers.tasks.expire_proposals", "schedule": 300},
    "forget-kept-answers": {"task": "customers.tasks.forget_kept_answers", "schedule": 3600},
    "shops": {"task": "customers.tasks.look_after_shops", "schedule": 30},
    "forget-old-webhooks": {"task": "customers.tasks.forget_old_webhooks", "schedule": 3600},
    "imports": {"task": "customers.tasks.go_on_with_imports", "schedule": 30},
    "duplicates": {"task": "customers.tasks.look_for_duplicates", "schedule": 60},
    **{
        f"beat-of-{queue}": {
            "task": "customers.tasks.beat_of_queue",
            "schedule": 60,
            "args": [queue],
            "options": {"queue": queue, "expires": 60},
        }
        for queue in ("interactive", "bulk", "mail")
    },
    "audit": {"task": "customers.tasks.seal_audit", "schedule": 30},
    "audit-of-old": {"task": "customers.tasks.age_audit", "schedule": 86_400},
    "undo": {"task": "customers.tasks.undo_what_was_asked", "schedule": 60},
    "error-budgets": {"task": "intelligence.tasks.derive_error_budgets", "schedule": 60},
    "refresh-aggregates": {
        "task": "customers.tasks.refresh_aggregates",
        "schedule": env.int("INSIGHT_REFRESH_SECONDS", default=30),
    },
    # a week is told on the Monday after it, or as soon as a worker is there again
    "weekly-digest": {
        "task": "customers.tasks.make_digests",
        "schedule": env.int("INSIGHT_DIGEST_SECONDS", default=300),
    },
    "recommendations-of-the-night": {
        "task": "intelligence.tasks.renew_recommendations",
        "schedule": crontab(hour=env.int("RECOMMENDATION_HOUR", default=3), minute=20),
    },
}
# Backups: every night at this hour (UTC), unless it is -1; so many are kept.
BACKUP_HOUR = env.int("BACKUP_HOUR", default=2)
BACKUP_KEEP = env.int("BACKUP_KEEP", default=3)
BACKUP_DIR = Path(env.str("BACKUP_DIR", default=str(VAR_DIR / "backups")))
if BACKUP_HOUR >= 0:
    CELERY_BEAT_SCHEDULE["backup"] = {
        "task": "crm_site.tasks.back_up",
        "schedule": crontab(hour=BACKUP_HOUR, minute=10),
    }
# Prometheus reads /metrics with this bearer token; empty: the address does not exist.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
CELERY_TASK_ACKS_LATE = False  # the row is the queue: what is lost is rung again by the sweep
CELERY_TASK_PUBLISH_RETRY = False  # a broker that is down must not hold up a request
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_LOST_WAIT = 2.0  # so long a dead pool process may still owe its result
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 60.0  # a pool process loads the models before it reports
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A task takes the connection of the one before it (to open one and to warm it up takes 10 ms).
# CONN_MAX_AGE and the health check above hold for tasks as for requests: see crm_site/celery.py.
CELERY_DB_REUSE_MAX = sys.maxsize
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")

# What one pool process may take for itself, in MB: what asks for more gets a MemoryError, and the
# row says so, before the kernel ends something else. 0: as much as there is.
WORKER_MEMORY_MB = env.int("WORKER_MEMORY_MB", default=max(3072, memory_of_machine_mb() * 6 // 10))

# Analysis: what reads the records ---------------------------------------------------
ANALYSIS_BATCH_ROWS = env.int("ANALYSIS_BATCH_ROWS", default=256)
ANALYSIS_INTERACTIVE_ROWS = 20  # up to so many rows asked for at once jump the bulk queue
# What reading one row may take; a batch gets half a second a row beyond it. 0: for ever.
ANALYSIS_PATIENCE_SECONDS = env.float("ANALYSIS_PATIENCE_SECONDS", default=30.0)
ANALYSIS_OVERDUE_SECONDS = env.int("ANALYSIS_OVERDUE_SECONDS", default=20)
ANALYSIS_SWEEP_SECONDS = env.int("ANALYSIS_SWEEP_SECONDS", default=30)
ENGINE_THREADS = env.int("ENGINE_THREADS", default=1)
ENGINES = {
    "text": env.str("ENGINE_TEXT", default="intelligence.engines.default.load_text_reader"),
    "answering": env.str(
        "ENGINE_ANSWERING", default="intelligence.answering.engines.ShopAnswering"
    ),
    "segment": env.str(
        "ENGINE_SEGMENT", default="intelligence.engines.segment.load_segment_engine"
    ),
    "answer": env.str(
        "ENGINE_ANSWER", default="intelligence.engines.answer_reader.load_answer_reader"
    ),
}
# A Hugging Face model for question answering, by name or path; empty: the shipped reader.
ANSWER_READER = env.str("ANSWER_READER", default="")
BACKBONE = env.str("BACKBONE", default="")  # a Hugging Face encoder, by name or path; empty: MiniLM
# Keys of servers that generate text, by the variables that hold them; rows only name them.
GENERATOR_KEYS = {name: key for name, key in os.environ.items() if name.endswith("_API_KEY")}

# Assistance: where customers reach the help centre, such as https://help.example.com; empty:
# suggested replies name a page without a link to it.
PUBLIC_ADDRESS = env.str("PUBLIC_ADDRESS", default="").rstrip("/")

# Recommendations: what may be recommended, and to whom ------------------------------
RECOMMENDATION_DIVERSITY = env.float("RECOMMENDATION_DIVERSITY", default=0.0)
RECOMMENDATION_BUY_AGAIN_DAYS = env.int("RECOMMENDATION_BUY_AGAIN_DAYS", default=0)  # 0: never
RECOMMENDATION_SUPPRESS_KIND = env.bool("RECOMMENDATION_SUPPRESS_KIND", default=True)
RECOMMENDATION_HOLDOUT = env.float("RECOMMENDATION_HOLDOUT", default=0.1)
RECOMMENDATION_HOLDOUT_SALT = env.str("RECOMMENDATION_HOLDOUT_SALT", default="rapport")
RECOMMENDATION_OUTCOME_DAYS = env.int("RECOMMENDATION_OUTCOME_DAYS", default=30)
RECOMMENDATION_LIFT_WORTH_TELLING = env.float("RECOMMENDATION_LIFT_WORTH_TELLING", default=0.1)
RECOMMENDATION_INDEX_FROM = env.int("RECOMMENDATION_INDEX_FROM", default=500)  # products
RETRIEVAL_INDEX_FROM = env.int("RETRIEVAL_INDEX_FROM", default=5000)  # passages

# Questions: how long a page waits for an answer, and who may ask how often ----------
ASK_WAIT_SECONDS = env.float("ASK_WAIT_SECONDS", default=0.35)
ASK_LIMIT_MINUTE = env.int("ASK_LIMIT_MINUTE", default=10)  # public questions of one address
ASK_LIMIT_DAY = env.int("ASK_LIMIT_DAY", default=200)
SIGN_IN_LIMIT_HOUR = env.int("SIGN_IN_LIMIT_HOUR", default=5)  # links to one mailbox, or address
# The header in which a proxy of yours names the client, such as HTTP_X_FORWARDED_FOR (its last
# entry is read); empty: the address that connects.
CLIENT_ADDRESS_HEADER = env.str("CLIENT_ADDRESS_HEADER", default="")
# The shop's own site signs who is logged in there with this secret; empty: it cannot.
WIDGET_SECRET = env.str("WIDGET_SECRET", default="")
WIDGET_ORIGINS = env.list("WIDGET_ORIGINS", default=[])  # sites that may show the widget

# Mail: smtp://user:password@host:587 or the like; the default writes to the log --------
EMAIL = env.email("EMAIL_URL", default="consolemail://")
EMAIL_BACKEND = EMAIL["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = EMAIL["EMAIL_HOST"], EMAIL["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = EMAIL["EMAIL_HOST_USER"], EMAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL.get("EMAIL_USE_TLS", False), EMAIL.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = EMAIL["EMAIL_FILE_PATH"] or str(VAR_DIR / "mail")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="shop@localhost")

# Mailboxes of the shop: secrets by the variables that hold them (rows only name them), and how
# much may go out before it waits, or stops altogether.
MAIL_SECRETS = {name: key for name, key in os.environ.items() if name.endswith("_MAIL_SECRET")}
MAIL_TIMEOUT_SECONDS = env.int("MAIL_TIMEOUT_SECONDS", default=15)
MAIL_MOST_MB = env.int("MAIL_MOST_MB", default=35)  # of one mail; 25 MB of files, encoded
MAIL_LIMIT_MINUTE = env.int("MAIL_LIMIT_MINUTE", default=30)  # of one mailbox
MAIL_LIMIT_HOUR = env.int("MAIL_LIMIT_HOUR", default=600)
MAIL_LIMIT_RECIPIENT_HOUR = env.int("MAIL_LIMIT_RECIPIENT_HOUR", default=10)
MAIL_STOP_BURST = env.int("MAIL_STOP_BURST", default=500)  # queued in ten minutes: all stops
MAIL_STOP_RECIPIENT = env.int("MAIL_STOP_RECIPIENT", default=30)  # to one person in an hour
CONTACT_LIMIT_HOUR = env.int("CONTACT_LIMIT_HOUR", default=10)  # web forms of one address

# Webhooks: how long a receiver may take, how many requests of one endpoint are under way at
# once, how often the sender looks, and how many days the log is kept.
WEBHOOK_TIMEOUT_SECONDS = env.float("WEBHOOK_TIMEOUT_SECONDS", default=10.0)
WEBHOOK_LANE = env.int("WEBHOOK_LANE", default=4)
WEBHOOK_POLL_SECONDS = env.float("WEBHOOK_POLL_SECONDS", default=0.5)
WEBHOOK_KEPT_DAYS = env.int("WEBHOOK_KEPT_DAYS", default=30)
# The key with which `manage.py mcp` speaks.
MCP_API_KEY = env.str("RAPPORT_API_KEY", default="")
# Secrets of shops that send us webhooks, by the variables that hold them.
SHOP_SECRETS = {name: key for name, key in os.environ.items() if name.endswith("_SHOP_SECRET")}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "crm_site.logs.LineFormatter"},
        "json": {"()": "crm_site.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json" if env.str("LOG_FORMAT", default="line") == "json" else "line",
        }
    },
    # the file broker has no host, and kombu says so at every start
    # httpx tells every address that it asks for, and mcp every message that comes
    "loggers": {
        "kombu.connection": {"level": "ERROR"},
        "httpx": {"level": "WARNING"},
        "mcp": {"level": "WARNING"},
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
