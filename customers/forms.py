"""The forms of the screens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import (
    Audience,
    Draft,
    ErrorBudget,
    Generator,
    GeneratorUse,
    Segment,
    Sentiment,
    Taxon,
    Topic,
)
from customers.models.automated_columns import AUTOMATED

AUTOMATED_TASKS = [choice for choice in ErrorBudget.Task.choices if choice[0] in AUTOMATED]


class DecisionForm(forms.Form):
    """A name that staff decide for a row; a retired one stays a choice where it stands."""

    def __init__(self, *args: Any, current: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            names: Any = field
            names.queryset = names.queryset.model.objects.choices(current)


class SegmentForm(DecisionForm):
    """Which kind of customer this is, as staff see it; empty takes the decision back."""

    segment = forms.ModelChoiceField(Segment.objects.active(), label=_("Segment"), required=False)


class TaxonForm(forms.ModelForm):
    """A name with its description; `taxon_form` makes it for one taxonomy."""

    def clean_name(self) -> str:
        """Names differ, whatever their case, so that choices can be told apart."""
        name = self.cleaned_data["name"]
        others = self._meta.model.objects.exclude(pk=self.instance.pk)
        if others.filter(name__iexact=name).exists():
            raise forms.ValidationError(_("There is one of this name already."))
        return name

    def _post_clean(self) -> None:
        """Leave the row as it is: its own verbs write what was cleaned."""


def taxon_form(model: type[Taxon], *args: Any, **kwargs: Any) -> TaxonForm:
    """The form of a taxonomy: name, description, and the keywords of those that have some."""
    has = {field.name for field in model._meta.get_fields()}
    fields = [name for name in ("name", "description", "keywords") if name in has]
    widgets: dict[str, Any] = {"description": forms.Textarea(attrs={"rows": 2})}
    form: Any = forms.modelform_factory(model, form=TaxonForm, fields=fields, widgets=widgets)
    return form(*args, **kwargs)


class SentimentForm(forms.Form):
    """How a text sounds, as staff hear it; empty takes the decision back."""

    sentiment = forms.ChoiceField(choices=Sentiment.choices, required=False)


class DraftWishesForm(forms.Form):
    """How a generator should write a reply."""

    tone = forms.ChoiceField(choices=Draft.Tone.choices, label=_("Tone"))
    length = forms.ChoiceField(choices=Draft.Length.choices, label=_("Length"))


class BudgetForm(forms.ModelForm):
    """How many automatic labels may be wrong, and whether any are set."""

    class Meta:
        model = ErrorBudget
        fields = ("max_error", "is_on")


class UndoSinceForm(forms.Form):
    """The moment since which automatic labels are taken back, in the user's zone, and the
    task that they are of; empty for all.
    """

    task = forms.ChoiceField(
        choices=[("", _("all tasks")), *AUTOMATED_TASKS], label=_("Task"), required=False
    )

    since = forms.DateTimeField(
        label=_("Undo all since"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )


class AudienceForm(forms.ModelForm):
    """What an audience is called; its rules are read apart from it."""

    use_required_attribute = False  # buttons that change rules send the form without a name

    class Meta:
        model = Audience
        fields = ("name", "description")
        widgets: dict[str, Any] = {"description": forms.Textarea(attrs={"rows": 2})}


class DismissForm(forms.Form):
    """Why an alarm is put aside, where somebody wants to say so."""

    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class TopicNameForm(forms.Form):
    """What staff call a topic; empty gives it the machine's name again."""

    name = forms.CharField(label=_("Name"), max_length=120, required=False)

    def __init__(self, topic: Topic, data: Any = None) -> None:
        super().__init__(data, initial={"name": topic.name})
        self.fields["name"].widget.attrs["placeholder"] = topic.suggested_name


class MergeForm(forms.Form):
    """Another standing topic of the same kind that takes this one in."""

    into = forms.ModelChoiceField(
        Topic.objects.none(), label=_("Merge into"), empty_label=_("choose a topic")
    )

    def __init__(self, topic: Topic, data: Any = None) -> None:
        super().__init__(data)
        others: Any = self.fields["into"]
        others.queryset = Topic.objects.shown().filter(kind=topic.kind).exclude(pk=topic.pk)


class GeneratorForm(forms.ModelForm):
    """A generator of text; the key of a server stands in the environment, never here."""

    class Meta:
        model = Generator
        fields = (
            *("name", "kind", "model", "base_url", "on_own_network", "key_variable"),
            *("max_tokens", "timeout_s", "price_in", "price_out", "currency"),
        )


class GeneratorUseForm(forms.ModelForm):
    """The switch of one feature."""

    class Meta:
        model = GeneratorUse
        fields = ("generator", "monthly_tokens", "is_on")
