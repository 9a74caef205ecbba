"""Which model is measured on what: the work of `manage.py evaluate`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from intelligence.encoding import ManyTexts
from intelligence.engines.adapters import TASK as ENCODER
from intelligence.engines.answer_reader import open_reader
from intelligence.engines.chinese import TASK as CHINESE
from intelligence.engines.chinese import load_chinese
from intelligence.engines.head_files import CARD, SHIPPED, find_weights, load_card, load_head
from intelligence.engines.heads import Head
from intelligence.engines.reader_files import TASK as ANSWERING
from intelligence.engines.reading import Specialist
from intelligence.engines.segment import load_segment
from intelligence.engines.span_readers import SpanReader
from intelligence.evaluation.answering import evaluate_answering
from intelligence.evaluation.aspects import evaluate_aspects, read_aspects
from intelligence.evaluation.columns import TableError
from intelligence.evaluation.contradictions import evaluate_contradictions, read_pairs
from intelligence.evaluation.languages import evaluate_by_language
from intelligence.evaluation.predictions import check_suffix, write_predictions
from intelligence.evaluation.recommendation import evaluate_recommendation
from intelligence.evaluation.retrieval import evaluate_retrieval
from intelligence.evaluation.segment import evaluate_segment, read_labelled
from intelligence.evaluation.text_tables import (
    INTENT_LABELS,
    PRIORITY_LABELS,
    SENTIMENT_LABELS,
    TextTable,
    read_texts,
)
from intelligence.evaluation.texts import (
    Question,
    evaluate_texts,
    same_labels,
    sentiment_question,
)
from intelligence.evaluation.topics import evaluate_topics
from intelligence.evaluation.value import evaluate_value
from intelligence.evaluation.value_class import evaluate_value_class
from intelligence.loaded import answer_reader
from intelligence.training.run import companion
from intelligence.training.segment import train_on_labels as train_segment_on_labels
from intelligence.training.text_heads import train_on_labels

LABELS = {"sentiment": SENTIMENT_LABELS, "intent": INTENT_LABELS, "priority": PRIORITY_LABELS}
TOPIC_LABELS = ("label", "intent", "negative_reason", "category")
SHIPPED_NAME = "shipped"

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """What to measure: `train` names rows to learn from first, `model` a trained model
    (None: the one in service), `predictions` where to write each row's label, `ease`
    whether that peer of recommendation is measured as well.
    """

    task: str
    data: Path
    train: Path | None = None
    items: Path | None = None
    model: str | None = None
    predictions: Path | None = None
    ease: bool = False


def measure(request: Request, encode: ManyTexts) -> Figures:
    """The figures of one task. Raises TableError, MissingWeightsError, RefusedWeightsError."""
    if request.predictions is not None:
        check_suffix(request.predictions)
    if request.train is not None and request.model is not None:
        raise TableError("--train makes a model of its own: leave --model out")
    return MEASURES[request.task](request, encode)


def model_folder(task: str, name: str | None) -> Path:
    """The folder of the model called `name`; None: of the one in service. Raises TableError."""
    own = Path(settings.MODELS_DIR)
    if name is None:
        return find_weights(task, [own])
    folder = SHIPPED / task if name == SHIPPED_NAME else own / name
    if not (folder / CARD).exists():
        known = sorted(path.parent.name for path in own.glob(f"*/{CARD}"))
        raise TableError(f"no model {name!r}; there are {', '.join([SHIPPED_NAME, *known])}")
    if (made_for := load_card(folder).task) != task:
        raise TableError(f"{name!r} is a model for {made_for}, not for {task}")
    return folder


def _texts(request: Request, encode: ManyTexts) -> Figures:
    table = read_texts(request.data, LABELS[request.task])
    _adopt_encoder(request, encode)
    encode.backbone.load()
    head = _head(request, encode)
    question, table = _question(request, table, head)
    vectors = encode.for_head(head.reads)
    if specialists := _specialists(request):
        figures, told = evaluate_by_language(question, vectors, head, specialists)
    else:
        figures, told = evaluate_texts(question, vectors, head)
    if request.predictions is not None:
        write_predictions(request.predictions, told, table.rows)
    return figures | {"left_out": table.left_out, "model": head.card.sha256 or "trained for this"}


def _adopt_encoder(request: Request, encode: ManyTexts) -> None:
    """A named model may have come with an encoder of its own."""
    if request.model not in {None, SHIPPED_NAME}:
        own = companion(model_folder(request.task, request.model), ENCODER)
        if (own / CARD).exists():
            encode.adopt(own)


def _aspects(request: Request, encode: ManyTexts) -> Figures:
    if request.train is not None or request.predictions is not None:
        raise TableError("aspects are told by a trained model: no --train and no --predictions")
    table = read_aspects(request.data)
    _adopt_encoder(request, encode)
    head = load_head(model_folder("aspects", request.model), encode.backbone.version)
    figures = evaluate_aspects(table, SpanReader(head, encode.backbone))
    return figures | {"left_out": 0, "model": head.card.sha256}


def _specialists(request: Request) -> list[Specialist]:
    """Who reads further languages beside the models in service or shipped."""
    chosen = request.train is None and request.model in {None, SHIPPED_NAME}
    if request.task != "sentiment" or not chosen:
        return []
    return [load_chinese(model_folder(CHINESE, request.model))]


def _head(request: Request, encode: ManyTexts) -> Head:
    if request.train is None:
        return load_head(model_folder(request.task, request.model), encode.backbone.version)
    known = read_texts(request.train, LABELS[request.task])
    return train_on_labels(request.task, known, encode, encode.backbone.name)


def _question(request: Request, table: TextTable, head: Head) -> tuple[Question, TextTable]:
    """Sentiment is asked on the table's scale, all else in labels the head knows."""
    if request.task == "sentiment" and request.train is None:
        return sentiment_question(table), table
    labels = head.parameters.labels
    known = table.only(labels)
    return same_labels(known, labels), known


