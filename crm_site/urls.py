"""Where everything is: the screens, the API, the admin."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views import defaults

from customers.api import problems

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("customers.api.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("customers.urls")),
]


def handler500(request: HttpRequest) -> HttpResponse:
    """Errors of ours: problem details under /api/, a page elsewhere."""
    if request.path.startswith("/api/"):
        return problems.server_error(request)
    return defaults.server_error(request)
