"""Tiny language models, made and saved by the tests: random weights, real files."""

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

WORDS = (
    *("the", "parcel", "is", "late", ".", "your", "order", "has", "not", "come", "yet", ","),
    *("we", "are", "sorry", "and", "will", "send", "it", "again", "today", "dear", "customer"),
    *("thanks", "for", "writing", "to", "us", "answer", "begin", "end", "ready"),
)
TEMPLATE = (
    "{% for message in messages %}<{{ message.role }}> {{ message.content }} {% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


def tokenizer(folder, *, template=None):
    vocabulary = {token: n for n, token in enumerate(["<pad>", "</s>", "<unk>"])}
    for word in WORDS:
        vocabulary.setdefault(word, len(vocabulary))
    words = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )
    fast.chat_template = template
    fast.save_pretrained(folder)
    return len(vocabulary)


def saved(model, folder):
    """The model in safetensors, with no liking for the three special tokens."""
    for weights in (model.get_input_embeddings().weight, model.get_output_embeddings().weight):
        weights.data[:3] = 0
    model.eval().save_pretrained(folder)
    return folder


def tiny_t5(folder):
    size = tokenizer(folder)
    torch.manual_seed(1)
    return saved(
        T5ForConditionalGeneration(
            T5Config(
                vocab_size=size, d_model=32, d_kv=16, d_ff=64, num_layers=1, num_heads=2,
                pad_token_id=0, eos_token_id=1, decoder_start_token_id=0,
            )
        ),
        folder,
    )  # fmt: skip


def tiny_gpt2(folder, positions=512):
    size = tokenizer(folder)
    torch.manual_seed(2)
    config = GPT2Config(
        vocab_size=size, n_positions=positions, n_embd=32, n_layer=1, n_head=2,
        bos_token_id=1, eos_token_id=1,
    )  # fmt: skip
    return saved(GPT2LMHeadModel(config), folder)


def tiny_llama(folder):
    size = tokenizer(folder, template=TEMPLATE)
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=size, hidden_size=32, intermediate_size=64, num_hidden_layers=1,
        num_attention_heads=2, num_key_value_heads=1, max_position_embeddings=1024,
        bos_token_id=1, eos_token_id=1, pad_token_id=0,
    )  # fmt: skip
    return saved(LlamaForCausalLM(config), folder)
