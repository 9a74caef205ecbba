"""One MiniLM for the whole run, the heads that ship, and tiny encoders made on the spot."""

import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertModel,
    PreTrainedTokenizerFast,
    T5Config,
    T5EncoderModel,
    T5ForConditionalGeneration,
)

from intelligence.engines.default import load_backbone
from intelligence.engines.head_files import SHIPPED, load_head
from intelligence.engines.reading import TextReader

WORDS = [
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]"),
    *("where", "is", "my", "parcel", "the", "lamp", "broke", "thank", "you", "so", "much"),
]


@pytest.fixture(scope="session")
def backbone():
    """The default encoder with the adapter that ships, loaded once."""
    encoder = load_backbone(threads=1)
    encoder.load()
    return encoder


@pytest.fixture(scope="session")
def reader(backbone):
    """What the product reads texts with when nothing else is configured."""
    tasks = ("sentiment", "intent", "priority")
    heads = {task: load_head(SHIPPED / task, backbone.version) for task in tasks}
    return TextReader(backbone, heads)


def save_tokenizer(folder):
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, "[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
    ).save_pretrained(folder)


def save_tiny_bert(folder):
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=300,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)
    save_tokenizer(folder)
    return folder


def save_tiny_t5(folder, kind):
    torch.manual_seed(0)
    config = T5Config(
        vocab_size=len(WORDS), d_model=16, d_kv=8, d_ff=32, num_layers=2, num_heads=2,
        decoder_start_token_id=0,
    )  # fmt: skip
    kind(config).save_pretrained(folder)
    save_tokenizer(folder)
    return folder


@pytest.fixture
def tiny_bert(tmp_path):
    """A folder with a BERT of two layers."""
    return save_tiny_bert(tmp_path / "bert")


@pytest.fixture
def tiny_t5(tmp_path):
    """A folder with a whole T5 of two layers."""
    return save_tiny_t5(tmp_path / "t5", T5ForConditionalGeneration)


@pytest.fixture
def tiny_t5_encoder(tmp_path):
    """A folder with the encoder half alone."""
    return save_tiny_t5(tmp_path / "t5_encoder", T5EncoderModel)
