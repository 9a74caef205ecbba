"""Who calls the API: a partner's key, or a session of the screens."""

from __future__ import annotations

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from customers.models import ApiKey, User
from customers.models.api_key import acting_with
from customers.models.hidden import hide_for
from customers.partners.keys import key_of

WORD = "Bearer"


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer rpt_…`. The caller is the key's owner; the key goes with them."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        """The owner and the key; None where no key was sent. Raises AuthenticationFailed."""
        word, _, rest = get_authorization_header(request).partition(b" ")
        if word.lower() != WORD.lower().encode():
            return None
        key = key_of(rest.strip().decode("latin-1"))
        if key is None:
            raise AuthenticationFailed("This key does not work: unknown, expired or revoked.")
        key.note_use()
        hide_for(key.owner)
        return acting_with(key.owner, key), key

    def authenticate_header(self, request: Request) -> str:
        """What `WWW-Authenticate` says."""
        return WORD


class KeyScheme(OpenApiAuthenticationExtension):
    """How the schema tells of keys."""

    target_class = KeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer", "description": "An API key, `rpt_…`."}
