"""Generators that run here: any T5-like or causal model of Hugging Face, by name or path.

Only safetensors are read, nothing is downloaded and no code of a model is run. Decoding is
greedy, so that the same prompt gives the same text.
"""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import torch
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
    GenerationConfig,
)
from transformers.utils import logging as transformers_logging

from intelligence.engines.acceleration import best_device
from intelligence.engines.errors import MissingWeightsError, RefusedWeightsError
from intelligence.engines.generators.contract import Generated, GeneratorError, Prompt, Reason

OFFLINE: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
MOST_POSITIONS = 4096  # tokens of prompt and answer where a model does not say how many it takes
POSITIONS = ("max_position_embeddings", "n_positions", "n_ctx", "max_sequence_length")


class LocalGenerator:
    """A model on this machine, loaded on first use. `name` is a folder or a hub name.

    A prompt that is too long loses the end of its data, never the instructions.
    """

    _of: ClassVar[Any]
    is_encoder_decoder: ClassVar[bool]

    def __init__(self, name: str, *, threads: int | None = None) -> None:
        self.name, self.threads = name, threads
        self.device = best_device()

    @cached_property
    def folder(self) -> Path:
        """Where the model's files are. Raises MissingWeightsError."""
        given = Path(self.name).expanduser()
        folder = given if given.is_dir() else _cached(self.name)
        if not any(folder.glob("*.safetensors")):
            raise MissingWeightsError(f"no *.safetensors in {folder}; only safetensors are read")
        return folder

    def load(self) -> None:
        """Load now what the first `generate` would; raises WeightsError."""
        _ = self._tokenizer, self._model

    def generate(self, prompt: Prompt, *, max_tokens: int, timeout_s: float) -> Generated:
        """Write greedily; see `TextGenerator`."""
        if self.threads is not None and torch.get_num_threads() != self.threads:
            torch.set_num_threads(self.threads)
        room = self._positions - (0 if self.is_encoder_decoder else max_tokens)
        if room < 8:
            raise GeneratorError(
                Reason.SETUP, f"{self.name} takes {self._positions} tokens: ask for fewer."
            )
        ids = self._ids(prompt, room)
        with torch.inference_mode():
            output = self._model.generate(
                ids.to(self.device),
                attention_mask=torch.ones_like(ids).to(self.device),
                generation_config=self._greedy(max_tokens, timeout_s),
            )[0]
        written = self._written(output, ids.shape[1])
        text = self._tokenizer.decode(written, skip_special_tokens=True)
        is_cut = len(written) >= max_tokens
        return Generated(text.strip(), int(ids.shape[1]), len(written), is_cut)

    @abstractmethod
    def _written(self, output: torch.Tensor, prompt_tokens: int) -> torch.Tensor:
        """The tokens that the model wrote itself."""

    @abstractmethod
    def _tokens_of(self, prompt: Prompt) -> list[int]:
        """The whole prompt, in the model's own form."""

    def _ids(self, prompt: Prompt, room: int) -> torch.Tensor:
        """int64[1, n] with n at most `room`: the data is halved until all fits."""
        tokens = self._tokens_of(prompt)
        data = prompt.data
        while len(tokens) > room and data:
            data = data[: len(data) * min(room, len(tokens) - 1) // len(tokens) * 95 // 100]
            tokens = self._tokens_of(Prompt(prompt.instructions, data))
        return torch.tensor([tokens[:room]], dtype=torch.int64)

    def _greedy(self, max_tokens: int, timeout_s: float) -> GenerationConfig:
        model, tokenizer = self._model.generation_config, self._tokenizer
        end = model.eos_token_id if model.eos_token_id is not None else tokenizer.eos_token_id
        pad = tokenizer.pad_token_id
        if pad is None:
            pad = end[0] if isinstance(end, list) else end
        return GenerationConfig(
            do_sample=False,
            num_beams=1,
            max_new_tokens=max_tokens,
            max_time=timeout_s,
            eos_token_id=end,
            pad_token_id=pad,
            bos_token_id=model.bos_token_id,
            decoder_start_token_id=model.decoder_start_token_id,
        )

    @cached_property
    def _positions(self) -> int:
        config = self._model.config
        if self.is_encoder_decoder and getattr(config, "relative_attention_num_buckets", None):
            return MOST_POSITIONS  # relative positions know no end
        told = (getattr(config, name, None) for name in POSITIONS)
        return min(next((n for n in told if n), MOST_POSITIONS), MOST_POSITIONS)

    @cached_property
    def _tokenizer(self) -> Any:
        return AutoTokenizer.from_pretrained(self.folder, **OFFLINE)

    @cached_property
    def _model(self) -> Any:
        transformers_logging.disable_progress_bar()
        config = AutoConfig.from_pretrained(self.folder, **OFFLINE)
        if bool(config.is_encoder_decoder) != self.is_encoder_decoder:
            other = "a causal model" if self.is_encoder_decoder else "a text-to-text model"
            raise RefusedWeightsError(f"{self.name} ({config.model_type}) is {other}")
        model = self._of.from_pretrained(
            self.folder, config=config, use_safetensors=True, dtype="auto", **OFFLINE
        )
        if self.device.type == "cpu":
            model = model.float()  # half precision is slower on most processors
        return model.to(self.device).eval()


class Seq2SeqGenerator(LocalGenerator):
    """A T5 or another encoder-decoder: instructions and data in one text."""

    _of = AutoModelForSeq2SeqLM
    is_encoder_decoder = True

    def _tokens_of(self, prompt: Prompt) -> list[int]:
        tokens: list[int] = self._tokenizer(f"{prompt.instructions}\n\n{prompt.data}")["input_ids"]
        return tokens

    def _written(self, output: torch.Tensor, prompt_tokens: int) -> torch.Tensor:
        return output[1:]  # the first is the decoder's own start


class CausalGenerator(LocalGenerator):
    """A GPT, Llama, Qwen and the like: by its chat template where it has one."""

    _of = AutoModelForCausalLM
    is_encoder_decoder = False

    def _tokens_of(self, prompt: Prompt) -> list[int]:
        text, is_chat = f"{prompt.instructions}\n\n{prompt.data}\n\nAnswer:", False
        if self._tokenizer.chat_template:
            text, is_chat = self._chat(prompt), True
        # a chat template writes the special tokens itself
        tokens: list[int] = self._tokenizer(text, add_special_tokens=not is_chat)["input_ids"]
        return tokens

    def _chat(self, prompt: Prompt) -> str:
        turns = [
            {"role": "system", "content": prompt.instructions},
            {"role": "user", "content": prompt.data},
        ]
        text: str = self._tokenizer.apply_chat_template(
            turns, tokenize=False, add_generation_prompt=True
        )
        return text

    def _written(self, output: torch.Tensor, prompt_tokens: int) -> torch.Tensor:
        return output[prompt_tokens:]


def _cached(name: str) -> Path:
    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError) as error:
        raise MissingWeightsError(
            f"no generator {name!r} on this machine; name a folder, or download it first "
            f"with: hf download {name}"
        ) from error
