import numpy as np
import pytest
import torch
from transformers import T5EncoderModel

from intelligence.engines.backbone import Backbone
from intelligence.engines.errors import MissingWeightsError, RefusedWeightsError
from intelligence.engines.pooling import Readouts

TEXTS = [
    "Where is my parcel?",
    "thank you so much",
    "",
    "The lamp broke. " * 40,
    "我的包裹在哪里",
]


def test_every_text_becomes_a_vector_of_length_one(backbone):
    encoded = backbone.encode(TEXTS)
    assert encoded.embeddings.shape == (5, 384)
    assert encoded.embeddings.dtype == np.float32
    assert np.linalg.norm(encoded.embeddings, axis=1) == pytest.approx(np.ones(5), abs=1e-5)


def test_a_text_reads_the_same_alone_and_in_a_batch(backbone):
    together = backbone.encode(TEXTS).embeddings
    alone = np.concatenate([backbone.encode([text]).embeddings for text in TEXTS])
    assert together == pytest.approx(alone, abs=1e-5)


def test_the_order_of_the_texts_is_kept(backbone):
    there = backbone.encode(TEXTS).embeddings
    back = backbone.encode(TEXTS[::-1]).embeddings[::-1]
    assert back == pytest.approx(there, abs=1e-5)


def test_like_texts_lie_nearer_than_others(backbone):
    a, b, c = backbone.encode(
        ["Where is my parcel?", "Has my package been sent?", "The soup tastes of basil."]
    ).embeddings
    assert a @ b > a @ c + 0.3


def test_no_texts_give_no_vectors(backbone):
    encoded = backbone.encode([])
    assert encoded.embeddings.shape == (0, 384)
    assert encoded.truncated == ()


def test_only_what_was_cut_says_so(backbone):
    assert backbone.encode(["short", "word " * 400, "short"]).truncated == (False, True, False)


def test_a_text_of_fifty_megabytes_is_read_from_its_beginning(backbone):
    beginning = "the lamp broke " * 2000
    huge = beginning + "x" * 50_000_000
    encoded = backbone.encode([huge, beginning])
    assert encoded.truncated == (True, True)
    assert encoded.embeddings[0] == pytest.approx(encoded.embeddings[1], abs=1e-5)


def test_half_a_surrogate_pair_is_read_as_a_question_mark(backbone):
    broken, mended = backbone.encode(["parcel \ud83d lost", "parcel ? lost"]).embeddings
    assert broken == pytest.approx(mended, abs=1e-5)


def test_token_shares_sum_to_what_is_read_of_embedding_and_tone(backbone):
    some = np.random.default_rng(0).standard_normal((5, 384)).astype(np.float32)
    encoded = backbone.encode(TEXTS, Readouts(embedding=some[:3], tone=some[3:]))
    for row, view in enumerate(encoded.tokens):
        said = np.concatenate([some[:3] @ encoded.embeddings[row], some[3:] @ encoded.tones[row]])
        assert view.projections.sum(axis=0) == pytest.approx(said, abs=1e-4)


def test_a_span_is_read_from_its_own_tokens_in_their_context(backbone):
    texts = ["The soup was cold but the staff was kind.", "The soup was fine.", "soup"]
    soup, staff = (4, 8), (26, 31)
    encoded = backbone.encode(texts, spans=[[soup, staff], [soup], [(10, 20)]])
    assert [len(found) for found in encoded.spans] == [2, 1, 1]
    assert encoded.spans[0][0] @ encoded.spans[1][0] > encoded.spans[0][1] @ encoded.spans[1][0]
    assert not encoded.spans[2].any()


@pytest.mark.parametrize("kind", ["tiny_bert", "tiny_t5", "tiny_t5_encoder"])
def test_any_encoder_in_a_folder_is_read_by_the_same_code(kind, request):
    encoder = Backbone(str(request.getfixturevalue(kind)), threads=1)
    texts = ["where is my parcel", "the lamp broke", "", "thank you so much thank you"]
    together = encoder.encode(texts)
    alone = np.concatenate([encoder.encode([text]).embeddings for text in texts])
    assert encoder.dimension == 16
    assert together.embeddings == pytest.approx(alone, abs=1e-5)
    assert np.linalg.norm(together.embeddings, axis=1) == pytest.approx(np.ones(4), abs=1e-5)


def test_a_whole_t5_and_its_encoder_half_read_alike(tiny_t5, tiny_t5_encoder):
    T5EncoderModel.from_pretrained(tiny_t5).save_pretrained(tiny_t5_encoder)
    whole, half = (Backbone(str(folder), threads=1) for folder in (tiny_t5, tiny_t5_encoder))
    text = ["the lamp broke"]
    assert np.array_equal(whole.encode(text).embeddings, half.encode(text).embeddings)


def test_a_model_without_an_encoder_of_its_own_is_refused(tiny_bert):
    (tiny_bert / "config.json").write_text('{"model_type": "bart", "is_encoder_decoder": true}')
    with pytest.raises(RefusedWeightsError, match="is a bart: no text encoder"):
        Backbone(str(tiny_bert)).load()


def test_another_encoder_has_another_version(tiny_bert, tiny_t5, backbone):
    versions = {Backbone(str(tiny_bert)).version, Backbone(str(tiny_t5)).version, backbone.version}
    assert len(versions) == 3
    assert all(len(version) == 64 for version in versions)


def test_pickled_weights_are_not_opened(tiny_bert):
    (tiny_bert / "model.safetensors").unlink()
    torch.save({"poison": torch.ones(1)}, tiny_bert / "pytorch_model.bin")
    with pytest.raises(MissingWeightsError, match="only safetensors are read"):
        Backbone(str(tiny_bert)).encode(["hello"])


def test_an_encoder_that_is_not_here_is_not_fetched():
    with pytest.raises(MissingWeightsError, match="hf download nobody/nothing"):
        Backbone("nobody/nothing").load()
