"""What staff correct moves the head that serves, and what it knew it still knows."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from intelligence.engines.default import load_backbone
from intelligence.engines.head_files import SHIPPED, load_head
from intelligence.evaluation.columns import TableError
from intelligence.evaluation.text_tables import INTENT_LABELS, TextTable, read_texts
from intelligence.training.own_sentences import own_sentences
from intelligence.training.shop_head import SET, train_from_corrections

TICKETS = Path("intelligence/evaluation/tickets/intent_dev.jsonl")
WARRANTY = [
    "How long is the warranty on the kettle?",
    "Does the lamp come with a guarantee?",
    "I'd like to make a warranty claim for my toaster.",
    "Is the clock still under warranty after 14 months?",
    "Where do I find the guarantee certificate?",
    "My two-year warranty ends in May, is that right?",
    "Can the warranty be extended?",
    "What does your guarantee cover?",
    "I need the warranty card for the chair.",
    "Is water damage covered by the guarantee?",
]
UNSEEN = [
    "Do you give a warranty on this mixer?",
    "Please register my guarantee for the vacuum cleaner.",
    "Is my coffee machine still covered by the warranty?",
    "How many years of guarantee do I have on the sofa?",
]


class Vectors:
    """Embeds each text once."""

    def __init__(self):
        self.backbone, self.known = load_backbone(threads=1), {}

    def __call__(self, texts):
        new = sorted(set(texts) - self.known.keys())
        self.known.update(zip(new, self.backbone.encode(new).embeddings, strict=True))
        return np.stack([self.known[text] for text in texts])


@pytest.fixture(scope="module")
def encode():
    return Vectors()


@pytest.fixture(scope="module")
def base(encode):
    """The intent head that ships."""
    return load_head(SHIPPED / "intent", encode.backbone.version)


@pytest.fixture(scope="module")
def taught(base, encode):
    """The same head after ten tickets about warranties."""
    return train_from_corrections(
        "intent", rows(WARRANTY, "warranty"), base, encode, own_sentences("intent")
    )


def rows(texts, label):
    return TextTable(tuple(texts), (label,) * len(texts), tuple(range(len(texts))))


def accuracy(head, encode):
    table = read_texts(TICKETS, INTENT_LABELS)
    found = head.probabilities(encode(table.texts), table.texts).argmax(axis=1)
    return np.mean([head.parameters.labels[at] == label
                    for at, label in zip(found, table.labels, strict=True)])  # fmt: skip


def test_a_new_intent_is_told_after_ten_examples(taught, encode):
    said = [taught.prediction(row) for row in taught.probabilities(encode(UNSEEN), UNSEEN)]
    assert [one.label for one in said] == ["warranty"] * 4
    assert "warranty" in taught.card.labels


def test_what_the_head_knew_it_still_knows(base, taught, encode):
    assert accuracy(taught, encode) >= accuracy(base, encode) - 0.01


def test_what_is_never_said_and_the_old_labels_stay(base, taught):
    old, new = base.parameters, taught.parameters
    assert new.labels == (*old.labels, "warranty")
    assert (new.silent, taught.silence) == (old.silent, base.silence)
    assert (new.temperature, new.threshold) == (old.temperature, old.threshold)
    assert taught.card.training_data[-1] == {
        "name": SET, "licence": "the shop's own", "rows": 10,
    }  # fmt: skip


def test_many_corrections_tell_how_sure_the_head_may_be(base, encode):
    kinds = {"track_order": "Where is parcel {}?", "warranty": "Is item {} under warranty?"}
    texts = [form.format(n) for form in kinds.values() for n in range(60)]
    labels = tuple(label for label in kinds for _ in range(60))
    table = TextTable(tuple(texts), labels, tuple(range(120)))
    sure = train_from_corrections("intent", table, base, encode, None)
    assert sure.parameters.temperature != base.parameters.temperature
    assert sure.card.temperature == sure.parameters.temperature


def test_without_a_base_a_head_is_made_from_nothing(encode):
    texts = ["It is burning, come at once!", "No hurry, just an idea."] * 4
    table = TextTable(tuple(texts), ("urgent", "low") * 4, tuple(range(8)))
    head = train_from_corrections("priority", table, None, encode, own_sentences("priority"))
    assert head.card.labels == ("low", "normal", "high", "urgent")


def test_a_scale_takes_no_new_step(base, encode):
    scale = tuple(float(n) for n in range(len(base.parameters.labels)))
    felt = replace(base, parameters=replace(base.parameters, values=scale))
    with pytest.raises(TableError, match="no place on the scale for meh"):
        train_from_corrections("sentiment", rows(WARRANTY, "meh"), felt, encode, None)


def test_what_does_not_learn_from_corrections_is_named(base, encode):
    with pytest.raises(TableError, match="'segment' does not learn from corrections"):
        train_from_corrections("segment", rows(WARRANTY, "x"), base, encode, None)
