"""The forms of the inbox. Each that changes a ticket carries the version that was shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.desk import snoozing
from customers.desk.attachments import checked
from customers.desk.people import colleagues
from customers.macros import unfilled
from customers.models import Intent, Macro, Order, Team, Ticket, User
from customers.models.draft import BLANK

UNCHANGED = ("", _("as it is"))
NOBODY = "none"
MOST_BULK = 500
NO_SUCH = {
    "intent": _("There is no such intent; choose one of the list."),
    "priority": _("There is no such priority; choose one of the list."),
    "status": _("There is no such status; choose one of the list."),
}


def _said(name: str) -> dict[str, Any]:
    known = NO_SUCH.get(name)
    return {"invalid_choice": known, "required": known} if known else {}


class ChangeForm(forms.Form):
    """Columns of one ticket; those that a request does not name stay as they are."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    status = forms.ChoiceField(
        choices=Ticket.Status.choices, label=_("Status"), error_messages=_said("status")
    )
    priority = forms.ChoiceField(
        choices=Ticket.Priority.choices, label=_("Priority"), error_messages=_said("priority")
    )
    kind = forms.ChoiceField(choices=Ticket.Kind.choices, label=_("Type"))
    intent = forms.ModelChoiceField(
        Intent.objects.none(),
        label=_("Intent"),
        required=False,
        error_messages=_said("intent"),
    )
    assignee = forms.ModelChoiceField(
        User.objects.none(), label=_("Assignee"), required=False, empty_label=_("nobody")
    )
    team = forms.ModelChoiceField(
        Team.objects.all(), label=_("Team"), required=False, empty_label=_("no team")
    )
    order = forms.ModelChoiceField(
        Order.objects.none(), label=_("Order"), required=False, widget=forms.HiddenInput
    )
    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        max_length=800,
        widget=forms.TextInput(attrs={"placeholder": _("separated by commas")}),
    )
    snooze = forms.ChoiceField(choices=snoozing.CHOICES, label=_("Snooze"))
    snooze_until = forms.DateTimeField(
        label=_("Snooze until"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    watch = forms.ChoiceField(choices=[("1", "1"), ("0", "0")])

    def __init__(self, *args: Any, ticket: Ticket, **named: Any) -> None:
        super().__init__(*args, **named)
        fields: Any = self.fields
        fields["intent"].queryset = Intent.objects.choices(ticket.effective_intent_id)
        fields["assignee"].queryset = colleagues()
        own = ticket.customer.orders.all() if ticket.customer else Order.objects.none()
        fields["order"].queryset = own.order_by("-placed_at")
        if self.is_bound:
            for name in [name for name in fields if name != "version" and name not in self.data]:
                del fields[name]

    def clean_snooze_until(self) -> Any:
        """A moment to come."""
        until = self.cleaned_data["snooze_until"]
        if until <= timezone.now():
            raise ValidationError(_("Choose a moment to come."))
        return until

    @property
    def shown_version(self) -> int:
        """The version that was shown; 0 where the form does not say."""
        return self.cleaned_data.get("version") or 0

    def chosen_in_words(self, ticket: Ticket) -> list[tuple[str, str]]:
        """What was chosen that the ticket has otherwise now: names of columns and values."""
        columns = ("status", "priority", "kind", "intent", "assignee", "team", "tags")
        said = {name: self.cleaned_data[name] for name in columns if name in self.cleaned_data}
        now = {name: getattr(ticket, name) for name in said} | {"tags": ", ".join(ticket.tags)}
        return [
            (str(self.fields[name].label), self._in_words(name, value))
            for name, value in said.items()
            if value != now[name]
        ]

    def _in_words(self, name: str, value: Any) -> str:
        field: Any = self.fields[name]
        named = {} if hasattr(field, "queryset") else dict(getattr(field, "choices", ()))
        return str(named.get(value, value) or "–")

    def wanted(self) -> dict[str, Any]:
        """What is asked for, by the names of `verbs.VERBS`."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        if "tags" in said:
            said["tags"] = said["tags"].split(",")
        if "watch" in said:
            said["watch"] = said["watch"] == "1"
        if "snooze" in said:
            said["snooze"] = snoozing.until(said["snooze"])
        if "snooze_until" in said:
            said["snooze"] = said.pop("snooze_until")
        return said


class BulkForm(forms.Form):
    """What is set on all ticked tickets; what is left as it is is not touched. A tick says the
    key and the version that was shown: "17:3".
    """

    status = forms.ChoiceField(
        choices=[UNCHANGED, *Ticket.Status.choices], label=_("Status"), required=False
    )
    priority = forms.ChoiceField(
        choices=[UNCHANGED, *Ticket.Priority.choices], label=_("Priority"), required=False
    )
    assignee = forms.ChoiceField(label=_("Assignee"), required=False)
    team = forms.ChoiceField(label=_("Team"), required=False)
    intent = forms.ModelChoiceField(
        Intent.objects.active(),
        label=_("Intent"),
        required=False,
        empty_label=UNCHANGED[1],
        error_messages=_said("intent"),
    )
    add_tags = forms.CharField(label=_("Add tags"), required=False, max_length=400)
    remove_tags = forms.CharField(label=_("Remove tags"), required=False, max_length=400)
    snooze = forms.ChoiceField(
        choices=[UNCHANGED, *snoozing.CHOICES], label=_("Snooze"), required=False
    )

    def __init__(self, *args: Any, user: User, **named: Any) -> None:
        super().__init__(*args, **named)
        self.user = user
        self.people = {str(person.pk): person for person in colleagues()}
        self.teams = {str(team.pk): team for team in Team.objects.all()}
        fields: Any = self.fields
        nobody = (NOBODY, _("nobody"))
        fields["assignee"].choices = [UNCHANGED, nobody, *self._named(self.people)]
        fields["team"].choices = [UNCHANGED, (NOBODY, _("no team")), *self._named(self.teams)]
        for field in fields.values():
            field.widget.attrs["form"] = "bulk"

    @staticmethod
    def _named(rows: Mapping[str, Any]) -> list[tuple[str, str]]:
        return [(key, str(row)) for key, row in rows.items()]

    def clean(self) -> dict[str, Any]:
        """At least one ticket, and at least one change."""
        cleaned: dict[str, Any] = super().clean() or {}
        ticked = self.data.getlist("ticket")  # type: ignore[attr-defined]
        self.versions = dict(filter(None, map(_tick, ticked[:MOST_BULK])))
        visible = Ticket.objects.visible_to(self.user).filter(pk__in=self.versions).count()
        if not self.versions:
            raise ValidationError(_("Tick the tickets that are to be changed."))
        if visible < len(self.versions):
            raise ValidationError(_("Some of the ticked tickets are gone; tick again."))
        if not self.errors and not any(cleaned.values()):
            raise ValidationError(_("Choose what is to be changed."))
        return cleaned

    def wanted(self) -> dict[str, Any]:
        """What is asked for, by the names of `verbs.VERBS`."""
        said = {name: value for name, value in self.cleaned_data.items() if value}
        for name, rows in (("assignee", self.people), ("team", self.teams)):
            if name in said:
                said[name] = rows.get(said[name])
        for name in ("add_tags", "remove_tags"):
            if name in said:
                said[name] = said[name].split(",")
        if "snooze" in said:
            said["snooze"] = snoozing.until(said["snooze"])
        return said


def _tick(value: str) -> tuple[int, int] | None:
    pk, _colon, version = value.partition(":")
    if not (pk.isdecimal() and len(pk) < 19):
        return None
    return int(pk), int(version) if version.isdecimal() and len(version) < 10 else 0


class Files(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """The files of a message, each checked."""

    widget = Files

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """The files that were chosen, none where there are none."""
        chosen = data if isinstance(data, list | tuple) else [data]
        return checked(file for file in chosen if file)


class ReplyForm(forms.Form):
    """An answer to the customer, or a note for colleagues. `seen` is the latest message that
    was shown; `used_macro` and `draft` are what the text began from.
    """

    REPLY, NOTE = "reply", "note"

    kind = forms.ChoiceField(
        choices=[(REPLY, _("Reply")), (NOTE, _("Internal note"))],
        required=False,
        widget=forms.RadioSelect,
        initial=REPLY,
    )
    body = forms.CharField(
        label=_("Text"),
        max_length=100_000,
        widget=forms.Textarea(
            attrs={
                "rows": 6,
                "required": True,
                "aria-keyshortcuts": "Control+Enter",
                "aria-autocomplete": "list",
                "aria-haspopup": "listbox",
                "aria-controls": "mention-list",
            }
        ),
    )
    files = FilesField(label=_("Files"), required=False)  # type: ignore[assignment]
    then = forms.ChoiceField(choices=[("", ""), *Ticket.Status.choices], required=False)
    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    draft = forms.IntegerField(required=False, widget=forms.HiddenInput)
    used_macro = forms.ModelChoiceField(
        Macro.objects.active(), required=False, widget=forms.HiddenInput
    )

    @property
    def is_note(self) -> bool:
        """Whether a note is written, so far as is known."""
        return self["kind"].value() == self.NOTE

    def clean(self) -> dict[str, Any]:
        """A reply in which nothing that a macro or a draft left open stands any more."""
        cleaned: dict[str, Any] = super().clean() or {}
        body = cleaned.get("body", "")
        left = list(dict.fromkeys(BLANK.findall(body))) if cleaned.get("draft") else unfilled(body)
        if left and cleaned.get("kind") != self.NOTE:
            problem = _("Fill in before it goes to the customer: %(left)s")
            self.add_error("body", problem % {"left": ", ".join(left)})
        return cleaned


class MergeForm(forms.Form):
    """The ticket that takes this one in, by its number."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    into = forms.RegexField(
        r"^\s*#?\d{1,18}\s*$",
        label=_("Merge into"),
        error_messages={
            "invalid": _("Give the number of a ticket, such as 123."),
            "required": _("Give the number of a ticket, such as 123."),
        },
    )

    def clean_into(self) -> int:
        """The number."""
        return int(self.cleaned_data["into"].strip().lstrip("#"))


class SplitForm(forms.Form):
    """The messages that move to a new ticket, and what that is called."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    subject = forms.CharField(label=_("Subject"), max_length=300, required=False)
    message = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, *args: Any, ticket: Ticket, **named: Any) -> None:
        super().__init__(*args, **named)
        fields: Any = self.fields
        pks = ticket.messages.values_list("pk", flat=True)
        fields["message"].choices = [(pk, str(pk)) for pk in pks]
