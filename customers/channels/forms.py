"""The forms of channels: mailboxes for staff, the contact form for everybody."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from customers.asking.forms import QuestionField
from customers.desk.attachments import checked
from customers.models import Customer, Mailbox

MOST_TEXT = 20_000


class MailboxForm(forms.ModelForm):
    """A mailbox; passwords stand in the environment, never here."""

    class Meta:
        model = Mailbox
        fields = (
            *("name", "address", "team", "is_active", "on_own_network", "uses_plus_addresses"),
            *("imap_host", "imap_port", "imap_security", "imap_user", "imap_variable"),
            *("imap_folder", "smtp_host", "smtp_port", "smtp_security", "smtp_user"),
            *("smtp_variable", "webhook_variable"),
        )

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields under the headings that the page shows."""
        names = [name for name in self.fields if not name.startswith(("imap", "smtp", "webhook"))]
        by_prefix = {
            prefix: [name for name in self.fields if name.startswith(prefix)]
            for prefix in ("imap", "smtp", "webhook")
        }
        return [
            (_("Mailbox"), [self[name] for name in names]),
            (_("Mail comes in (IMAP)"), [self[name] for name in by_prefix["imap"]]),
            (_("Mail goes out (SMTP)"), [self[name] for name in by_prefix["smtp"]]),
            (_("Webhook"), [self[name] for name in by_prefix["webhook"]]),
        ]


class ManyFilesInput(forms.ClearableFileInput):
    """A choice of several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Files that come with a message, within the limits of `customers.desk.attachments`."""

    def __init__(self, **named: Any) -> None:
        super().__init__(widget=ManyFilesInput(), required=False, **named)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """The files that were chosen, checked."""
        return checked([file for file in data or [] if file])


class TextForm(forms.Form):
    """A message of a customer with its files."""

    text = QuestionField(
        label=_("Message"),
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6, "required": True}),
        error_messages={"required": _("Write your message first.")},
    )
    attachments = FilesField(label=_("Files"))


class ContactForm(TextForm):
    """What the shop needs to answer somebody. `website` is for robots: people do not see it."""

    name = QuestionField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"))
    subject = QuestionField(label=_("Subject"), max_length=200)
    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        max_length=400,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    field_order = ("name", "email", "subject", "text", "attachments", "website")

    def __init__(self, *args: Any, asker: Customer | None = None, **named: Any) -> None:
        super().__init__(*args, **named)
        if asker is not None:  # known already
            del self.fields["name"], self.fields["email"]

    @property
    def is_from_robot(self) -> bool:
        """Whether the field that nobody sees was filled in."""
        return bool(self.cleaned_data.get("website"))
