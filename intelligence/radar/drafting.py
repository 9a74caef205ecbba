"""A draft of an article from what agents answered in solved tickets; a person publishes it.

A sentence stands in it when agents told it, in nearly the same words, in tickets of at
least two customers: what was told to one alone may be about that one. Personal details are
never in it, each sentence names its tickets, and sentences that contradict a better
supported one are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.locks import held
from customers.models import Article, ArticleDraft, Finding, Purpose, Ticket, Visibility
from customers.privacy.consents import allows
from intelligence.analysis.run import describe
from intelligence.engines.contradictions import contradictions
from intelligence.engines.gathering import groups_of, most_central
from intelligence.engines.reply_sentences import general_sentences, holds_personal
from intelligence.engines.statements import Text
from intelligence.known import known_of
from intelligence.radar.embedding import likeness_of, same_sentence, script_of
from intelligence.radar.generated import written_by_generator
from intelligence.radar.similar_tickets import askers_of, solved_tickets_for

DRAFT_LOCKS = 7_310_020
FEWEST_CUSTOMERS = 2
MOST_SENTENCES = 12  # of an article
MOST_READ = 1_200  # sentences that are compared: their table has 6 MB
TOO_LITTLE = "The solved tickets hold no sentence that was told to at least two customers."


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence of a reply: whose, and how far into the reply it stands, in [0, 1]."""

    text: str
    ticket: int
    message: int
    customer: int
    place: float


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sentence of the draft with all those that say the same."""

    text: str
    told: tuple[Told, ...]

    @property
    def place(self) -> float:
        """Where it stands in replies, on the mean."""
        return sum(one.place for one in self.told) / len(self.told)

    @property
    def customers(self) -> int:
        """How many customers it was told to."""
        return len({one.customer for one in self.told})

    def as_json(self) -> dict[str, object]:
        """What the draft keeps of where it comes from."""
        return {
            "text": self.text,
            "tickets": sorted({one.ticket for one in self.told}),
            "messages": sorted({one.message for one in self.told}),
        }


def carry_out_draft(pk: int) -> None:
    """Write the draft, unless somebody does or did; whatever goes wrong is on the row."""
    with held(DRAFT_LOCKS, pk) as mine:
        draft = ArticleDraft.objects.pending().select_related("finding").filter(pk=pk).first()
        if not mine or draft is None:
            return
        try:
            _write(draft)
        except Exception as error:
            # whatever happened, the page must not show a draft that is written for ever
            _finish(draft, ArticleDraft.Status.FAILED, error=describe(error))
            raise


def chosen_sentences(tickets: Sequence[Ticket], language: str) -> list[Chosen]:
    """The sentences of an article about these tickets, in order."""
    known = {name for ticket in tickets for name in known_of(ticket, ticket.messages.all())}
    told = list(_told(tickets, known, language))[:MOST_READ]
    if not told:
        return []
    likeness = likeness_of([one.text for one in told], language)
    groups = groups_of(likeness, same_sentence(language))
    chosen = [
        Chosen(told[most_central(likeness, rows)].text, tuple(told[row] for row in rows))
        for rows in groups
    ]
    shared = [one for one in chosen if one.customers >= FEWEST_CUSTOMERS]
    shared.sort(key=lambda one: (-one.customers, one.place))
    return sorted(_consistent(shared, language)[:MOST_SENTENCES], key=lambda one: one.place)


def _told(tickets: Sequence[Ticket], known: set[str], language: str) -> Iterator[Told]:
    for ticket in tickets:
        for message in ticket.messages.all():
            sentences = list(general_sentences(message.body, known))
            for at, sentence in enumerate(sentences):
                if (script_of(sentence) == "zh") == (language == "zh"):
                    customer = ticket.customer_id or -ticket.pk
                    place = at / max(1, len(sentences) - 1)
                    yield Told(sentence, ticket.pk, message.pk, customer, place)


def _consistent(chosen: Sequence[Chosen], language: str) -> list[Chosen]:
    """The sentences without those that contradict one that more customers were told."""
    texts = [Text(str(at), "", one.text, language) for at, one in enumerate(chosen)]
    worse = {
        max(int(one.first.source.key), int(one.second.source.key)) for one in contradictions(texts)
    }
    return [one for at, one in enumerate(chosen) if at not in worse]


def _write(draft: ArticleDraft) -> None:
    finding: Finding = draft.finding
    language = finding.language or "en"
    tickets = [one for one in solved_tickets_for(finding)
               if one.customer is None or allows(one.customer, Purpose.EXTERNAL)]  # fmt: skip
    draft.tickets_read = len(tickets)
    chosen = chosen_sentences(tickets, language)
    if not chosen:
        _finish(draft, ArticleDraft.Status.FAILED, error=TOO_LITTLE)
        return
    sentences = [one.text for one in chosen]
    known = {name for ticket in tickets for name in known_of(ticket, ticket.messages.all())}
    written = written_by_generator(sentences, language, draft.requested_by, known)
    if written and holds_personal(written.body, known):
        written = None
    joined = "\n\n".join(_paragraphs(sentences, language))
    draft.sentences = [one.as_json() for one in chosen]
    draft.generator = written.generator if written else ""
    with transaction.atomic():
        draft.article = Article.objects.create(
            title=_title(finding, {*known, *askers_of(finding)}),
            body=written.body if written else joined,
            language=language,
            status=Article.Status.DRAFT,
            visibility=Visibility.STAFF,
        )
        _finish(draft, ArticleDraft.Status.DONE)


def _paragraphs(sentences: Sequence[str], language: str, length: int = 3) -> list[str]:
    """Sentences in order, a few to a paragraph, so that whoever edits sees where one ends."""
    space = "" if language == "zh" else " "
    return [space.join(sentences[at : at + length]) for at in range(0, len(sentences), length)]


def _title(finding: Finding, known: set[str]) -> str:
    """The question that stands for all, else the words; neither where a person is named."""
    for part in (finding.title.get("question", ""), finding.title.get("name", "")):
        title = " ".join(str(part).split())[:200]
        if title and not holds_personal(title, known):
            return title
    return _("Article from solved tickets")


def _finish(draft: ArticleDraft, status: str, *, error: str = "") -> None:
    draft.status, draft.error, draft.finished_at = status, error, timezone.now()
    draft.save()
