"""Languages of texts (en, zh) beside those that the product speaks (en, zh-hans)."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation

# How people call the languages that articles are most likely in.
NAMES = {"en": "English", "zh": "中文", "de": "Deutsch", "fr": "Français", "es": "Español"}


def text_language(code: str | None = None) -> str:
    """The language of texts for a language of the product, the active one unless given."""
    return (code or translation.get_language() or settings.LANGUAGE_CODE).split("-")[0]


def ui_language(code: str) -> str:
    """The language that the product speaks beside a text; the active one for no code, and
    English where it does not speak the text's.
    """
    if not code:
        return translation.get_language() or settings.LANGUAGE_CODE
    spoken = [known for known, _name in settings.LANGUAGES if text_language(known) == code[:2]]
    return spoken[0] if spoken else settings.LANGUAGE_CODE


def language_name(code: str) -> str:
    """What people who read it call a language; its code where that is not known."""
    return NAMES.get(code, code)
