import pytest

from customers.models import Draft, Message
from intelligence.assisting.suggest import write_draft
from intelligence.loaded import text_reader
from intelligence.models import TextVector
from tests.factories import MessageFactory, OrderFactory, TicketFactory, UserFactory
from tests.intelligence.assisting.word_reader import VERSION, embedding


@pytest.fixture(autouse=True)
def words_are_read(settings, db):
    """Workers read with the word reader, and find and answer by words in common."""
    settings.ENGINES = settings.ENGINES | {
        "text": "tests.intelligence.assisting.word_reader.load",
        "answering": "tests.intelligence.answering.simple_engines.SimpleAnswering",
    }
    text_reader.cache_clear()
    yield
    text_reader.cache_clear()


@pytest.fixture
def agent():
    return UserFactory(username="robin", first_name="Robin", last_name="Reed")


@pytest.fixture
def suggested(agent):
    """Has replies to a ticket suggested; gives the drafts, best first."""

    def suggest(ticket):
        draft = Draft.objects.ask_for(ticket, by=agent)
        write_draft(draft.pk)
        return list(Draft.objects.latest_of(ticket))

    return suggest


def read(message, language="en"):
    """The message as a worker leaves it."""
    Message.objects.filter(pk=message.pk).update(language=language)
    text = f"{message.ticket.subject}\n{message.body}"
    TextVector.objects.create(message=message, embedding=embedding(text), embedding_version=VERSION)


def solved(customer, question, reply, *, number="FK-90001", subject="Late", language="en"):
    """A solved ticket of a customer about an order, with its answer."""
    order = OrderFactory(customer=customer, number=number)
    ticket = TicketFactory(
        customer=customer, order=order, subject=subject, body=question, status="solved"
    )
    read(ticket.messages.get(), language)
    writer = UserFactory(first_name="Tom", last_name="Thorne")
    MessageFactory(ticket=ticket, body=reply, author_kind="agent", author=writer)
    return ticket
