"""The forms with which staff edit customers, companies, notes and tasks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from customers.custom_fields.forms import CustomFieldsForm, day_input
from customers.models import (
    Company,
    ContactPoint,
    Customer,
    CustomerNote,
    JournalEntry,
    Task,
    User,
)
from customers.models.hidden import hidden_now
from customers.people.contacts import check

MOST_TAGS = 30
TOLD_APART_BY = ("name", "email", "phone", "company", "country", "city")


class TagsField(forms.CharField):
    """Tags, separated by commas; each once, whatever its case."""

    def prepare_value(self, value: Any) -> Any:
        """The tags as they are typed."""
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """The list of tags."""
        said = (tag.strip() for tag in (super().clean(value) or "").replace("，", ",").split(","))
        tags = list({tag.casefold(): tag for tag in said if tag}.values())
        if len(tags) > MOST_TAGS or any(len(tag) > 40 for tag in tags):
            raise forms.ValidationError(_("At most 30 tags, each of 40 characters at most."))
        return tags


class SeenForm(forms.ModelForm):
    """A form of a record that others may edit meanwhile: it knows which state it showed, and
    is refused where the record is another by now. What was typed stays; sent again, it counts.

    Validate it in a transaction: the record is locked until its end.
    """

    seen_at = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen_at"] = self.instance.updated_at.isoformat()

    def clean(self) -> dict[str, Any]:
        """Refuse what was typed over an older state."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk:
            rows = type(self.instance)._base_manager.select_for_update().filter(pk=self.instance.pk)
            stands = rows.values_list("updated_at", flat=True).get().isoformat()
            if cleaned.get("seen_at") != stands:
                data: Any = self.data
                self.data = typed = data.copy()
                typed["seen_at"] = stands
                raise forms.ValidationError(self._changed_by_whom(), code="changed")
        return cleaned

    def _changed_by_whom(self) -> str:
        latest = JournalEntry.objects.about(self.instance).select_related("by").first()
        who = str(latest.by) if latest and latest.by else str(_("somebody"))
        at = date_format(localtime(self.instance.updated_at), "DATETIME_FORMAT")
        said = _(
            "%(who)s changed this meanwhile (%(at)s). What you typed is still here; save again "
            "to write it over theirs."
        )
        return str(said) % {"who": who, "at": at}


class CustomerForm(SeenForm, CustomFieldsForm):
    """A customer, with the custom fields of the shop."""

    tags = TagsField(label=_("Tags"), required=False, help_text=_("Separated by commas."))

    class Meta:
        model = Customer
        fields = (
            *("name", "email", "phone", "company", "language", "country", "city"),
            *("tags", "notes", "marketing_consent"),
        )
        widgets: Any = {"notes": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:  # what is not shown is not written either
            for name in self.instance.hides(hidden_now()) & self.fields.keys():
                self.fields[name].disabled = True
                self.fields[name].help_text = _("Not shown to your role.")

    def as_typed(self) -> Customer | None:
        """Who is being typed, as far as it tells people apart; None where nothing of that
        differs from what is there.
        """
        if not set(TOLD_APART_BY) & set(self.changed_data):
            return None
        typed = Customer(pk=self.instance.pk)
        for name in TOLD_APART_BY:
            said = str(self[name].value() or "").replace("\x00", "").strip()
            field: Any = Customer._meta.get_field(name)
            setattr(typed, name, said[: field.max_length])
        return typed

    def clean(self) -> dict[str, Any]:
        """Somebody whom nothing tells from others is nobody."""
        cleaned = super().clean()
        told = any(cleaned.get(name) for name in ("name", "email", "phone", "company"))
        if not told and not self.instance.external_id and not self.errors:
            raise forms.ValidationError(_("Give a name, an e-mail, a phone or a company."))
        return cleaned


class CompanyForm(SeenForm):
    """A company; a new name is given to its people too."""

    class Meta:
        model = Company
        fields = ("name", "domain", "country", "notes")
        widgets: Any = {"notes": forms.Textarea(attrs={"rows": 3})}


class ContactPointForm(forms.ModelForm):
    """A further address or number of a customer."""

    class Meta:
        model = ContactPoint
        fields = ("kind", "value", "label")

    def clean(self) -> dict[str, Any]:
        """An e-mail address is one; the same one is there once."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                check(self.instance.customer, cleaned["kind"], cleaned["value"])
            except forms.ValidationError as wrong:
                self.add_error("value", wrong)
        return cleaned


class NoteForm(forms.ModelForm):
    """A note about a customer."""

    class Meta:
        model = CustomerNote
        fields = ("body",)
        widgets: Any = {"body": forms.Textarea(attrs={"rows": 2})}


class TaskForm(forms.ModelForm):
    """A task; whoever makes it does it unless another is named."""

    class Meta:
        model = Task
        fields = ("title", "due_on", "assignee")
        widgets: Any = {"due_on": day_input()}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_on"].input_formats = ["%Y-%m-%d"]  # type: ignore[attr-defined]
        people: Any = self.fields["assignee"]
        people.queryset = User.objects.filter(is_active=True).order_by("username")
        if not self.instance.pk:
            self.initial["assignee"] = user.pk
