"""The forms of the help centre: articles and macros."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from customers.desk.people import colleagues
from customers.desk.verbs import cleaned_tags
from customers.macros import VARIABLES, unknown_variables
from customers.models import Article, Macro

LANGUAGE = RegexValidator(
    r"^[a-z]{2}(-[a-z]{2,4})?$", _("Give the short name of a language, such as en or zh.")
)


class ArticleForm(forms.ModelForm):
    """What an article says, and who may read it; `revision` is the version being edited."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    body = forms.CharField(
        label=_("Text"),
        max_length=Article.MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 20, "spellcheck": "true"}),
        help_text=_("Markdown: # heading, **bold**, - list, [link](https://…), tables."),
    )
    use_required_attribute = False  # a preview may lack what an article needs

    class Meta:
        model = Article
        fields = ("title", "body", "category", "language", "visibility", "expires_on", "slug")
        widgets: dict[str, Any] = {
            "category": forms.TextInput(attrs={"list": "categories", "autocomplete": "off"}),
            "language": forms.TextInput(attrs={"list": "languages", "size": 6}),
            # browsers know this one format, whatever the language
            "expires_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].validators.append(LANGUAGE)
        self.fields["expires_on"].help_text = _("From this day on customers do not see it.")

    def clean_language(self) -> str:
        """Languages are told in small letters."""
        return self.cleaned_data["language"].strip().lower()

    def texts(self) -> dict[str, Any]:
        """What was typed, for `Article.edit`."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def _post_clean(self) -> None:
        """Leave the row as it is: its own verbs write what was cleaned."""


class MacroForm(forms.ModelForm):
    """A macro; variables that there are not are named, with those that there are."""

    class Meta:
        model = Macro
        fields = (
            *("name", "body", "language", "category", "team", "is_active"),
            *("sets_status", "sets_priority", "sets_team", "sets_assignee", "assigns_sender"),
            "adds_tags",
        )
        widgets: dict[str, Any] = {"body": forms.Textarea(attrs={"rows": 12})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].validators.append(LANGUAGE)
        assignee: Any = self.fields["sets_assignee"]
        assignee.queryset = colleagues()

    def clean_adds_tags(self) -> list[str]:
        """Tags as tickets have them."""
        return cleaned_tags(self.cleaned_data["adds_tags"])

    def clean_body(self) -> str:
        """A text whose variables are all known."""
        body = self.cleaned_data["body"]
        unknown = unknown_variables(body)
        if unknown:
            raise forms.ValidationError(
                _("There is no variable %(unknown)s; there are %(known)s."),
                params={
                    "unknown": ", ".join(f"{{{{{name}}}}}" for name in unknown),
                    "known": ", ".join(f"{{{{{name}}}}}" for name in VARIABLES),
                },
            )
        return body
