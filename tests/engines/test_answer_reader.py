"""The reader of answers: what it is trained to find, on tiny models made here."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer, BertConfig, BertForQuestionAnswering

from intelligence.engines.answer_reader import (
    MAX_ANSWER_TOKENS,
    ExtractiveReader,
    Window,
    best_span,
)
from intelligence.engines.errors import MissingWeightsError, RefusedWeightsError
from intelligence.engines.reader_files import apply_change, change_of
from intelligence.engines.span_tuning import SpanExample, SpanSettings, tune_spans
from tests.engines.conftest import WORDS, save_tokenizer

SETTINGS = SpanSettings(
    learning_rate=6e-3, head_learning_rate=1e-2, averaging=0.9, token_budget=128, max_tokens=64
)
PAIRS = [
    SpanExample("where is my parcel", "the parcel is so thank you", (4, 10)),
    SpanExample("where is my lamp", "thank you the lamp is so", (14, 18)),
    SpanExample("where is my lamp", "so much parcel you", None),
    SpanExample("where is my parcel", "thank you lamp so much", None),
    SpanExample("is the lamp broke", "my lamp broke so much", (8, 13)),
    SpanExample("is the parcel broke", "thank you thank you", None),
]


def tiny_model():
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=300,
    )  # fmt: skip
    return BertForQuestionAnswering(config)


def save(model, folder):
    model.save_pretrained(folder)
    save_tokenizer(folder)
    return ExtractiveReader(str(folder), threads=1, accelerate=False)


@pytest.fixture(scope="module")
def learnt(tmp_path_factory):
    """A model that learnt six pairs by heart, and its weights before."""
    folder = tmp_path_factory.mktemp("reader")
    model = tiny_model()
    save(model, folder)
    before = {name: one.detach().numpy().copy() for name, one in model.named_parameters()}
    tokenizer = AutoTokenizer.from_pretrained(folder)
    losses = []
    tune_spans(model, tokenizer, [PAIRS] * 80, SETTINGS, losses.append)
    assert losses[-1].loss < 0.3 < losses[0].loss
    return model, before, save(model, folder)


def test_six_pairs_are_learnt_by_heart_and_read_from_disk(learnt):
    _, _, reader = learnt
    readings = reader.read_pairs([(one.question, one.passage) for one in PAIRS])
    said = [reading.text if reading.margin > 0 else "" for reading in readings]
    assert said == ["parcel", "lamp", "", "", "broke", ""]
    for reading, pair in zip(readings, PAIRS, strict=True):
        assert pair.passage[reading.start : reading.end] == reading.text


def test_what_changed_fits_into_thin_matrices_and_comes_back(learnt):
    model, before, _ = learnt
    after = {name: one.detach().numpy() for name, one in model.named_parameters()}
    embeddings = "bert.embeddings.word_embeddings.weight"
    assert np.array_equal(before[embeddings], after[embeddings])
    change = change_of(before, after, rank=12)
    assert "down.bert.encoder.layer.0.attention.self.query.weight" in change
    again = tiny_model()
    apply_change(change, again)
    for name, weight in again.named_parameters():
        assert np.abs(weight.detach().numpy() - after[name]).max() < 0.2, name


def test_a_change_of_other_layers_is_refused(learnt):
    with pytest.raises(RefusedWeightsError, match="other layers"):
        apply_change({"plain.bert.unknown.weight": np.zeros(3, np.float16)}, tiny_model())


def test_a_pair_reads_the_same_alone_and_in_a_batch(learnt):
    reader = learnt[2]
    pairs = [(one.question, one.passage) for one in PAIRS]
    together = reader.read_pairs(pairs)
    alone = [reader.read_pairs([pair])[0] for pair in pairs]
    for one, other in zip(alone, together, strict=True):
        assert one.text == other.text
        assert one.score == pytest.approx(other.score, abs=1e-4)


def test_passages_of_one_question_read_the_same_side_by_side(learnt):
    reader = learnt[2]
    question = PAIRS[0].question
    passages = [one.passage + " More words." * number for number, one in enumerate(PAIRS)]
    one_after_another = reader.read_pairs([(question, passage) for passage in passages])
    assert reader.read(question, passages) == one_after_another


def test_a_long_passage_is_read_to_its_end_in_windows_that_share_tokens(learnt):
    reader = learnt[2]
    long = "so much " * 400 + "my lamp broke so much"
    windows = reader._windows([("is the lamp broke", long)])
    assert len(windows) > 2
    assert windows[0].offsets[0] == (0, 2)
    assert windows[-1].offsets[-1] == (len(long) - 4, len(long))
    for one, following in pairwise(windows):
        assert following.offsets[0] < one.offsets[-1]
    reading = reader.read("is the lamp broke", [long])[0]
    assert long[reading.start : reading.end] == reading.text


def test_a_question_of_ten_thousand_words_leaves_room_for_the_passage(learnt):
    reader = learnt[2]
    reading = reader.read("where is my parcel " * 2500, ["the parcel is so thank you"])[0]
    assert reading.text in "the parcel is so thank you"
    assert reading.text


@pytest.mark.parametrize("passage", ["", "   ", "\ud800"])
def test_a_passage_without_words_answers_nothing_new(learnt, passage):
    reading = learnt[2].read("where is my parcel", [passage])[0]
    assert reading.text.strip() == "" or reading.text in {"\ud800", "?"}


def test_no_passages_give_no_readings(learnt):
    assert learnt[2].read("where", []) == []


def test_a_span_ends_after_it_starts_and_is_not_longer_than_allowed():
    size = 60
    starts, ends = torch.zeros(size + 1), torch.zeros(size + 1)
    starts[50], ends[2] = 9.0, 9.0  # the end before the start
    starts[5], ends[5 + MAX_ANSWER_TOKENS + 3] = 8.0, 8.0  # too far apart
    starts[10], ends[12] = 3.0, 3.0
    offsets = [(place * 2, place * 2 + 1) for place in range(size)]
    window = Window(0, [0] * (size + 1), [0] * (size + 1), 1, size + 1, offsets)
    reading = best_span(window, starts, ends, "x " * size)
    assert reading.start <= reading.end
    assert reading.score < 16
    assert (reading.end - reading.start) / 2 <= MAX_ANSWER_TOKENS


def test_pickled_weights_and_missing_models_are_refused(tmp_path):
    with pytest.raises(MissingWeightsError, match="no model 'nobody/reader'"):
        ExtractiveReader("nobody/reader").load()
    save_tokenizer(tmp_path)
    with pytest.raises(MissingWeightsError, match="only safetensors"):
        ExtractiveReader(str(tmp_path)).load()
