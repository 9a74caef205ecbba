"""Where everything is: the screens, the API, the admin."""

import sys
from http import HTTPStatus

from django.apps import apps
from django.contrib import admin
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.views import defaults

from customers.api import problems
from customers.mcp.views import McpView

# The CRM works without what reads its records; its addresses come and go with it.
live = (
    [path("api/v1/", include(("intelligence.urls", "intelligence")))]
    if apps.is_installed("intelligence")
    else []
)

FOR_MACHINES = ("/api/", "/mcp")

urlpatterns = [
    path("admin/", admin.site.urls),
    *live,
    path("api/", include("customers.api.urls")),
    re_path(r"^mcp/?$", McpView.as_view(), name="mcp"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("customers.urls")),
]


def handler400(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Requests that are refused before a view: problem details under /api/, a page elsewhere."""
    if request.path.startswith("/api/"):
        return problems.bad_request(request)
    return defaults.bad_request(request, exception)


def handler500(request: HttpRequest) -> HttpResponse:
    """Errors of ours: problem details under /api/, a page elsewhere. A database that does not
    answer is no error of the request: 503, to be sent again.
    """
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return _unavailable(request)
    if request.path.startswith(FOR_MACHINES):
        return problems.server_error(request)
    return defaults.server_error(request)


def _unavailable(request: HttpRequest) -> HttpResponse:
    answer: HttpResponse
    if request.path.startswith(FOR_MACHINES):
        answer = problems.unavailable(request)
    else:
        answer = defaults.server_error(request, "503.html")
        answer.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    answer["Retry-After"] = "5"
    return answer
