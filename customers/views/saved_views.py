"""Saved views of lists: filters and columns under a name, one's own or shared."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from customers.lists.columns import customer_columns
from customers.lists.rows import plain_query
from customers.models import SavedView, Team
from customers.views.access import StaffRequest

LISTS = ("customers",)


class SavedViewForm(forms.ModelForm):
    """What a view is called, and whom it is for."""

    class Meta:
        model = SavedView
        fields = ("name", "shared_with", "team")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        teams: Any = self.fields["team"]
        teams.queryset = Team.objects.filter(members=self.instance.owner)
        teams.help_text = gettext_lazy("For views that are shared with a team.")

    def clean_name(self) -> str:
        """A person's views of a list differ by name."""
        name: str = self.cleaned_data["name"]
        of_owner = {"owner": self.instance.owner, "list_name": self.instance.list_name}
        same = SavedView.objects.filter(name=name, **of_owner).exclude(pk=self.instance.pk)
        if same.exists():
            raise forms.ValidationError(_("You have a view of this name already."))
        return name

    def clean(self) -> dict[str, Any]:
        """A view that is shared with a team names it; no other does."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("shared_with") != SavedView.Sharing.TEAM:
            cleaned["team"] = None
        elif not cleaned.get("team") and "team" not in self.errors:
            self.add_error("team", _("Choose the team; you are in none otherwise."))
        return cleaned


@require_http_methods(["GET", "POST"])
def save_view(request: StaffRequest, list_name: str) -> HttpResponse:
    """Save the list as the address has set it up, under a new name."""
    _known(list_name)
    view = SavedView(list_name=list_name, owner=request.user, query=plain_query(request.GET))
    view.columns = columns_in_force(request, list_name)
    return _saved_or_form(request, SavedViewForm(request.POST or None, instance=view))


@require_http_methods(["GET", "POST"])
def edit_view(request: StaffRequest, pk: int) -> HttpResponse:
    """Name one's own view anew or share it; with `update` it takes the filters of the address."""
    view = get_view_for(request, pk)
    if "update" in request.POST:
        view.query = plain_query(request.GET)
        view.save(update_fields=["query"])
        messages.success(request, _("The view shows this from now on."))
        return redirect(address_of(view))
    return _saved_or_form(request, SavedViewForm(request.POST or None, instance=view))


@require_POST
def delete_view(request: StaffRequest, pk: int) -> HttpResponse:
    """Delete one's own view."""
    view = get_view_for(request, pk)
    view.delete()
    messages.success(request, _("%(name)s is deleted.") % {"name": view.name})
    return redirect(view.list_name)


@require_POST
def choose_columns(request: StaffRequest, list_name: str) -> HttpResponse:
    """The columns of one's own view that is chosen, else of the list for oneself."""
    _known(list_name)
    keys = [column.key for column in customer_columns()]
    columns = [key for key in keys if key in request.POST.getlist("column")]
    view = chosen_view(request, list_name)
    if view is None or view.owner_id != request.user.pk:
        view, _made = SavedView.objects.get_or_create(
            owner=request.user, list_name=list_name, name=""
        )
    view.columns = columns
    view.save(update_fields=["columns"])
    query = request.GET.copy()
    if not view.name:
        query.pop("view", None)
    return redirect(f"{reverse(list_name)}?{query.urlencode()}")


def chosen_view(request: StaffRequest, list_name: str) -> SavedView | None:
    """The view that the address names, if the user may see it."""
    said = request.GET.get("view", "")
    if not said.isdecimal() or len(said) > 18:
        return None
    views = SavedView.objects.visible_to(request.user).of_list(list_name)
    return views.filter(pk=said).first()


def columns_in_force(request: StaffRequest, list_name: str) -> list[str]:
    """The columns of the chosen view, else those that the user wants; none: the usual ones."""
    view = chosen_view(request, list_name)
    if view is None:
        view = SavedView.objects.filter(owner=request.user, list_name=list_name, name="").first()
    return list(view.columns) if view else []


def address_of(view: SavedView) -> str:
    """The list as a view has set it up."""
    query = QueryDict(view.query, mutable=True)
    query["view"] = str(view.pk)
    return f"{reverse(view.list_name)}?{query.urlencode()}"


def get_view_for(request: StaffRequest, pk: int) -> SavedView:
    """One's own view; managers change shared ones too."""
    views = SavedView.objects.visible_to(request.user).exclude(name="")
    view = get_object_or_404(views, pk=pk)
    if view.owner_id != request.user.pk and not request.user.is_manager:
        raise PermissionDenied
    return view


def _known(list_name: str) -> None:
    if list_name not in LISTS:
        raise Http404


def _saved_or_form(request: StaffRequest, form: SavedViewForm) -> HttpResponse:
    if form.is_bound and form.is_valid():
        form.save()
        messages.success(request, _("The view is saved."))
        return redirect(address_of(form.instance))
    context = {"form": form, "view": form.instance}
    return render(request, "customers/view.html", context, status=422 if form.errors else 200)
