"""Every answer is one that the description of the API tells of: a small part, the same calls each
time. All of it by `make contract`.
"""

import pytest

from tests.contract import run_contract


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_api_keeps_its_contract(settings):
    settings.MFA_REQUIRED = False
    run = run_contract(examples=2, phases=["fuzzing"])
    assert run.failures == {}, run.told
    assert run.statuses.keys() <= {*range(200, 500)}
    assert len(run.operations) > 150


NUL = "a\\u0000b"
HALF = "\\ud800"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (f'{{"name": "{NUL}"}}', "/name"),
        (f'{{"name": "Ada", "tags": ["ok", "{HALF}"]}}', "/tags/1"),
        (f'{{"name": "Ada", "custom": {{"{NUL}": 1}}}}', "/custom"),
        ('{"name": ' + "[" * 50_000, None),
        ('{"name": "Ada", "custom": ' + '{"a":' * 500 + "1" + "}" * 501, None),
        ('{"name": ' + "9" * 5_000 + "}", None),
        ('{"name": "Ada", "custom": {"a": 1e999}}', None),
        ('{"name": NaN}', None),
        ('{"name": "\udce9"}', None),
        ("\ufeff", None),
    ],
)
def test_what_no_text_or_number_is_gets_told_and_is_not_stored(api, body, told):
    answer = api.post(
        "/api/v1/customers/",
        body.encode("utf-8", "surrogateescape"),
        content_type="application/json",
    )
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    if told:
        assert answer.json()["errors"][0]["pointer"] == told


def test_a_body_that_is_too_large_is_told_so(api, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = api.post("/api/v1/customers/", {"name": "x" * 2000}, format="json")
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")


def test_huge_numbers_in_an_address_find_nothing(api):
    for number in ("9" * 18, "9" * 400):
        assert api.get(f"/api/v1/customers/{number}/").status_code == 404
        assert api.get(f"/api/v1/contact-points/?customer={number}").status_code in (200, 400)


def test_a_nul_in_an_address_is_found_nowhere(api):
    for address in ("customers/by-external-id/shop/a%00b/", "intents/a%00b/", "customers/%00/"):
        answer = api.get(f"/api/v1/{address}")
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
