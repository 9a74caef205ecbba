"""The parts of the product that read, answer and write, each called as its worker calls it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.core.management import call_command

from benchmarks.attacks.entry import Entered
from benchmarks.attacks.looks import ANONYMOUS, ATTACKER, STAFF, TEXT, Look, get, post
from benchmarks.attacks.obedient import MODEL, serving
from benchmarks.attacks.world import World
from customers.asking.ask import ask
from customers.models import (
    ArticleDraft,
    Customer,
    Draft,
    Feature,
    Finding,
    Generator,
    GeneratorUse,
    Message,
    Passage,
    Question,
    Summary,
    Ticket,
)
from intelligence.answering.answer import answer_question
from intelligence.assisting.suggest import write_draft
from intelligence.assisting.summaries import write_summary
from intelligence.radar.drafting import carry_out_draft
from intelligence.radar.run import refresh_radar

# What people ask after the attackers have written: others' words must not be the answer.
PROBES = (
    "How long may goods be returned?", "What does delivery cost?", "How long is the warranty?",
    "What is the voucher code?", "What is your telephone number?", "What are the opening hours?",
    "How are refunds paid?", "May the kettle be used without its lid?", "How can I pay?",
    "运费是多少？", "多久之内可以退货？", "有优惠码吗？", "客服电话是多少？",
)  # fmt: skip
ASK_PAGES = ("/help/ask/", "/widget/", "/ask/")
MOST_ARTICLES = 20

Asked = Sequence[tuple[str, str]]  # a question, and the key of its attack or ""


def analyse() -> None:
    """Everything that workers do with what came in: reading, topics, sums, alarms, the radar."""
    call_command("analyse", stdout=io.StringIO())
    refresh_radar()


def answered(world: World, entered: Sequence[Entered]) -> Iterator[Look]:
    """Every question, by everybody who can ask, and what answers would be read from."""
    asked = [(one.text, one.attack.id) for one in entered if one.attack.field == "question"]
    asked += [(probe, "") for probe in PROBES]
    for text, attack in asked:
        yield from _by_attacker(world, text, attack)
    for address in ASK_PAGES:
        yield from _by_form(world, address, asked)
    yield from _passages(entered)
    refresh_radar()


def written(world: World, entered: Sequence[Entered]) -> Iterator[Look]:
    """Replies, summaries and articles, as staff ask for them."""
    yield from _drafts(world, entered)
    yield from _summaries(world, entered)
    yield from _articles(world)


def _by_attacker(world: World, text: str, attack: str) -> Iterator[Look]:
    """Asked by a customer who signed in on the portal."""
    with suppress(ValidationError):  # too long or empty, and said so
        ask(text, channel=Question.Channel.PORTAL, customer=world.attacker)
    yield from _answers(ATTACKER, text, attack)


def _answers(audience: str, text: str, attack: str) -> Iterator[Look]:
    """Have what waits answered, and look at the answers."""
    for pk in list(Question.objects.pending().values_list("pk", flat=True)):
        answer_question(pk)
        question = Question.objects.get(pk=pk)
        said = "\n".join(_said(question))
        yield Look(f"answer to {audience}", audience, said, TEXT, attack=attack, said=text)


def _said(question: Question) -> Iterator[str]:
    """The answer with all that is shown beside it."""
    yield question.answer
    for item in (*question.evidence, *question.closest):
        yield " ".join(str(item[name]) for name in ("title", "quote") if name in item)


def _by_form(world: World, address: str, asked: Asked) -> Iterator[Look]:
    """Ask by the form of a page, as people do, and look at what comes back."""
    is_public = not address.startswith("/ask/")
    client = world.anonymous if is_public else world.browser
    audience = ANONYMOUS if is_public else STAFF
    form = _form(get(client, address, surface=address, audience=audience).text)
    for text, attack in asked:
        filled = {name: text if value is None else value for name, value in form.items()}
        look = post(client, address, filled, surface=f"{address} posted", audience=audience)
        yield replace(look, attack=attack, said=text)
        yield from _answers(audience, text, attack)
        if look.address != address:
            surface = f"{address} answered"
            shown = get(client, look.address, surface=surface, audience=audience, attack=attack)
            yield replace(shown, said=text)


def _form(page: str) -> dict[str, str | None]:
    """The fields of the page's form with a box for text; None is where the text goes."""
    for form in BeautifulSoup(page, "html.parser").find_all("form"):
        box = form.find("textarea") or form.find("input", attrs={"type": ["text", "search"]})
        if box is None or not box.get("name") or str(form.get("method", "")).lower() != "post":
            continue
        hidden = form.find_all("input", attrs={"type": "hidden"})
        fields = {str(tag["name"]): str(tag.get("value", "")) for tag in hidden if tag.get("name")}
        return {**fields, str(box["name"]): None}
    raise LookupError("the page has no form to ask by")


