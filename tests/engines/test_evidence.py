import numpy as np
import pytest

from intelligence.engines.evidence import against_the_rest, attribute
from intelligence.engines.heads import raw_logits
from intelligence.engines.ngrams import gram_matrix, words_of
from intelligence.engines.pooling import Readouts

SENTENCES = [
    "I love this beautiful teapot.",
    "The lamp is broken and I am very disappointed.",
    "Where is my parcel? It should have arrived on Monday!",
    "How can I reset my password?",
    "thanks 🙂🙂 it's great!!!",
    "Don't you ever answer?! I've written 3 times.",
    "x",
    "word " * 600,
    "",
]


def split(reader, task, text):
    """The attribution of one text, the score it must sum to, and the probabilities."""
    head = reader.heads[task]
    none = np.zeros((0, reader.backbone.dimension), np.float32)
    own = {"embedding": none, "tone": none, head.reads: head.parameters.weight}
    encoded = reader.backbone.encode([text], Readouts(**own))
    vectors = encoded.vectors(head.reads)
    probabilities = head.probabilities(vectors, [text])[0]
    direction = against_the_rest(probabilities, head.best(probabilities))
    logits = raw_logits(head.parameters, vectors, [text])[0]
    score = float(direction @ logits.astype(np.float64)) / head.parameters.temperature
    return attribute(head, text, encoded.tokens[0], direction), score, probabilities


@pytest.mark.parametrize("task", ["sentiment", "intent"])
@pytest.mark.parametrize("text", SENTENCES)
def test_the_shares_of_the_words_and_the_rest_sum_to_the_score(task, text, reader):
    found, score, _ = split(reader, task, text)
    assert found.weights.sum() + found.rest == pytest.approx(score, abs=2e-3)
    assert len(found.weights) == len(found.words.names)


@pytest.mark.parametrize(
    ("task", "text", "word"),
    [
        ("sentiment", "What a wonderful lamp.", "wonderful"),
        ("sentiment", "What a horrible lamp.", "horrible"),
        ("intent", "Please cancel my order.", "cancel"),
        ("intent", "I forgot my password.", "password"),
        ("intent", "Can I have an invoice?", "invoice"),
    ],
)
def test_the_word_that_decided_is_named_and_without_it_the_label_is_less_probable(
    task, text, word, reader
):
    said = reader.read([text])[0].predictions[task]
    strongest = max(said.evidence, key=lambda one: one.weight)
    assert strongest.name == word
    without = text[: strongest.start] + text[strongest.end :]
    rest = reader.read([without])[0].predictions[task]
    assert rest.distribution[said.label] < said.probability


def test_evidence_points_at_its_place_in_the_text(reader):
    text = "Hello,\nthe Lamp is broken. I'm NOT happy…"
    for one in reader.read([text])[0].predictions["sentiment"].evidence:
        assert text[one.start : one.end] == one.name
        assert one.kind == "word"


def test_the_strongest_come_first_and_are_five_at_most(reader):
    text = "I love this beautiful teapot and the wonderful people who made it."
    evidence = reader.read([text])[0].predictions["sentiment"].evidence
    weights = [abs(one.weight) for one in evidence]
    assert len(weights) == 5
    assert weights == sorted(weights, reverse=True)


def test_the_label_stands_against_the_others_by_their_probability():
    direction = against_the_rest(np.array([0.6, 0.3, 0.1], np.float32), 0)
    assert direction == pytest.approx([1.0, -0.75, -0.25])


def test_words_are_words_numbers_marks_and_emoji():
    assert words_of("It's 25 years!!! 🙂 don't_know").names == (
        "It's", "25", "years", "!!!", "🙂", "don't", "know",
    )  # fmt: skip


def test_a_chinese_character_is_a_word():
    assert words_of("订单 OK").names == ("订", "单", "OK")


def test_a_word_without_end_is_cut():
    names = words_of("a" * 1_000_000).names
    assert {len(name) for name in names} == {64}
    assert len(names) == 400


def test_hashed_words_have_length_one_and_ignore_case_and_digits():
    rows = gram_matrix(["Order 123!", "order 9!!", "a a a", ""], 512).toarray()
    assert np.array_equal(rows[0], rows[1])
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1, 1, 0])


def test_a_word_said_twice_counts_more_than_one_said_once_and_less_than_double():
    (row,) = gram_matrix(["red red blue"], 1 << 16).toarray()
    # red, blue, "red red", "red blue"
    once, twice = sorted(set(row[row > 0].tolist()))
    assert twice / once == pytest.approx(1 + np.log(2))
