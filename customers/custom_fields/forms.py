"""Custom fields in forms: each is a field of the form, named `custom_KEY`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.custom_fields.values import MOST_TEXT, BadCustomValues, checked
from customers.models import CustomField

PREFIX = "custom_"
UNSAID = [("", "–")]
YES_NO = [*UNSAID, ("true", _("yes")), ("false", _("no"))]


def _choices(field: CustomField) -> list[tuple[str, str]]:
    return [(choice, choice) for choice in field.choices]


def day_input() -> forms.DateInput:
    """A day as browsers know it, whatever the language."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


FORM_FIELDS: Mapping[str, Callable[[CustomField], forms.Field]] = {
    CustomField.Type.TEXT: lambda _field: forms.CharField(max_length=MOST_TEXT),
    CustomField.Type.NUMBER: lambda _field: forms.DecimalField(),
    CustomField.Type.DATE: lambda _field: forms.DateField(
        widget=day_input(), input_formats=["%Y-%m-%d"]
    ),
    CustomField.Type.CHOICE: lambda field: forms.ChoiceField(choices=[*UNSAID, *_choices(field)]),
    CustomField.Type.MULTI: lambda field: forms.MultipleChoiceField(
        choices=_choices(field), widget=forms.CheckboxSelectMultiple
    ),
    CustomField.Type.BOOLEAN: lambda _field: forms.ChoiceField(choices=YES_NO),
}


class CustomFieldsForm(forms.ModelForm):
    """A form of a record that also has the record's custom fields."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.custom_fields = list(CustomField.objects.of(self._meta.model))
        for field in self.custom_fields:
            made = FORM_FIELDS[field.type](field)
            made.label, made.required = field.name, field.is_required
            value = self.instance.custom.get(field.key)
            made.initial = str(value).lower() if isinstance(value, bool) else value
            self.fields[PREFIX + field.key] = made

    def clean(self) -> dict[str, Any]:
        """Lay what was changed over the record's values, so that two people who fill in
        different fields do not undo each other.
        """
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        given = {
            field.key: cleaned[PREFIX + field.key]
            for field in self.custom_fields
            if PREFIX + field.key in cleaned and PREFIX + field.key in self.changed_data
        }
        try:
            custom = checked(
                self._meta.model._meta.model_name or "",
                given,
                present=self.instance.custom,
                fields=[field for field in self.custom_fields if field.key in given],
            )
        except BadCustomValues as bad:
            for key, said in bad.errors.items():
                self.add_error(PREFIX + key, str(said))
        else:
            self.instance.custom = custom
        return cleaned


def custom_form(model: Any, *args: Any, **kwargs: Any) -> CustomFieldsForm:
    """The form of a record's custom fields alone."""
    made: Any = forms.modelform_factory(model, form=CustomFieldsForm, fields=[])
    return made(*args, **kwargs)


class CustomFieldForm(forms.ModelForm):
    """A custom field itself; what kind of record it is of, its key and its type stay."""

    choices = forms.CharField(
        label=_("Choices, one a line"),
        widget=forms.Textarea(attrs={"rows": 5}),
        required=False,
        help_text=_("For fields with a list only."),
    )

    class Meta:
        model = CustomField
        fields = (
            *("record", "name", "key", "type", "choices"),
            *("is_required", "is_filterable", "position"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["choices"] = "\n".join(self.instance.choices)
        if self.instance.pk:
            for name in ("record", "key", "type"):
                self.fields[name].disabled = True

    def clean_choices(self) -> list[str]:
        """Each choice once, in the order in which they were typed."""
        lines = (line.strip() for line in self.cleaned_data["choices"].splitlines())
        chosen = list({line.casefold(): line for line in lines if line}.values())
        if any(len(choice) > 80 or ";" in choice for choice in chosen):
            raise forms.ValidationError(_("A choice has 80 characters at most, and no semicolon."))
        return chosen

    def clean(self) -> dict[str, Any]:
        """A field with a list needs one; others have none."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        listed = cleaned.get("type") in (CustomField.Type.CHOICE, CustomField.Type.MULTI)
        if listed and not cleaned.get("choices") and "choices" not in self.errors:
            self.add_error("choices", _("Give at least one choice."))
        if not listed:
            cleaned["choices"] = []
        return cleaned
