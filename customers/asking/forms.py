"""The forms around a question."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.asking.text import clean_question
from customers.models import Article, Customer, ErrorBudget, Question, Ticket, User


class QuestionField(forms.CharField):
    """Text as it was typed; control characters are taken out, not refused."""

    def to_python(self, value: Any) -> str:
        """The text without NUL, which no field takes."""
        return (super().to_python(value) or "").replace("\x00", "")


class QuestionForm(forms.Form):
    """A question; what was typed stays when it cannot be taken."""

    text = QuestionField(
        label=_("Question"),
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 2, "required": True, "placeholder": _("Ask in your own words")}
        ),
        error_messages={"required": _("Type a question first.")},
    )

    def clean_text(self) -> str:
        """As `clean_question` takes it."""
        return clean_question(self.cleaned_data["text"])


class StaffQuestionForm(QuestionForm):
    """A question of staff; inside a ticket it is about the ticket's customer."""

    ticket = forms.ModelChoiceField(Ticket.objects.none(), required=False, widget=forms.HiddenInput)
    page = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tickets: Any = self.fields["ticket"]
        tickets.queryset = (
            Ticket.objects.visible_to(user)
            .select_related("customer")
            .defer("search", "customer__search")
        )


class FeedbackForm(forms.Form):
    """A thumb, and why."""

    feedback = forms.ChoiceField(choices=Question.Feedback.choices)
    reason = forms.CharField(label=_("Reason"), max_length=1000, required=False)


class HandOverForm(forms.Form):
    """What people need to take a question up; who is known need not say who they are."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"))
    note = forms.CharField(
        label=_("Anything else we should know?"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, asker: Customer | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if asker is not None:
            del self.fields["name"], self.fields["email"]


class SignInForm(forms.Form):
    """The mailbox that a link is sent to."""

    email = forms.EmailField(label=_("E-mail of your orders"))


class ReviewForm(forms.ModelForm):
    """What staff say of an answer: right or wrong, and what would have been right."""

    verdict = forms.ChoiceField(
        choices=Question.Verdict.choices, label=_("Verdict"), widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        articles: Any = self.fields["correct_article"]
        articles.queryset = Article.objects.defer("body").order_by("language", "title")
        articles.required = False
        self.fields["correct_answer"].required = False

    class Meta:
        model = Question
        fields = ("verdict", "correct_answer", "correct_article")
        widgets: dict[str, Any] = {"correct_answer": forms.Textarea(attrs={"rows": 2})}


class AnswerBudgetForm(forms.ModelForm):
    """How many answers may be wrong."""

    class Meta:
        model = ErrorBudget
        fields = ("max_error",)