def _answering(request: Request, _encode: ManyTexts) -> Figures:
    if request.train is not None:
        raise TableError("answering is trained by `manage.py train answering`: no --train")
    if request.model is None:
        reader = answer_reader()
    else:
        reader = open_reader(model_folder(ANSWERING, request.model))
    figures = evaluate_answering(request.data, reader, request.predictions)
    return figures | {"model": reader.version}


def _segment(request: Request, _encode: ManyTexts) -> Figures:
    if request.train is None:
        engine = load_segment(model_folder("segment", request.model))
    else:
        engine = train_segment_on_labels(read_labelled(request.train))
    customers = read_labelled(request.data, engine.weights.labels)
    figures, told = evaluate_segment(customers, engine)
    if request.predictions is not None:
        write_predictions(request.predictions, told, range(len(customers.labels)))
    return figures | {"left_out": 0, "model": engine.card.sha256 or "trained for this"}


def _recommendation(request: Request, encode: ManyTexts) -> Figures:
    if request.predictions is not None or request.model is not None:
        raise TableError("recommendation is fitted on --train: no --model and no --predictions")
    return evaluate_recommendation(
        request.data, encode, request.train, request.items, ease=request.ease
    )


def _retrieval(request: Request, encode: ManyTexts) -> Figures:
    if any((request.train, request.model, request.predictions)):
        raise TableError("retrieval is measured on --data: no --train, --model, --predictions")
    return evaluate_retrieval(request.data, encode)


def _topics(request: Request, encode: ManyTexts) -> Figures:
    if any((request.train, request.model, request.predictions)):
        raise TableError("topics are found in --data: no --train, no --model, no --predictions")
    table = read_texts(request.data, TOPIC_LABELS)
    return evaluate_topics(table, encode) | {"left_out": table.left_out}


def _contradictions(request: Request, encode: ManyTexts) -> Figures:
    if any((request.train, request.model, request.predictions)):
        raise TableError("contradictions are found in --data: no --train, --model, --predictions")
    return evaluate_contradictions(read_pairs(request.data), encode)


def _value_class(request: Request, _encode: ManyTexts) -> Figures:
    if request.predictions is not None or request.model is not None:
        raise TableError("value_class learns from --train or --data: no --model, no --predictions")
    return evaluate_value_class(request.data, request.train)


def _value(request: Request, _encode: ManyTexts) -> Figures:
    if request.predictions is not None or request.model is not None:
        raise TableError("value is fitted on --train or --data: no --model, no --predictions")
    return evaluate_value(request.data, request.train)


MEASURES: Mapping[str, Callable[[Request, ManyTexts], Figures]] = {
    "sentiment": _texts,
    "intent": _texts,
    "priority": _texts,
    "aspects": _aspects,
    "segment": _segment,
    "value": _value,
    "value_class": _value_class,
    "recommendation": _recommendation,
    "topics": _topics,
    "answering": _answering,
    "retrieval": _retrieval,
    "contradictions": _contradictions,
}
TASKS = tuple(MEASURES)
