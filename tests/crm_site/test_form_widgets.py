"""Fields that are drawn without templates look as Django's own do."""

import re
from datetime import date

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils import translation
from django.utils.translation import gettext_lazy

from crm_site.form_widgets import WithoutTemplates

NASTY = '"><script>alert(1)</script>'


class Everything(forms.Form):
    kind = forms.ChoiceField(
        choices=[("", gettext_lazy("any")), (NASTY, NASTY), ("Group & co", [("a", "A"), (7, 1234)])]
    )
    several = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], disabled=True)
    word = forms.CharField(max_length=9, widget=forms.TextInput(attrs={"title": NASTY}))
    kept = forms.CharField(widget=forms.HiddenInput)
    count = forms.IntegerField(min_value=1, localize=True)
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    empty = forms.CharField(required=False)


VALUES = {"kind": NASTY, "several": ["b"], "word": NASTY, "kept": NASTY, "count": 1234}


def drawn(renderer):
    form = Everything(VALUES | {"day": date(2026, 3, 2)}, renderer=renderer)
    html = "".join(str(form[name].as_widget()) for name in form.fields)
    return re.sub(r">\s+<", "><", html)


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_field_is_drawn_as_django_draws_it(language, settings):
    settings.USE_THOUSAND_SEPARATOR = True
    with translation.override(language):
        same_in_both()


def same_in_both():
    assert drawn(WithoutTemplates()) == drawn(DjangoTemplates())
    assert "<script>" not in drawn(WithoutTemplates())
