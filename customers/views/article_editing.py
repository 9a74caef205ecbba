"""Writing an article: a form with a preview that keeps what was typed, whatever happens."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from customers.article_versions import difference
from customers.help_forms import ArticleForm
from customers.indexed_values import indexed_values
from customers.languages import NAMES
from customers.models import Article, ArticleChanged
from customers.views.access import StaffRequest, get_article_for

SAVING = ("save", "publish")


@require_http_methods(["GET", "POST"])
def new_article(request: StaffRequest) -> HttpResponse:
    """The form of an article that is not there yet; what an address gives is filled in."""
    if request.method == "GET":
        given = {name: request.GET[name] for name in ArticleForm.Meta.fields if name in request.GET}
        return _shown(request, ArticleForm(initial={"language": "en", **given}))
    form = ArticleForm(request.POST)
    if request.POST.get("do") not in SAVING or not form.is_valid():
        return _again(request, form)
    article = Article(**form.texts(), status=_status(request, Article.Status.DRAFT))
    article.save(by=request.user)
    messages.success(request, _("The article is saved."))
    return redirect("article", pk=article.pk)


@require_http_methods(["GET", "POST"])
def edit_article(request: StaffRequest, pk: int) -> HttpResponse:
    """The form of an article; who saves over somebody else's version is asked first."""
    article = get_article_for(request.user, pk)
    if request.method == "GET":
        return _shown(request, ArticleForm(instance=article), article)
    form = ArticleForm(request.POST, instance=article)
    if request.POST.get("do") not in SAVING or not form.is_valid():
        return _again(request, form, article)
    seen = form.cleaned_data["revision"]
    try:
        article.edit(
            by=request.user,
            seen=0 if seen is None else seen,
            **form.texts(),
            status=_status(request, article.status),
        )
    except ArticleChanged as meanwhile:
        return _conflict(request, form, meanwhile.current)
    messages.success(request, _("The article is saved."))
    return redirect("article", pk=pk)


def _status(request: StaffRequest, otherwise: str) -> str:
    return Article.Status.PUBLISHED if request.POST["do"] == "publish" else otherwise


def _again(
    request: StaffRequest, form: ArticleForm, article: Article | None = None
) -> HttpResponse:
    """The form as it was sent: to be looked at, or with what is wrong in it."""
    is_saving = request.POST.get("do") in SAVING
    preview = {"title": request.POST.get("title", ""), "body": request.POST.get("body", "")}
    return _shown(request, form, article, 422 if is_saving else 200, preview=preview)


def _conflict(request: StaffRequest, form: ArticleForm, current: Article) -> HttpResponse:
    """What was typed beside what somebody else saved; saving again overwrites knowingly."""
    typed_again = request.POST.copy()
    typed_again["revision"] = str(current.revision)
    form.data = typed_again
    typed = Article(**form.texts(), status=current.status)
    context = {
        "meanwhile": current.versions.select_related("by").defer("body").first(),
        "changed": difference(current, typed),
    }
    return _shown(request, form, current, 409, **context)


def _shown(
    request: StaffRequest,
    form: ArticleForm,
    article: Article | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    context |= {
        "form": form,
        "article": article,
        "is_sent": form.is_bound and request.POST.get("do") in SAVING,
        "categories": indexed_values(Article, "category"),
        "languages": NAMES,
        "revision": article.revision if article else 0,
    }
    return render(request, "articles/edit.html", context, status=status)
