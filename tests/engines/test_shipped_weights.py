import hashlib
import json

import pytest

from intelligence.engines.contract import Card
from intelligence.engines.default import load_text_reader
from intelligence.engines.head_files import SHIPPED, load_card
from intelligence.engines.segment import load_segment

TASKS = ("sentiment", "intent", "priority", "segment")
LARGEST = 2_000_000


@pytest.mark.parametrize("task", TASKS)
def test_the_card_describes_the_file_beside_it(task):
    card = load_card(SHIPPED / task)
    content = (SHIPPED / task / "weights.safetensors").read_bytes()
    assert card.sha256 == hashlib.sha256(content).hexdigest()
    assert (card.name, card.task) == (task, task)
    assert len(content) < LARGEST


@pytest.mark.parametrize("task", TASKS)
def test_the_card_names_every_set_with_its_licence_and_the_figures_of_unseen_rows(task):
    card = load_card(SHIPPED / task)
    assert all(one["licence"] and one["rows"] > 0 for one in card.training_data)
    assert all(one["n"] > 0 and 0 <= one["accuracy"] <= 1 for one in card.metrics.values())
    assert card.metrics
    assert Card.from_json(json.loads(json.dumps(card.as_json()))) == card


def test_the_default_reader_finds_every_head():
    reader = load_text_reader(threads=1)
    assert set(reader.versions) == {"sentiment", "intent", "priority"}
    assert reader.versions["sentiment"] == load_card(SHIPPED / "sentiment")


def test_the_segment_head_reads_the_embeddings_of_the_default_encoder(backbone):
    weights = load_segment(SHIPPED / "segment").weights
    assert weights.weight.shape[1] - weights.numeric == backbone.dimension


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("I absolutely adore this blanket, thank you!", 0.7, 1.0),
        ("Lovely cups and quick delivery, very pleased.", 0.3, 1.0),
        ("An ordinary towel, it does its job.", -0.3, 0.5),
        ("Which courier brings the parcels?", -0.25, 0.25),
        ("The vase arrived with a crack.", -0.9, -0.25),
        ("This is not good at all.", -1.0, -0.5),
        ("I'm not happy with it.", -1.0, -0.3),
        ("You are liars and thieves, I want my money back!", -1.0, -0.6),
    ],
)
def test_feelings_lie_where_a_person_would_put_them(text, least, most, reader):
    felt = reader.read([text])[0].predictions["sentiment"]
    assert least <= felt.score <= most
    assert not felt.abstained


def test_a_denial_turns_the_sign(reader):
    texts = ["The teapot is good.", "The teapot is not good."]
    good, not_good = (one.predictions["sentiment"].score for one in reader.read(texts))
    assert good > 0.3
    assert not_good < -0.3


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Where is my parcel?", "track_order"),
        ("Order 8812\nHi, when does my order arrive?", "track_order"),
        ("My parcel was due on Friday and still isn't here.", "delivery_delay"),
        ("The kettle leaks.", "product_fault"),
        ("You've sent me the wrong lamp.", "wrong_item"),
        ("Is the rug made of wool?", "product_question"),
        ("I want my money back for the chair.", "get_refund"),
        ("Please cancel order 99120.", "cancel_order"),
        ("I forgot my password", "recover_password"),
        ("Can I pay with PayPal?", "check_payment_methods"),
        ("Please delete my account.", "delete_account"),
        ("Let me talk to a human", "contact_human_agent"),
    ],
)
def test_plain_requests_are_understood(text, intent, reader):
    said = reader.read([text])[0].predictions["intent"]
    assert (said.label, said.abstained) == (intent, False)


def test_a_text_can_carry_both_its_matter_and_its_mood(reader):
    (reading,) = reader.read(["I am furious! My parcel is three weeks late and nobody answers."])
    assert reading.predictions["intent"].label == "delivery_delay"
    assert reading.predictions["sentiment"].label in {"negative", "very_negative"}


@pytest.mark.parametrize(
    ("text", "priorities"),
    [
        ("Help!\nThe heater caught fire and my son is hurt.", {"urgent"}),
        ("Order 12\nOur wedding is tomorrow and nothing has arrived, please call me!", {"urgent"}),
        ("Charged twice\nMy card shows the payment for one order two times.", {"high", "urgent"}),
        ("Broken\nThe vase arrived in pieces and it is a present for Sunday.", {"high", "urgent"}),
        ("Question\nWhich sizes does the linen shirt come in?", {"normal"}),
        ("Return\nHow do I send the blue cushion back?", {"normal"}),
        ("Thanks\nI love the new cups, what a lovely shop.", {"low"}),
        ("News\nPlease take me off your newsletter.", {"low"}),
    ],
)
def test_what_cannot_wait_is_told_from_what_can(text, priorities, reader):
    assert reader.read([text])[0].predictions["priority"].label in priorities
