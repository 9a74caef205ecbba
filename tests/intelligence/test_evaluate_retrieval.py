"""`manage.py evaluate retrieval`: ranks among all contexts, or within an item."""

import json
from io import StringIO

import pyarrow as pa
import pyarrow.parquet
import pytest
from django.core.management import CommandError, call_command

CONTEXTS = {
    "Goods may be returned within thirty days.": "How long may goods be returned?",
    "The parcel to Norway takes four days.": "How long does a parcel to Norway take?",
    "The lamp needs a bulb of five watts.": "Which bulb does the lamp need?",
}


def evaluate(path):
    out = StringIO()
    call_command("evaluate", "retrieval", data=path, json=True, stdout=out)
    return json.loads(out.getvalue())


def written(tmp_path, **columns):
    path = tmp_path / "rows.parquet"
    pyarrow.parquet.write_table(pa.table(columns), path)
    return path


def test_every_context_is_found(tmp_path):
    figures = evaluate(written(tmp_path, context=[*CONTEXTS], question=[*CONTEXTS.values()]))
    assert (figures["n"], figures["passages"], figures["language"]) == (3, 3, "en")
    assert (figures["recall_at_1"], figures["recall_at_5"], figures["mrr_at_10"]) == (1, 1, 1)
    assert set(figures["bm25"]) == {"recall_at_1", "recall_at_5", "mrr_at_10"}


def test_answers_are_looked_for_within_their_item(tmp_path):
    path = written(
        tmp_path,
        item_id=["a", "a", "b"],
        question=[*CONTEXTS.values()],
        answer=[*CONTEXTS],
    )
    figures = evaluate(path)
    assert (figures["n"], figures["recall_at_1"]) == (2, 1)


def test_a_file_without_contexts_is_one_clear_line(tmp_path):
    with pytest.raises(CommandError, match="has no column context or answer"):
        evaluate(written(tmp_path, question=["How?"]))
    with pytest.raises(CommandError, match="nor item_id"):
        evaluate(written(tmp_path, question=["How?"], answer=["So."]))
