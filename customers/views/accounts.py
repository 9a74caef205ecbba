"""One's own account; for admins, everybody's sessions and second steps, and what roles reach."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.db.models import Count, Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.accounts.forms import RoleRuleForm
from customers.accounts.gate import needs_second_step
from customers.models import RoleRule, User
from customers.paging import page_of
from customers.views.access import StaffRequest, admins_only


@never_cache
@require_GET
def account_page(request: StaffRequest) -> HttpResponse:
    """How one logs in, and where one is logged in."""
    return render(request, "account/page.html", _account(request, request.user))


@require_POST
def end_own_sessions(request: StaffRequest) -> HttpResponse:
    """End the chosen session of one's own, or all but this one."""
    sessions = UserSession.objects.filter(user=request.user)
    chosen = request.POST.get("session", "")
    ended = (
        sessions.filter(pk=int(chosen))
        if chosen.isdecimal()
        else sessions.exclude(session_key=request.session.session_key)
    )
    end_sessions(request, list(ended))
    return redirect("account")


@require_GET
@admins_only
def people(request: StaffRequest) -> HttpResponse:
    """All logins: who is active, who has a second step, in how many places they are in."""
    steps = Authenticator.objects.filter(user=OuterRef("pk"))
    rows = User.objects.annotate(
        has_second_step=Exists(steps), session_count=Count("usersession", distinct=True)
    ).prefetch_related("groups", "teams")
    return render(
        request, "account/people.html", {"page": page_of(rows.order_by("username", "pk"), request)}
    )


@never_cache
@require_GET
@admins_only
def person(request: StaffRequest, pk: int) -> HttpResponse:
    """One login with its sessions."""
    shown = get_object_or_404(User.objects.prefetch_related("groups", "teams"), pk=pk)
    return render(request, "account/person.html", _account(request, shown))


@require_POST
@admins_only
def change_person(request: StaffRequest, pk: int) -> HttpResponse:
    """End a person's sessions, take their second step away, disable or enable their login."""
    shown, act = get_object_or_404(User, pk=pk), request.POST.get("do", "")
    if act in ("disable", "forget") and shown == request.user:
        messages.error(request, _("Not your own login: another admin can do that."))
    elif act == "disable":
        User.objects.filter(pk=pk).update(is_active=False)
        _end_all(shown)
        messages.success(request, _("The login is disabled: its sessions and keys work no more."))
    elif act == "enable":
        User.objects.filter(pk=pk).update(is_active=True)
        messages.success(request, _("The login works again."))
    elif act == "forget":
        Authenticator.objects.filter(user=shown).delete()
        messages.success(request, _("The second step is gone; the next login sets it up anew."))
    elif act == "end":
        _end_all(shown)
        messages.success(request, _("All sessions are ended."))
    return redirect("person", pk=pk)


@require_GET
@admins_only
def role_list(request: StaffRequest) -> HttpResponse:
    """What each role reaches and sees."""
    return render(request, "account/roles.html", {"rules": RoleRule.objects.all()})


@require_http_methods(["GET", "POST"])
@admins_only
def edit_role(request: StaffRequest, role: str) -> HttpResponse:
    """The form of a role's rule."""
    rule = get_object_or_404(RoleRule, pk=role)
    form = RoleRuleForm(request.POST or None, instance=rule)
    if form.is_bound and form.is_valid():
        form.save()
        messages.success(request, _("It holds from the next page on."))
        return redirect("roles")
    context = {"form": form, "rule": rule}
    return render(request, "account/role.html", context, status=422 if form.errors else 200)


def _account(request: StaffRequest, shown: User) -> dict[str, Any]:
    codes = Authenticator.objects.filter(user=shown, type=Authenticator.Type.RECOVERY_CODES)
    left = codes.first()
    return {
        "shown": shown,
        "sessions": UserSession.objects.filter(user=shown).order_by("-created_at"),
        "this_session": request.session.session_key,
        "has_second_step": is_mfa_enabled(shown),
        "needs_second_step": needs_second_step(shown),
        "codes_left": len(left.wrap().get_unused_codes()) if left else 0,
    }


def _end_all(shown: User) -> None:
    for session in UserSession.objects.filter(user=shown):
        session.end()
