import numpy as np
import pytest
import torch
from torch import nn
from transformers import AutoModel, AutoModelForTextEncoding, BertConfig, BertModel

from intelligence.engines.acceleration import TOKEN_BUDGETS, accelerated, best_device
from intelligence.engines.backbone import Backbone
from intelligence.engines.batching import batches
from intelligence.engines.int8_linear import Int8Linear, quantise, quantised, worthwhile

needs_bytes = pytest.mark.skipif(
    not worthwhile(), reason="this CPU has no fast product of bytes, so floats are kept"
)
TEXTS = [
    "Where is my parcel?",
    "thank you so much",
    "The lamp broke on the second day. " * 5,
    "It fits well, and the colour is lovely. I would buy it again for my sister.",
    "Terrible service!!! Nobody answers, and the refund never came.",
    "ok",
    "Arrived late and the box was open. " * 40,
    "The strings sound warm and stay in tune; worth every penny.",
]


def random_layer(inputs, outputs, bias=True):
    torch.manual_seed(inputs + outputs)
    return nn.Linear(inputs, outputs, bias=bias)


def test_rounding_to_bytes_keeps_each_token_to_half_a_step():
    torch.manual_seed(0)
    tokens = torch.randn(50, 24) * torch.logspace(-6, 6, 50)[:, None] + 3
    rounded, low, step = quantised(tokens)
    assert rounded.dtype == torch.uint8
    assert ((low + step * rounded - tokens).abs() <= step * 0.501 + 1e-6).all()


def test_a_token_of_equal_values_stays_what_it_is():
    tokens = torch.tensor([[0.0] * 8, [2.5] * 8])
    rounded, low, step = quantised(tokens)
    assert torch.equal(low + step * rounded, tokens)


@needs_bytes
@pytest.mark.parametrize("bias", [True, False])
def test_a_layer_in_bytes_says_nearly_what_it_said_in_floats(bias):
    layer = random_layer(384, 96, bias)
    given = torch.randn(3, 7, 384)
    with torch.inference_mode():
        exact, near = layer(given), Int8Linear(layer)(given)
    assert near.shape == exact.shape
    assert (near - exact).norm() < 0.01 * exact.norm()


@needs_bytes
def test_a_row_of_a_layer_does_not_depend_on_its_neighbours():
    layer = Int8Linear(random_layer(384, 96))
    given = torch.randn(64, 384)
    given[40] *= 1000  # a scale for the whole tensor would drown the other rows
    with torch.inference_mode():
        together = layer(given)
        alone = torch.cat([layer(given[row : row + 1]) for row in range(64)])
    assert torch.equal(together, alone)


@needs_bytes
def test_the_largest_bytes_do_not_overflow():
    layer = nn.Linear(1536, 1, bias=False)
    given = torch.full((1, 1536), 255.0)
    given[0, 0] = 0.0
    with torch.inference_mode():
        layer.weight.fill_(127)
        assert Int8Linear(layer)(given).item() == pytest.approx(1535 * 255 * 127, rel=1e-7)


def tiny_bert():
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=100, hidden_size=64, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=128,
    )  # fmt: skip
    return BertModel(config).eval()


@needs_bytes
def test_a_bert_reads_nearly_the_same_in_bytes():
    model, ids = tiny_bert(), torch.arange(40).view(2, 20)
    with torch.inference_mode():
        exact = model(input_ids=ids).last_hidden_state.clone()
        quantise(model)
        near = model(input_ids=ids).last_hidden_state
    assert not any(isinstance(module, nn.Linear) for module in model.modules())
    assert torch.cosine_similarity(near, exact, dim=-1).min() > 0.999


@needs_bytes
def test_a_t5_is_read_in_bytes_too(tiny_t5_encoder):
    model = AutoModelForTextEncoding.from_pretrained(tiny_t5_encoder).eval()
    ids = torch.arange(9).view(1, 9)
    with torch.inference_mode():
        exact = model(input_ids=ids).last_hidden_state.clone()
        near = accelerated(model, torch.device("cpu"))(input_ids=ids).last_hidden_state
    assert torch.cosine_similarity(near, exact, dim=-1).min() > 0.99


@pytest.fixture(scope="module")
def minilm():
    """MiniLM in floats, made fast, and its tokens of the texts."""
    encoder = Backbone(threads=1)
    ids = [encoding.ids for encoding in encoder._tokenise(TEXTS)]
    exact, fast = (AutoModel.from_pretrained(encoder.folder).eval() for _ in range(2))
    return exact, accelerated(fast, torch.device("cpu")), ids


def embedded(model, ids, size):
    """Embeddings of texts that go through the model in batches of up to `size` texts."""
    found = np.zeros((len(ids), 384), np.float32)
    for start in range(0, len(ids), size):
        part = ids[start : start + size]
        for width, rows in batches([len(tokens) for tokens in part], 4096, 256):
            given = torch.zeros((len(rows), width), dtype=torch.long)
            mask = torch.zeros_like(given)
            for place, row in enumerate(rows):
                given[place, : len(part[row])] = torch.tensor(part[row])
                mask[place, : len(part[row])] = 1
            with torch.inference_mode():
                hidden = model(input_ids=given, attention_mask=mask).last_hidden_state
                mean = (hidden * mask[..., None]).sum(dim=1)
                unit = nn.functional.normalize(mean, dim=1).numpy()
            found[[start + row for row in rows]] = unit
    return found


def test_minilm_in_bytes_points_where_it_pointed_in_floats(minilm):
    exact, fast, ids = minilm
    cosines = (embedded(exact, ids, 8) * embedded(fast, ids, 8)).sum(axis=1)
    assert cosines.min() > 0.985
    assert cosines.mean() > 0.995


def test_a_text_has_one_embedding_alone_and_in_any_batch(minilm):
    _, fast, ids = minilm
    rng = np.random.default_rng(0)
    many = [ids[row] for row in rng.permutation(np.arange(32) % len(ids))]
    alone = embedded(fast, many, 1)
    for size in (8, 32):
        assert embedded(fast, many, size) == pytest.approx(alone, abs=1e-6)


def test_the_device_is_one_that_torch_has():
    device = best_device()
    assert device.type == ("cuda" if torch.cuda.is_available() else "cpu")
    assert torch.zeros(1, device=device).item() == 0
    assert device.type in TOKEN_BUDGETS


def test_an_accelerated_model_is_on_its_device_and_ready_to_read():
    model = accelerated(tiny_bert().train(), torch.device("cpu"))
    assert not model.training
    assert {parameter.device.type for parameter in model.parameters()} == {"cpu"}


def test_a_cpu_without_byte_instructions_keeps_floats(monkeypatch):
    monkeypatch.setattr("torch.cpu.get_capabilities", dict)
    worthwhile.cache_clear()
    try:
        model = accelerated(tiny_bert(), torch.device("cpu"))
        assert any(isinstance(module, nn.Linear) for module in model.modules())
    finally:
        worthwhile.cache_clear()
