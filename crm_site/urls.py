"""Where everything is: the screens, the API, the admin."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("customers.api.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("customers.urls")),
]
