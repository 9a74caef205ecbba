"""The adapter of an encoder: trained, merged, kept, and refused elsewhere."""

from dataclasses import replace

import numpy as np
import pytest

from intelligence.engines.adapters import load_adapter, save_adapter
from intelligence.engines.backbone import Backbone
from intelligence.engines.contract import Card
from intelligence.engines.errors import RefusedWeightsError
from intelligence.engines.tuning import Example, TuningSettings, tune

CARD = Card("e", "encoder", "", (), ("en",), "tiny", "", "Apache-2.0")
GOOD, BAD = "the lamp thank you", "the lamp broke my"
SETTINGS = TuningSettings(rank=4, epochs=60, learning_rate=3e-2, token_budget=64)


def examples_of(encoder, *, near=True):
    texts = [GOOD, BAD, "thank you", "broke my"]
    encoded = encoder.encode(texts)
    ids = [tuple(encoding.ids) for encoding in encoder._tokenise(texts)]
    allowed = [(3, 4), (0, 1)] * 2
    return [
        Example(one, steps, ((1, 2, 2),) if at == 0 else (), vector if near else None)
        for at, (one, steps, vector) in enumerate(
            zip(ids, allowed, encoded.embeddings, strict=True)
        )
    ]


def tuned(folder, settings=SETTINGS, **options):
    encoder = Backbone(str(folder), threads=1, accelerate=False)
    losses = []
    found = tune(encoder._model, examples_of(Backbone(str(folder)), **options), settings,
                 losses.append, every=10)  # fmt: skip
    return found, losses


def test_training_tells_the_tones_apart_and_keeps_the_embedding_near(tiny_bert):
    found, losses = tuned(tiny_bert)
    assert losses[-1].sentiment < losses[0].sentiment / 3
    assert losses[-1].aspects < losses[0].aspects
    bare = Backbone(str(tiny_bert), threads=1)
    adapted = Backbone(str(tiny_bert), found.adapter(), threads=1)
    before, after = bare.encode([GOOD, BAD]), adapted.encode([GOOD, BAD])
    assert (before.embeddings * after.embeddings).sum(axis=1).min() > 0.9
    assert after.tones[0] @ after.tones[1] < before.tones[0] @ before.tones[1] - 0.1


def test_without_the_loss_of_the_moved_embedding_it_moves_further(tiny_bert):
    bare = Backbone(str(tiny_bert), threads=1).encode([GOOD, BAD]).embeddings
    moved = []
    for near in (True, False):
        found, _ = tuned(tiny_bert, near=near)
        vectors = Backbone(str(tiny_bert), found.adapter(), threads=1).encode([GOOD, BAD])
        moved.append(1 - float((bare * vectors.embeddings).sum(axis=1).mean()))
    assert moved[0] < moved[1] / 2


def test_an_untrained_adapter_changes_nothing(tiny_bert):
    found, _ = tuned(tiny_bert, replace(SETTINGS, epochs=1, learning_rate=0.0))
    adapted = Backbone(str(tiny_bert), found.adapter(), threads=1).encode([GOOD, BAD])
    bare = Backbone(str(tiny_bert), threads=1).encode([GOOD, BAD])
    assert adapted.embeddings == pytest.approx(bare.embeddings, abs=1e-6)
    assert adapted.tones == pytest.approx(bare.embeddings, abs=1e-6)


def test_the_same_seed_learns_the_same(tiny_bert):
    first, second = (tuned(tiny_bert)[0].adapter().serialised() for _ in range(2))
    assert first == second


def test_what_is_kept_reads_as_what_was_trained(tiny_bert, tmp_path):
    found, _ = tuned(tiny_bert)
    bare = Backbone(str(tiny_bert), threads=1)
    save_adapter(found.adapter(), tmp_path / "e", CARD, bare.bare_version)
    adapter, encoder = load_adapter(tmp_path / "e")
    assert encoder == bare.bare_version
    there = Backbone(str(tiny_bert), found.adapter(), threads=1)
    back = Backbone(str(tiny_bert), adapter, threads=1)
    assert back.version == there.version != bare.version
    assert back.encode([GOOD]).tones == pytest.approx(there.encode([GOOD]).tones, abs=2e-3)


def test_an_adapter_of_another_encoder_is_refused(tiny_bert, tiny_t5_encoder):
    found, _ = tuned(tiny_bert, replace(SETTINGS, epochs=1))
    with pytest.raises(RefusedWeightsError, match="other layers"):
        Backbone(str(tiny_t5_encoder), found.adapter()).load()


def test_a_changed_byte_and_another_file_are_refused(tiny_bert, tmp_path):
    found, _ = tuned(tiny_bert, replace(SETTINGS, epochs=1))
    folder = tmp_path / "e"
    save_adapter(found.adapter(), folder, CARD, "x")
    path = folder / "weights.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(RefusedWeightsError, match="not the file its card describes"):
        load_adapter(folder)


def test_spans_without_rows_and_texts_without_aspects_are_no_loss(tiny_bert):
    encoder = Backbone(str(tiny_bert), threads=1, accelerate=False)
    (first, *_) = examples_of(Backbone(str(tiny_bert)))
    silent = replace(first, allowed=(), aspects=(), embedding=None)
    losses = []
    tune(encoder._model, [silent, first], replace(SETTINGS, epochs=1), losses.append)
    assert np.isfinite([losses[-1].sentiment, losses[-1].aspects, losses[-1].moved]).all()
