"""Forms of imports: the file, and how its columns are read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from customers.imports.errors import ImportProblem
from customers.imports.formats import FORMATS, format_choices
from customers.imports.mapping import proposed
from customers.imports.table import REJECT_COLUMNS
from customers.models import Import, ImportMapping

MAPPED = "column_"  # what fields for columns begin with
EXAMPLES = 3
MATCHES = {"email": _("e-mail address"), "sku": _("SKU")}


class UploadForm(forms.ModelForm):
    """A file to take in; what it is is told by its columns."""

    class Meta:
        model = Import
        fields = ("file", "format", "source")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("recognise it")), *format_choices()]
        self.fields["format"] = forms.ChoiceField(
            choices=choices, label=_("Format"), required=False
        )
        self.fields["file"].required = True
        self.fields["source"].help_text = _("The system that the file comes from, such as webshop.")


class ReadingForm(forms.Form):
    """How a file that was looked into is read: format, source, columns and options."""

    def __init__(self, run: Import, data: Any = None) -> None:
        super().__init__(data)
        self.run = run
        chosen = str((data or {}).get("format") or run.format)
        kind = FORMATS.get(chosen)
        self.kind = kind.in_this_shop() if kind else None
        self.fields["format"] = forms.ChoiceField(
            choices=[("", _("choose one")), *format_choices()], label=_("Format"), initial=chosen
        )
        self.fields["source"] = forms.SlugField(
            max_length=40,
            label=_("Source"),
            initial=run.source,
            help_text=_("The system that the file comes from, such as webshop."),
        )
        self._add_options()
        self._add_columns()

    @property
    def is_mapped(self) -> bool:
        """Whether columns can be chosen: those of known exports are known."""
        return bool(self.kind and self.kind.fields and not self.kind.signatures)

    @property
    def columns(self) -> list[dict[str, Any]]:
        """The fields for columns, each with the first values of the column it is read from."""
        if not self.is_mapped or self.kind is None:
            return []
        return [
            {
                "field": self[f"{MAPPED}{one.name}"],
                "examples": self._examples(self[f"{MAPPED}{one.name}"].value()),
                "is_required": one.is_required,
            }
            for one in self.kind.fields
        ]

    @property
    def options(self) -> list[Any]:
        """The fields beside those of columns."""
        return [self[name] for name in self.fields if not name.startswith(MAPPED)]

    def clean(self) -> dict[str, Any]:
        """No column twice, and all that the format needs."""
        data = super().clean() or {}
        mapping = self._mapping(data)
        taken = list(mapping.values())
        for name, column in mapping.items():
            if taken.count(column) > 1:
                self.add_error(f"{MAPPED}{name}", _("This column is chosen twice."))
        if self.kind and self.is_mapped and self.data.get("act") != "format":
            try:
                self.kind.check_columns(mapping, found=self.run.columns)
            except ImportProblem as problem:
                raise ValidationError(str(problem)) from problem
        return data

    def save(self) -> Import:
        """Keep it on the import; another format proposes its columns anew."""
        run, data = self.run, self.cleaned_data
        is_other = data["format"] != run.format
        mapping = self._mapping(data)
        if is_other and self.data.get("act") == "format":
            mapping = proposed(self.kind, run.columns) if self.kind and self.is_mapped else {}
        run.format, run.source, run.mapping = data["format"], data["source"].lower(), mapping
        run.match_by = data.get("match_by") or ""
        run.clears_empty = bool(data.get("clears_empty"))
        run.check_result, run.checked_at = {}, None
        names = ("format", "source", "mapping", "match_by", "clears_empty")
        run.save(update_fields=[*names, "check_result", "checked_at"])
        if data.get("keep_as") and mapping:
            ImportMapping.objects.update_or_create(
                format=run.format, name=data["keep_as"], defaults={"mapping": mapping}
            )
        return run

    def _mapping(self, data: dict[str, Any]) -> dict[str, str]:
        return {
            name.removeprefix(MAPPED): column
            for name, column in data.items()
            if name.startswith(MAPPED) and column
        }

    def _add_options(self) -> None:
        matches = self.kind.match_fields if self.kind else ()
        if matches:
            self.fields["match_by"] = forms.ChoiceField(
                choices=[("", _("its external id")), *((one, MATCHES[one]) for one in matches)],
                label=_("A record is known by"),
                required=False,
                initial=self.run.match_by,
                help_text=_("What is found is updated, whatever system it came from."),
            )
            self.fields["clears_empty"] = forms.BooleanField(
                label=_("Empty cells clear what is there"),
                required=False,
                initial=self.run.clears_empty,
            )
        if self.is_mapped:
            self.fields["keep_as"] = forms.CharField(
                label=_("Keep these columns as"),
                max_length=80,
                required=False,
                help_text=_("The next file with these columns is then read in the same way."),
            )

    def _add_columns(self) -> None:
        if not self.is_mapped or self.kind is None:
            return
        mapping = self.run.mapping
        if self.run.format != self.kind.name:
            mapping = proposed(self.kind, self.run.columns)
        names = [name for name in self.run.columns if name not in REJECT_COLUMNS]
        choices = [("", "–"), *((name, name) for name in names)]
        for one in self.kind.fields:
            self.fields[f"{MAPPED}{one.name}"] = forms.ChoiceField(
                choices=choices,
                label=one.label,
                required=False,
                initial=mapping.get(one.name, ""),
            )

    def _examples(self, column: str) -> list[str]:
        values = [row[column] for row in self.run.sample if row.get(column)]
        return list(dict.fromkeys(values))[:EXAMPLES]
