"""The extractive reader: a question and passages in, the best span of each passage out.

Any Hugging Face model for question answering serves (`BertForQuestionAnswering` and its
like), by folder or by name already on this machine. A pair is read as "question, passage";
passages longer than the model reads are read in overlapping windows. The span's score is
the sum of its start's and its end's logit; that of "the passage does not say" the same of
the first token (Devlin et al. 2018, https://arxiv.org/abs/1810.04805, section 4.3).

Only safetensors are read, nothing is downloaded and no code of a model is run.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForQuestionAnswering, AutoTokenizer
from transformers.utils import logging as transformers_logging

from intelligence.engines.acceleration import TOKEN_BUDGETS, accelerated, best_device
from intelligence.engines.answer_choice import Calibration
from intelligence.engines.answer_contract import Reading
from intelligence.engines.backbone import (
    DEFAULT_NAME,
    Backbone,
    model_folder,
    packaged_folder,
    weight_files,
)
from intelligence.engines.batching import batches
from intelligence.engines.errors import RefusedWeightsError
from intelligence.engines.head_files import find_weights, load_card
from intelligence.engines.reader_files import TASK, ReaderChange, apply_change, load_reader

MAX_TOKENS = 384
STRIDE = 96  # tokens that two windows of a long passage share
MAX_QUESTION_TOKENS = 64
MAX_ANSWER_TOKENS = 30
MAX_CHARACTERS = 20_000  # of a passage; what comes after is not read
LANES = min(2, os.cpu_count() or 1)  # of the batches of one question
# Half the margin of a reader whose answers were not judged: such models are too sure.
UNMEASURED = Calibration(margin=0.5, hit=0.0, none=0.0, threshold=0.9)
NOTHING = Reading("", 0, 0, -1e4, 0.0)

Logits = tuple[torch.Tensor, torch.Tensor]
Part = tuple[int, list[int]]
Each = Callable[[Callable[[Part], Logits], Sequence[Part]], Iterable[Logits]]


@dataclass(frozen=True, slots=True)
class Window:
    """A tokenised stretch of one passage. `first` and `end` bound the passage's tokens;
    `offsets` are their characters in the passage.
    """

    row: int
    ids: list[int]
    types: list[int]
    first: int
    end: int
    offsets: list[tuple[int, int]]


class ExtractiveReader:
    """An `AnswerReader` over a question-answering model, loaded on first use."""

    def __init__(
        self,
        name: str,
        *,
        languages: Sequence[str] = ("en",),
        threads: int | None = None,
        accelerate: bool = True,
    ) -> None:
        self.name = name
        self.languages = frozenset(languages)
        self.threads = threads
        self.accelerate = accelerate
        self.device = best_device() if accelerate else torch.device("cpu")
        self.token_budget = TOKEN_BUDGETS[self.device.type]

    @property
    def calibration(self) -> Calibration:
        """How sure an answer of this reader is; of a reader never measured here, little."""
        return UNMEASURED

    @cached_property
    def folder(self) -> Path:
        """Where the model's files are. Raises MissingWeightsError."""
        return model_folder(self.name)

    @cached_property
    def version(self) -> str:
        """sha256 of the model's weights."""
        digest = hashlib.sha256()
        for path in weight_files(self.folder):
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def load(self) -> None:
        """Load now what the first reading would; raises MissingWeightsError."""
        _ = self._tokenizer, self._model

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """One reading of each passage, in order; somebody waits, so a second core takes half
        of the batches where there is one.
        """
        pairs = [(question, passage) for passage in passages]
        return self._readings(pairs, lambda one, many: list(self._lanes.map(one, many)))

    def read_pairs(self, pairs: Sequence[tuple[str, str]]) -> list[Reading]:
        """The best reading of each (question, passage) over its windows, in order."""
        return self._readings(pairs, map)

    def _readings(self, pairs: Sequence[tuple[str, str]], each: Each) -> list[Reading]:
        windows = self._windows(pairs)
        found = [NOTHING] * len(pairs)
        silent = [float("inf")] * len(pairs)
        lengths = [len(window.ids) for window in windows]
        parts = list(batches(lengths, self.token_budget, self._max_tokens))
        told = each(lambda part: self._logits([windows[row] for row in part[1]], part[0]), parts)
        for (_, rows), (starts, ends) in zip(parts, told, strict=True):
            for place, row in enumerate(rows):
                window = windows[row]
                reading = best_span(window, starts[place], ends[place], pairs[window.row][1])
                # A long passage is silent as far as its least silent window is.
                silent[window.row] = min(silent[window.row], reading.no_answer)
                if reading.score > found[window.row].score:
                    found[window.row] = reading
        return [
            Reading(one.text, one.start, one.end, one.score, least)
            for one, least in zip(found, silent, strict=True)
        ]

    @cached_property
    def _lanes(self) -> ThreadPoolExecutor:
        """What reads batches side by side. Threads of torch would share each layer instead, and
        wait for each other there: on two busy cores that took ten times as long as one thread.
        """
        return ThreadPoolExecutor(LANES if self.device.type == "cpu" else 1)

    def _windows(self, pairs: Sequence[tuple[str, str]]) -> list[Window]:
        if not pairs:
            return []
        told = self._tokenizer(
            [self._short(question) for question, _ in pairs],
            [_readable(passage) or " " for _, passage in pairs],
            truncation="only_second",
            max_length=self._max_tokens,
            stride=STRIDE,
            return_overflowing_tokens=True,
        )
        rows = told["overflow_to_sample_mapping"]
        return [_window(row, encoding) for row, encoding in zip(rows, told.encodings, strict=True)]

    def _short(self, question: str) -> str:
        """The question, cut where it would leave no room for a passage."""
        readable = _readable(question)[: 24 * MAX_QUESTION_TOKENS]
        encoding = self._tokenizer(readable, add_special_tokens=False).encodings[0]
        if len(encoding.ids) <= MAX_QUESTION_TOKENS:
            return readable
        return readable[: encoding.offsets[MAX_QUESTION_TOKENS - 1][1]]

    def _logits(self, windows: Sequence[Window], width: int) -> Logits:
        """Start and end logits float32[n, width]."""
        if self.threads is not None and torch.get_num_threads() != self.threads:
            torch.set_num_threads(self.threads)
        given = torch.zeros(3, len(windows), width, dtype=torch.long)
        given[0] = self._padding
        for row, window in enumerate(windows):
            size = len(window.ids)
            given[0, row, :size] = torch.tensor(window.ids)
            given[1, row, :size] = torch.tensor(window.types)
            given[2, row, :size] = 1
        ids, types, mask = given.to(self.device)
        types_too = {"token_type_ids": types} if self._has_types else {}
        with torch.inference_mode():
            told = self._model(input_ids=ids, attention_mask=mask, **types_too)
        return told.start_logits.float().cpu(), told.end_logits.float().cpu()

    @property
    def _max_tokens(self) -> int:
        longest = getattr(self._model.config, "max_position_embeddings", MAX_TOKENS)
        # RoBERTa's kin count positions from the padding's on, two later.
        return min(MAX_TOKENS, longest - 2)

    @property
    def _padding(self) -> int:
        return int(self._tokenizer.pad_token_id or 0)

    @property
    def _has_types(self) -> bool:
        """Whether the model tells the question from the passage by a type of its tokens."""
        return getattr(self._model.config, "type_vocab_size", 0) > 1

    @cached_property
    def _tokenizer(self) -> Any:
        weight_files(self.folder)
        tokenizer = tokenizer_of(self.folder)
        if not tokenizer.is_fast:
            raise RefusedWeightsError(f"{self.name} has no fast tokenizer (tokenizer.json)")
        return tokenizer

    @cached_property
    def _model(self) -> Any:
        weight_files(self.folder)
        model = self._loaded_model()
        return accelerated(model, self.device) if self.accelerate else model.eval()

    def _loaded_model(self) -> Any:
        """The model as it is stored, in single precision."""
        return AutoModelForQuestionAnswering.from_pretrained(
            self.folder,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=torch.float32,
        )


