"""The addresses of accounts: those of django-allauth that we use, and ours beside them."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import path, re_path
from django.views.generic import RedirectView

from customers.views import accounts

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("login/code/", mfa.authenticate, name="mfa_authenticate"),
    path("logout/", account.logout, name="account_logout"),
    path("account/", accounts.account_page, name="account"),
    path("account/sessions/end/", accounts.end_own_sessions, name="account-sessions-end"),
    path("account/again/", account.reauthenticate, name="account_reauthenticate"),
    path("account/again/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/password/reset/", account.password_reset, name="account_reset_password"),
    path(
        "account/password/reset/sent/",
        account.password_reset_done,
        name="account_reset_password_done",
    ),
    path(
        "account/password/reset/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^account/password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("account/steps/", RedirectView.as_view(pattern_name="account"), name="mfa_index"),
    path("account/steps/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("account/steps/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/steps/codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "account/steps/codes/new/",
        recovery.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path("people/", accounts.people, name="people"),
    path("people/<int:pk>/", accounts.person, name="person"),
    path("people/<int:pk>/change/", accounts.change_person, name="person-change"),
    path("roles/", accounts.role_list, name="roles"),
    path("roles/<slug:role>/", accounts.edit_role, name="role"),
]
