"""Guessing costs, the second step, and sessions that end at once."""

import concurrent.futures
import os

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core import mail
from django.db import connection
from django.test import Client

from customers.accounts import limits
from customers.models import RoleRule, User
from customers.tasks import mail_reset
from tests.factories import UserFactory
from tests.partners import calling

RIGHT = "correct horse"


@pytest.fixture(autouse=True)
def here(settings, monkeypatch):
    settings.CLIENT_ADDRESS_HEADER = ""
    monkeypatch.setattr(mail_reset, "delay", mail_reset)


@pytest.fixture
def ann(db):
    return UserFactory(username="ann", email="ann@example.com")


def log_in(client, username="ann", password=RIGHT):
    return client.post("/login/", {"login": username, "password": password})


def is_in(client):
    return client.get("/account/").status_code == 200


def with_app(user):
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def code_of(secret, step=1):
    """The code of now, or of a step before (0) or after (2) it: all are taken."""
    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[step]))


def test_a_name_and_a_password_lead_in(client, ann):
    answer = log_in(client)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_in(client)


@pytest.mark.parametrize("kind", ["unknown", "disabled", "wrong"])
def test_the_refusal_says_nothing_of_whether_there_is_such_a_login(client, ann, kind):
    UserFactory(username="gone", is_active=False)
    name, password = {
        "unknown": ("nobody", RIGHT),
        "disabled": ("gone", RIGHT),
        "wrong": ("ann", "battery staple"),
    }[kind]
    answer = log_in(client, name, password)
    assert answer.status_code == 200
    said = answer.context["form"].non_field_errors()
    assert said == ["The username and/or password you specified are not correct."]


