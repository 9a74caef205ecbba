"""The pages on which admins make, rotate and revoke keys."""

import pytest

from customers.models import ApiKey
from customers.partners.keys import key_of
from tests.factories import ApiKeyFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    client.user = UserFactory(username="admin", role="admin")
    client.force_login(client.user)
    return client


def secret_on(page):
    return page.context["secret"]


def test_a_key_is_made_and_its_secret_shown_on_that_one_page(admin):
    partner = UserFactory(username="partner", role="partner")
    said = {
        "name": "Shop",
        "owner": partner.pk,
        "source": "shop",
        "requests_per_minute": 60,
        "scopes": ["orders:read", "orders:write"],
        "lasts_days": "90",
    }
    page = admin.post("/keys/new/", said)
    secret = secret_on(page)
    key = key_of(secret)
    assert (key.owner, key.source, key.scopes) == (partner, "shop", ["orders:read", "orders:write"])
    assert (key.expires_at - key.created_at).days in (89, 90)
    assert secret in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert secret not in admin.get(f"/keys/{key.pk}/").content.decode()
    assert secret not in admin.get("/keys/").content.decode()


def test_a_form_with_mistakes_keeps_what_was_typed_and_makes_nothing(admin):
    page = admin.post("/keys/new/", {"name": "Shop", "requests_per_minute": 0})
    assert page.status_code == 422
    assert 'value="Shop"' in page.content.decode()
    assert not ApiKey.objects.exists()


def test_a_key_is_rotated_and_revoked(admin):
    key = ApiKeyFactory()
    page = admin.post(f"/keys/{key.pk}/rotate/", {"overlap_hours": 1})
    assert key_of(secret_on(page)).replaces == key
    admin.post(f"/keys/{key.pk}/revoke/")
    key.refresh_from_db()
    assert not key.is_working
    assert admin.post(f"/keys/{key.pk}/rotate/", {"overlap_hours": 1}).status_code == 302
    assert ApiKey.objects.count() == 2


@pytest.mark.parametrize("role", ["agent", "manager", "partner"])
def test_others_see_and_change_nothing(client, role):
    key = ApiKeyFactory()
    client.force_login(UserFactory(role=role))
    for path in ("/keys/", "/keys/new/", f"/keys/{key.pk}/"):
        assert client.get(path).status_code == 403
    for path in (f"/keys/{key.pk}/rotate/", f"/keys/{key.pk}/revoke/"):
        assert client.post(path).status_code == 403
    key.refresh_from_db()
    assert key.is_working
