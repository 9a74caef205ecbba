"""Forms that no page sends: every address that takes posts gets them, and never fails by itself.

A view may ask for any field: whatever its name, an odd value is there, or nothing. Each post is
taken back, so that the next meets the same rows.
"""

import random
from collections import Counter

from django.core.signals import got_request_exception
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from hypothesis import strategies as st

from customers.portal.identity import SESSION_KEY
from tests.factories import UserFactory
from tests.routes import address_of, make_rows, screens

PLAIN = [
    "1",
    "2",
    "on",
    "true",
    "order",
    "name",
    "2026-01-31",
    "2026-01-31T10:00",
    "10:00",
    "a@b.cd",
]
ODD = [
    *(
        "",
        " ",
        "\0",
        "a\0b",
        "\ufffd",
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    ),
    *("-1", "0", "9" * 10, "9" * 19, "9" * 400, "1e400", "NaN", "Infinity", "-0.0", "٣", "１"),
    *("null", "[]", "{}", '{"version": 1}', "[" * 2000, '{"a":' * 900, '"\\ud800"', '{"rules": 1}'),
    *("0000-00-00", "9999-12-31", "2026-02-30", "24:61", "x" * 70_000, "<script>", "%s%n", "'\""),
    *(
        "../../etc",
        "http://[",
        "https://10.0.0.1/",
        "a@" + "b" * 300,
        "\u202e",
        "\r\nX: y",
        "/a\r\nX: y",
        "/\0",
        "//[",
        "/tasks/",
    ),
]
NOT_HERE = {
    "account_logout": "whoever is logged out meets no other page",
    "shop-webhook": "it answers shops 503 until it knows their secret, so that they send again",
}


class OddForm(QueryDict):
    """A form in which every field is there, with one of `values`, or is missing."""

    def __init__(self, query="", mutable=True, encoding=None, *, values=(None,), seed=0):
        super().__init__(query, mutable=True, encoding=encoding)
        self.values_of_fields, self.seed = values, seed

    def _said(self, name):
        return random.Random(f"{self.seed} {name}").choice(self.values_of_fields)

    def __contains__(self, name):
        return self._said(name) is not None

    def __getitem__(self, name):
        said = self._said(name)
        if said is None:
            raise KeyError(name)
        return said

    def get(self, name, default=None):
        said = self._said(name)
        return default if said is None else said

    def getlist(self, name, default=None):
        said = self._said(name)
        return [] if said is None else [said, *filter(None, self.values_of_fields[:1])]

    def __deepcopy__(self, memo):
        return self

    copy = __copy__ = lambda self: self


class OddForms:
    """Middleware of the tests: what is posted is the form that stands here."""

    form = None

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method == "POST" and OddForms.form is not None:
            request._read_started = True
            request._post, request._files = OddForms.form, request.FILES
        return self.get_response(request)


def forms():
    """Values that fields hold, some of them missing, and which field gets which."""
    value = st.sampled_from(ODD) | st.sampled_from(PLAIN) | st.none() | st.text(max_size=40)
    return st.tuples(st.lists(value, min_size=3, max_size=9), st.integers(0, 2**32))


class Screens:
    """All addresses that take posts, with a row of each record, and somebody who may post."""

    def __init__(self, settings):
        settings.MFA_REQUIRED = False
        middleware = f"{__name__}.{OddForms.__name__}"
        settings.MIDDLEWARE = [settings.MIDDLEWARE[0], middleware, *settings.MIDDLEWARE[1:]]
        self.rows = make_rows()
        self.client = Client(raise_request_exception=False)
        self.client.force_login(UserFactory(username="odd", role="admin"))
        session = self.client.session
        session[SESSION_KEY] = {"pk": self.rows["ticket"].customer_id, "at": 4_000_000_000.0}
        session.save()
        self.failed, self.statuses, self.posts = {}, Counter(), 0
        named = [one for one in screens() if one.name not in NOT_HERE]
        self.addresses = {one.name: address_of(one, self.rows) for one in named}
        got_request_exception.connect(self._note)

    def post_all(self, values, seed):
        """Post to each address; what failed is kept by its name."""
        for name, address in list(self.addresses.items()):
            self.raised = ""
            OddForms.form = OddForm(values=values, seed=f"{seed} {name}")
            try:
                with transaction.atomic():
                    answer = self.client.post(address)
                    transaction.set_rollback(True)
            finally:
                OddForms.form = None
            self._count(name, address, answer)

    def _count(self, name, address, answer):
        if answer.status_code == 405:
            del self.addresses[name]  # takes no posts
            return
        self.posts += 1
        self.statuses[answer.status_code] += 1
        if answer.status_code >= 500:
            self.failed.setdefault(name, f"{address}: {self.raised}")

    def _note(self, sender, request=None, **_):
        import traceback

        self.raised = traceback.format_exc()[-1500:]