class AdaptedReader(ExtractiveReader):
    """The reader that comes with the product: the default encoder, changed by `change`.

    `sha256` of the change's file is its version.
    """

    def __init__(self, change: ReaderChange, sha256: str, **options: Any) -> None:
        super().__init__(DEFAULT_NAME, **options)
        self._change, self._sha256 = change, sha256

    @property
    def calibration(self) -> Calibration:
        """As it was fitted with the shipped search."""
        return self._change.calibration

    @cached_property
    def folder(self) -> Path:
        """Where the encoder's files are. Raises MissingWeightsError."""
        return packaged_folder()

    @cached_property
    def version(self) -> str:
        """What tells one shipped or trained reader from the next."""
        return self._sha256

    def _loaded_model(self) -> Any:
        model = bare_model(self.folder)
        apply_change(self._change.tensors, model)
        return model


def bare_model(folder: Path, attention: str | None = None) -> Any:
    """A question-answering model of an encoder that was never trained for it; the two
    read-outs are random. `attention` names an implementation of transformers'.
    """
    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    with quiet():
        return AutoModelForQuestionAnswering.from_pretrained(
            folder,
            config=config,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=torch.float32,
            attn_implementation=attention,
        )


def tokenizer_of(folder: Path) -> Any:
    """The tokenizer in a model's folder."""
    return AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)


