"""The forms of logging in and of what goes with it."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ResetPasswordForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError

from customers.accounts import limits
from customers.models import RoleRule
from customers.sealed import for_queue
from customers.tasks import mail_reset

logger = logging.getLogger(__name__)


class CountedCode:
    """A code counts before it is looked at, and works once."""

    user: Any
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        """The code, if it is right."""
        if limits.wait_to_confirm(self.user):
            raise get_adapter().validation_error("too_many_login_attempts")
        if not limits.is_fresh_code(self.user, self.cleaned_data["code"]):
            raise ValidationError(_("This code was used already; wait for the next one."))
        code: str = super().clean_code()  # type: ignore[misc]
        limits.forget_codes(self.user)
        return code


class SecondStepForm(CountedCode, AuthenticateForm):
    """The code that follows the password."""


class SecondStepAgainForm(CountedCode, ReauthenticateForm):
    """The code before something that matters."""


class EnrolForm(CountedCode, ActivateTOTPForm):
    """The first code of a new app."""


class ResetForm(ResetPasswordForm):
    """Whose password is to be set anew. A worker looks the address up, so that the answer says
    nothing of it and takes as long either way.
    """

    def clean_email(self) -> str:
        """The address, whoever has it."""
        email: str = self.cleaned_data["email"]
        return email

    def save(self, request: HttpRequest, **_named: Any) -> str:
        """Have the link sent; too many wishes send nothing, and the answer is the same."""
        email: str = self.cleaned_data["email"]
        if not limits.wait_to_reset(request, email):
            root = request.build_absolute_uri(reverse("home"))
            try:
                mail_reset.delay(for_queue(email, root, get_language() or "en"))
            except (OperationalError, OSError) as error:
                logger.warning("a link for a password was not sent, no broker: %s", error)
        return email


class RoleRuleForm(forms.ModelForm):
    """What a role reaches and sees."""

    hidden = forms.MultipleChoiceField(
        label=_("Not shown"),
        choices=RoleRule.Hidden.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = RoleRule
        fields = ("tickets", "customers", "hidden", "may_export")
