"""The pages of generators and of the egress ledger: who may do what, and what they say."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import EgressRecord, Generator, GeneratorTrial, GeneratorUse
from tests.factories import (
    EgressRecordFactory,
    GenerationLogFactory,
    GeneratorFactory,
    GeneratorUseFactory,
    UserFactory,
)

PAGE = "/models/generators/"
SERVER = {
    "name": "Server", "kind": "remote", "model": "small", "base_url": "https://llm.example.com/v1",
    "max_tokens": "300", "timeout_s": "20", "price_in": "0.5", "price_out": "1", "currency": "EUR",
}  # fmt: skip


def client_of(client, role):
    client.user = UserFactory(username=role, role=role)
    client.force_login(client.user)
    return client


@pytest.fixture
def manager(client, db):
    return client_of(client, "manager")


@pytest.fixture
def admin(client, db):
    return client_of(client, "admin")


def text(answer):
    return answer.content.decode()


@pytest.mark.parametrize("path", [PAGE, "/models/egress/", "/models/egress.csv"])
def test_agents_see_neither_generators_nor_ledger(agent, path):
    assert agent.get(path).status_code == 403


def test_everything_is_off_at_first(manager):
    page = text(manager.get(PAGE))
    assert page.count('<span class="chip">off</span>') == 3
    assert "There is no generator. Rapport works without one." in page
    assert "Nothing has ever left this machine." in text(manager.get("/models/egress/"))


def test_a_manager_reads_and_changes_nothing(manager):
    generator = GeneratorFactory()
    assert "Admins switch it on." in text(manager.get(PAGE))
    assert "Admins change it." in text(manager.get(f"{PAGE}{generator.pk}/"))
    posts = {
        f"{PAGE}new/": SERVER,
        f"{PAGE}{generator.pk}/": SERVER,
        f"{PAGE}{generator.pk}/try/": {},
        f"{PAGE}features/reply/": {"generator": generator.pk, "monthly_tokens": 1, "is_on": "on"},
    }
    assert {manager.post(path, data).status_code for path, data in posts.items()} == {403}
    assert not GeneratorUse.objects.exists()
    assert not GeneratorTrial.objects.exists()
    assert Generator.objects.get().name == generator.name


def test_an_admin_adds_a_generator(admin):
    answer = admin.post(f"{PAGE}new/", SERVER)
    generator = Generator.objects.get()
    assert answer.url == f"{PAGE}{generator.pk}/"
    assert (generator.created_by, generator.host) == (admin.user, "llm.example.com")
    assert not generator.uses.exists()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"base_url": "ftp://llm.example.com"}, "begins with https://"),
        ({"base_url": ""}, "begins with https://"),
        ({"base_url": "http://127.0.0.1:8000/v1"}, "private network"),
        ({"base_url": "http://localhost/v1"}, "private network"),
        ({"base_url": "http://169.254.169.254/v1"}, "private network"),
        ({"base_url": "https://me:secret@llm.example.com/v1"}, "Leave out names"),
        ({"base_url": "https://llm.example.com:99999/v1"}, "no address"),
        ({"key_variable": "SECRET_KEY"}, "ends in _API_KEY"),
        ({"key_variable": "DATABASE_URL"}, "ends in _API_KEY"),
        ({"currency": ""}, "Name the currency"),
        ({"max_tokens": "0"}, "greater than or equal to 1"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(admin, changes, told):
    answer = admin.post(f"{PAGE}new/", SERVER | changes)
    assert answer.status_code == 422
    assert told in text(answer)
    assert not Generator.objects.exists()


def test_the_tick_allows_the_own_network(admin):
    own = {"base_url": "http://127.0.0.1:8000/v1", "on_own_network": "on"}
    assert admin.post(f"{PAGE}new/", SERVER | own).status_code == 302
    assert Generator.objects.get().host == "127.0.0.1"


def test_switching_on_says_who_when_and_what_leaves(admin):
    generator = GeneratorFactory(name="Elsewhere")
    path = f"{PAGE}features/summary/"
    admin.post(path, {"generator": generator.pk, "monthly_tokens": "5000", "is_on": "on"})
    use = GeneratorUse.objects.get()
    assert (use.feature, use.is_on, use.monthly_tokens, use.set_by) == (
        *("summary", True, 5000, admin.user),
    )
    page = text(admin.get(PAGE))
    assert "on: sends to llm.example.com" in page
    assert (
        "With Elsewhere these leave this machine for llm.example.com: the latest messages" in page
    )
    assert page.count('<span class="chip">off</span>') == 2
    admin.post(path, {"generator": generator.pk, "monthly_tokens": "5000"})
    assert not GeneratorUse.objects.get().is_on


def test_a_local_generator_is_said_to_stay_here(admin):
    GeneratorUseFactory(generator=GeneratorFactory(kind="seq2seq", base_url=""), is_on=True)
    page = text(admin.get(PAGE))
    assert "on: stays on this machine" in page
    assert "nothing leaves this machine" in page


def test_nothing_is_switched_on_without_a_generator(admin):
    answer = admin.post(f"{PAGE}features/reply/", {"monthly_tokens": "5", "is_on": "on"})
    assert answer.status_code == 422
    assert "Choose the generator first." in text(answer)
    assert admin.post(f"{PAGE}features/weather/", {}).status_code == 404
    assert not GeneratorUse.objects.exists()


@pytest.mark.parametrize(
    ("changes", "stays_on"),
    [({"base_url": "https://other.example.com/v1"}, False), ({"kind": "causal"}, False),
     ({"max_tokens": "99"}, True)],
)  # fmt: skip
def test_another_destination_switches_off_what_was_agreed_to(admin, changes, stays_on):
    generator = GeneratorFactory()
    GeneratorUseFactory(generator=generator, is_on=True)
    admin.post(f"{PAGE}{generator.pk}/", SERVER | changes)
    assert GeneratorUse.objects.get().is_on is stays_on


def test_a_try_out_waits_for_a_worker_and_polls_until_then(admin):
    generator = GeneratorFactory()
    admin.post(f"{PAGE}{generator.pk}/try/")
    trial = GeneratorTrial.objects.get()
    fragment = f"{PAGE}trials/{trial.pk}/"
    assert b"every 1s" in admin.get(fragment).content
    GeneratorTrial.objects.update(status="done", text="I am <b>ready</b>.", latency_ms=12)
    shown = text(admin.get(fragment))
    assert "every 1s" not in shown
    assert "I am &lt;b&gt;ready&lt;/b&gt;." in shown


def test_the_use_of_each_user_is_summed(manager):
    user = UserFactory(username="mia")
    GenerationLogFactory(user=user, tokens_in=100, tokens_out=20, cost="0.5", currency="EUR")
    GenerationLogFactory(user=user, tokens_in=1, tokens_out=2, cost="0.25", currency="EUR")
    GenerationLogFactory(user=user, outcome="slow", tokens_in=0, tokens_out=0, currency="EUR")
    (row,) = manager.get(PAGE).context["used"]
    assert (row["user__username"], row["texts"], row["failures"]) == ("mia", 2, 1)
    assert row["tokens_used"] == 123
    assert "0.750000 EUR" in text(manager.get(PAGE))


def test_the_ledger_is_narrowed_and_exported(manager):
    EgressRecordFactory(host="a.example.com", body='=HYPERLINK("x")')
    EgressRecordFactory(host="b.example.com", outcome="slow")
    page = manager.get("/models/egress/?outcome=slow")
    assert [entry.host for entry in page.context["page"]] == ["b.example.com"]
    exported = b"".join(manager.get("/models/egress.csv?host=a.example.com").streaming_content)
    lines = exported.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("sent_at,feature,user__username,generator_name,host")
    assert "'=HYPERLINK" in lines[1]
    assert "b.example.com" not in lines[1]


def test_an_entry_shows_exactly_what_left(manager):
    entry = EgressRecordFactory(body='{"messages": [{"role": "user", "content": "<i>Hi</i>"}]}')
    page = text(manager.get(f"/models/egress/{entry.pk}/"))
    assert "{&quot;messages&quot;: [{&quot;role&quot;: &quot;user&quot;, " in page
    assert '<p class="pre">&lt;i&gt;Hi&lt;/i&gt;</p>' in page
    assert "Exactly what left: 66 bytes" in page
    assert manager.get("/models/egress/999999/").status_code == 404


@pytest.mark.parametrize("name", ["egress-requests", "egress-bytes", "egress-cost"])
def test_the_ledger_is_drawn_by_week_for_managers_alone(manager, name):
    EgressRecordFactory(cost="0.5", currency="EUR")
    EgressRecordFactory(cost="0.5", currency="USD")
    drawn = text(manager.get(f"/plots/{name}.csv"))
    assert len(drawn.splitlines()) == (3 if name == "egress-cost" else 2)
    assert manager.get(f"/plots/{name}.html").status_code == 200
    manager.force_login(UserFactory())
    assert manager.get(f"/plots/{name}.csv").status_code == 403


@pytest.mark.parametrize(
    ("path", "make"),
    [
        (PAGE, lambda: GeneratorUseFactory(feature="reply", generator=GeneratorFactory())),
        (PAGE, GenerationLogFactory),
        ("/models/egress/", EgressRecordFactory),
    ],
)
def test_the_pages_cost_the_same_for_1_and_30_rows(manager, path, make):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert manager.get(path).status_code == 200
        return len(captured)

    GeneratorUseFactory(feature="article", set_by=manager.user)
    make()
    one = queries()
    for _ in range(29):
        make()
    assert queries() == one
    assert EgressRecord.objects.count() in {0, 30}