def load_answer_reader(
    name: str | None = None, folders: Sequence[Path] = (), threads: int | None = None
) -> ExtractiveReader:
    """The reader `name`, a question-answering model by folder or hub name; None: the one in
    service, promoted in `folders` or shipped. Raises MissingWeightsError or
    RefusedWeightsError with one line to act on.
    """
    if name:
        return ExtractiveReader(name, threads=threads)
    return open_reader(find_weights(TASK, folders), threads=threads)


def open_reader(folder: Path, threads: int | None = None) -> AdaptedReader:
    """The trained reader in a folder. Raises MissingWeightsError, and RefusedWeightsError when
    it was made for another encoder than the one that is installed.
    """
    card, change = load_card(folder), load_reader(folder)
    if change.encoder != Backbone().bare_version:
        raise RefusedWeightsError(
            f"{folder} was trained for another encoder: train it again with "
            f"`manage.py train {TASK}`"
        )
    return AdaptedReader(change, card.sha256, languages=card.languages, threads=threads)


def best_span(window: Window, starts: torch.Tensor, ends: torch.Tensor, passage: str) -> Reading:
    """The best span of at most MAX_ANSWER_TOKENS tokens in one window."""
    no_answer = float(starts[0] + ends[0])
    if window.first >= window.end:
        return Reading("", 0, 0, NOTHING.score, no_answer)
    own = slice(window.first, window.end)
    scores = starts[own, None] + ends[None, own]
    size = window.end - window.first
    inside = torch.ones(size, size, dtype=torch.bool).triu().tril(MAX_ANSWER_TOKENS - 1)
    scores = scores.masked_fill(~inside, -torch.inf)
    first, last = divmod(int(scores.argmax()), size)
    start, end = window.offsets[first][0], window.offsets[last][1]
    return Reading(passage[start:end], start, end, float(scores[first, last]), no_answer)


@contextmanager
def quiet() -> Iterator[None]:
    """Without transformers' remark that read-outs are new: that they are is the point."""
    level = transformers_logging.get_verbosity()
    transformers_logging.set_verbosity_error()
    try:
        yield
    finally:
        transformers_logging.set_verbosity(level)


def _window(row: int, encoding: Any) -> Window:
    places = [place for place, whose in enumerate(encoding.sequence_ids) if whose == 1]
    first, end = (places[0], places[-1] + 1) if places else (0, 0)
    return Window(row, encoding.ids, encoding.type_ids, first, end, encoding.offsets[first:end])


def _readable(text: str) -> str:
    """A lone surrogate cannot be tokenised; "?" keeps every character's place."""
    return text[:MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
