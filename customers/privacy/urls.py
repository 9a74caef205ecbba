"""The addresses of privacy on the screens."""

from django.urls import path

from customers.views import privacy, redaction

urlpatterns = [
    path("customers/<int:pk>/consents/", privacy.customer_consents, name="customer-consents"),
    path("customers/<int:pk>/erase/", privacy.erase_customer, name="customer-erase"),
    path("customers/<int:pk>/hold/", privacy.hold_customer, name="customer-hold"),
    path("customers/<int:pk>/access/", privacy.new_access_export, name="customer-access"),
    path("messages/<int:pk>/redact/", redaction.redact_message, name="message-redact"),
    path("privacy/", privacy.privacy_home, name="privacy"),
    path("privacy/come-back/", privacy.come_back, name="privacy-come-back"),
    path("privacy/retention/try/", privacy.try_retention, name="retention-try"),
    path("privacy/erasures/<int:pk>/", privacy.erasure_page, name="erasure"),
    path("privacy/erasures/<int:pk>/progress/", privacy.erasure_progress, name="erasure-progress"),
    path("privacy/erasures/<int:pk>/receipt/", privacy.erasure_receipt, name="erasure-receipt"),
    path("privacy/erasures/<int:pk>/go-on/", privacy.erasure_go_on, name="erasure-go-on"),
    path("privacy/access/<int:pk>/", privacy.access_page, name="accessexport"),
    path("privacy/access/<int:pk>/progress/", privacy.access_progress, name="access-progress"),
    path("privacy/access/<int:pk>/file/", privacy.access_file, name="access-file"),
]