def test_each_refusal_costs_one_hash(client, ann, settings, monkeypatch):
    """Time tells nothing either: an unknown name is hashed for as a known one is."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    ann.set_password(RIGHT)
    ann.save()
    hashed = []
    real = PBKDF2PasswordHasher.encode
    monkeypatch.setattr(
        PBKDF2PasswordHasher,
        "encode",
        lambda self, *args: hashed.append(1) or real(self, *args),
    )
    counts = []
    for name in ("nobody", "ann"):
        hashed.clear()
        log_in(client, name, "battery staple")
        counts.append(len(hashed))
    assert counts == [1, 1]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_guesses_at_once_ten_are_looked_at_and_the_owner_gets_in(monkeypatch, settings):
    """`RAPPORT_GUESSES=1000` for the whole form of it."""
    ann = UserFactory(username="ann", email="ann@example.com")
    home = Client()
    assert log_in(home).status_code == 302  # a browser that ann is known in
    home.post("/logout/")
    evaluated = []
    real = User.check_password
    monkeypatch.setattr(
        User, "check_password", lambda self, raw: evaluated.append(raw) or real(self, raw)
    )

    def guess(number):
        try:
            said = log_in(Client(REMOTE_ADDR=f"10.0.{number // 50}.1"), password=f"guess {number}")
            return said.status_code
        finally:
            connection.close()

    guesses = int(os.environ.get("RAPPORT_GUESSES", "100"))
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        codes = set(pool.map(guess, range(guesses)))
    assert codes == {200}
    assert len(evaluated) <= limits.GUESSES
    stranger = Client(REMOTE_ADDR="10.9.9.9")
    assert log_in(stranger).status_code == 200  # the right password is not looked at now
    assert log_in(home).status_code == 302  # but in the browser that knows ann it is
    # and by mail the owner gets in from anywhere
    stranger.post("/account/password/reset/", {"email": "ann@example.com"})
    link = next(word for word in mail.outbox[0].body.split() if "/account/password/reset/" in word)
    form = stranger.get(link.replace("http://testserver", ""), follow=True)
    new = {"password1": "battery staple 9", "password2": "battery staple 9"}
    stranger.post(form.redirect_chain[-1][0], new)
    assert log_in(stranger, password="battery staple 9").status_code == 302
    ann.delete()


def test_a_new_password_by_mail_does_not_pass_the_second_step(client, ann):
    with_app(ann)
    client.post("/account/password/reset/", {"email": "ANN@example.com"})
    (letter,) = mail.outbox
    assert letter.to == ["ann@example.com"]
    link = next(word for word in letter.body.split() if "/account/password/reset/" in word)
    form = client.get(link.replace("http://testserver", ""), follow=True)
    new = {"password1": "battery staple 9", "password2": "battery staple 9"}
    client.post(form.redirect_chain[-1][0], new)
    assert not is_in(client)
    assert log_in(client, password="battery staple 9")["Location"] == "/login/code/"
    assert not is_in(client)


def test_a_wish_for_a_password_says_nothing_of_who_has_the_address(client, ann):
    answers = [
        client.post("/account/password/reset/", {"email": email})
        for email in ("ann@example.com", "nobody@example.com")
    ]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (302, "/account/password/reset/sent/")
    }
    assert len(mail.outbox) == 1


def test_the_second_step_takes_a_code_once_and_five_guesses(client, ann):
    secret = with_app(ann)
    log_in(client)
    for number in range(limits.CODES):
        client.post("/login/code/", {"code": f"00000{number}"})
    assert client.post("/login/code/", {"code": code_of(secret)}).status_code == 200
    assert not is_in(client)
    limits.forget_codes(ann)
    assert client.post("/login/code/", {"code": code_of(secret, 2)}).status_code == 302
    assert is_in(client)
    other = Client()
    log_in(other)
    assert other.post("/login/code/", {"code": code_of(secret, 2)}).status_code == 200
    assert not is_in(other)


def test_secrets_of_the_second_step_are_not_readable_in_the_database(ann):
    secret = with_app(ann)
    assert secret not in str(Authenticator.objects.get(user=ann).data)


def test_a_recovery_code_takes_the_apps_place_once(client, ann):
    with_app(ann)
    codes = RecoveryCodes.activate(ann).get_unused_codes()
    log_in(client)
    assert client.post("/login/code/", {"code": codes[0]}).status_code == 302
    assert is_in(client)
    other = Client()
    log_in(other)
    other.post("/login/code/", {"code": codes[0]})
    assert not is_in(other)


@pytest.mark.parametrize("role", ["admin", "agent"])
def test_whoever_may_export_sets_up_a_second_step_first(client, settings, db, role):
    settings.MFA_REQUIRED = True
    user = UserFactory(username="ann", role=role)
    log_in(client)
    assert client.get("/customers/")["Location"] == "/account/steps/app/"
    assert client.get("/", headers={"HX-Request": "true"})["HX-Redirect"] == "/account/steps/app/"
    assert client.get("/api/v1/customers/").status_code == 403
    again = client.get("/account/steps/app/")["Location"]
    page = client.post(again, {"password": RIGHT}, follow=True)
    secret = page.context["form"].secret
    shown = client.post("/account/steps/app/", {"code": code_of(secret)}, follow=True)
    assert len(shown.context["unused_codes"]) == 10
    assert "*" not in shown.context["unused_codes"][0]
    assert client.get("/customers/").status_code == 200
    assert Authenticator.objects.filter(user=user, type="totp").count() == 1


def test_who_may_not_export_goes_on_without(client, settings, db):
    settings.MFA_REQUIRED = True
    RoleRule.objects.filter(pk="agent").update(may_export=False)
    UserFactory(username="ann")
    log_in(client)
    assert client.get("/customers/").status_code == 200


def test_a_disabled_logins_sessions_and_keys_work_no_more(client, ann):
    log_in(client)
    api = calling(ann)
    assert api.get("/api/v1/customers/").status_code == 200
    admin = Client()
    admin.force_login(UserFactory(role="admin"))
    admin.post(f"/people/{ann.pk}/change/", {"do": "disable"})
    assert not is_in(client)
    assert api.get("/api/v1/customers/").status_code == 401


def test_sessions_are_seen_and_ended(client, ann):
    other = Client(headers={"User-Agent": "Phone"})
    log_in(client)
    log_in(other)
    page = client.get("/account/")
    assert {one.user_agent for one in page.context["sessions"]} == {"", "Phone"}
    client.post("/account/sessions/end/")
    assert (is_in(client), is_in(other)) == (True, False)


def test_nobody_ends_the_sessions_of_others_but_admins(client, ann):
    log_in(client)
    bob = Client()
    bob.force_login(UserFactory(username="bob"))
    page = client.get("/account/")
    bob.post("/account/sessions/end/", {"session": page.context["sessions"][0].pk})
    assert bob.post(f"/people/{ann.pk}/change/", {"do": "end"}).status_code == 403
    assert is_in(client)


def test_the_admin_site_logs_in_the_same_way(client, ann):
    assert client.get("/admin/login/?next=/admin/")["Location"].startswith("/login/?next=")