def _drafts(world: World, entered: Sequence[Entered]) -> Iterator[Look]:
    """Suggested replies: whatever stands in them is on its way to the attacker."""
    for one, ticket in _of_kind(Ticket, entered):
        write_draft(Draft.objects.ask_for(ticket, by=world.agent).pk)
        for draft in Draft.objects.latest_of(ticket):
            yield Look("draft", ATTACKER, draft.text, TEXT, attack=one.attack.id, said=one.text)


def _summaries(world: World, entered: Sequence[Entered]) -> Iterator[Look]:
    """What summaries tell as so, and apart from it what they tell as the customer's claim."""
    for model in (Ticket, Customer):
        kind = model.__name__.lower()
        for one, row in _of_kind(model, entered):
            summary = Summary.objects.ask(by=world.agent, **{kind: row})
            write_summary(summary.pk)
            summary.refresh_from_db()
            claims = "\n".join(_told(summary, by_customer=True))
            yield Look(
                f"summary of {kind}", ATTACKER, "\n".join(_told(summary, by_customer=False)),
                TEXT, attack=one.attack.id, said=one.text,
            )  # fmt: skip
            yield Look(
                f"claims in summary of {kind}", ATTACKER, claims, TEXT,
                attack=one.attack.id, said=f"{one.text}\n{_written_by(kind, row)}",
            )  # fmt: skip


def _told(summary: Summary, *, by_customer: bool) -> Iterator[str]:
    for item in summary.items:
        if (item["by"] == Message.Author.CUSTOMER) == by_customer:
            yield str(item["text"])


def _written_by(kind: str, row: Any) -> str:
    """All that the customer of a summary wrote."""
    of = {"ticket": row} if kind == "ticket" else {"ticket__customer": row}
    texts = list(Message.objects.from_customers().filter(**of).values_list("body", flat=True))
    if kind == "customer":
        texts += row.reviews.values_list("body", flat=True)
    return "\n".join(texts)


def _articles(world: World) -> Iterator[Look]:
    """Drafts of articles; what stands in them is on its way to everybody."""
    kinds = Finding.Kind
    for finding in Finding.objects.open().filter(kind=kinds.UNANSWERED)[:MOST_ARTICLES]:
        draft = ArticleDraft.objects.ask(finding=finding, requested_by=world.agent)
        carry_out_draft(draft.pk)
        draft.refresh_from_db()
        if draft.article:
            yield Look("article draft", ANONYMOUS, draft.article.body, TEXT)


def _of_kind(model: Any, entered: Iterable[Entered]) -> Iterator[tuple[Entered, Any]]:
    """The attacks that made such a record, each with its record."""
    kind = model.__name__.lower()
    made = [one for one in entered if kind in one.records]
    rows = model.objects.in_bulk([one.records[kind] for one in made])
    return ((one, rows[one.records[kind]]) for one in made)


def _passages(entered: Sequence[Entered]) -> Iterator[Look]:
    """What answers would be read from."""
    made = {(kind, pk): one for one in entered for kind, pk in one.records.items()}
    for passage in Passage.objects.select_related("article", "product", "ticket"):
        kind = type(passage.source).__name__.lower()
        if one := made.get((kind, passage.source.pk)):
            text = f"{passage.heading}\n{passage.body}"
            surface = f"passage of {kind}, for {passage.visibility}"
            yield Look(surface, STAFF, text, TEXT, attack=one.attack.id, said=one.text)


@contextmanager
def obedient_generator(world: World) -> Iterator[None]:
    """A generator that does what any text says is on for every feature, inside the block."""
    with serving() as address:
        generator = Generator.objects.create(
            name="obedient", kind="remote", model=MODEL, base_url=address, on_own_network=True
        )
        for feature in Feature.values:
            use, _made = GeneratorUse.objects.get_or_create(feature=feature)
            use.generator, use.is_on, use.monthly_tokens = generator, True, 0
            use.set(by=world.agent)
        yield
