"""`manage.py evaluate`; no test here may touch the database."""

import csv
import json

import pytest
from django.core.management import CommandError, call_command

from intelligence.engines.head_files import SHIPPED, load_card
from tests.intelligence.tables import BLAME, PRAISE, jsonl, opinions, parquet, run, tickets

FIGURES = {"n", "accuracy", "macro_f1", "ece", "coverage"}


@pytest.fixture(autouse=True)
def models(settings, tmp_path):
    """An empty folder for trained models."""
    settings.MODELS_DIR = tmp_path / "models"
    return settings.MODELS_DIR


def refusal(*arguments):
    """The one line with which a command refuses, which must end it with status 2."""
    with pytest.raises(CommandError) as caught:
        call_command("evaluate", *[str(argument) for argument in arguments])
    assert caught.value.returncode == 2
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(("bad", "good"), [(0, 1), ("negative", "positive"), (False, True)])
def test_praise_and_blame_are_told_apart(bad, good, tmp_path):
    result = run("evaluate", "sentiment", "--data", opinions(tmp_path / "a.parquet", bad, good))
    assert result.keys() >= FIGURES | {"texts_per_second"}
    assert (result["n"], result["left_out"]) == (12, 0)
    assert result["accuracy"] == result["macro_f1"] == 1.0
    assert result["coverage"] > 0.7
    assert result["texts_per_second"] > 0
    assert result["model"] == load_card(SHIPPED / "sentiment").sha256


def test_three_kinds_are_sums_of_five_steps(tmp_path):
    asked = ["Which courier do you use?", "How do I change my address?"]
    rows = [{"text": text, "label": "negative"} for text in BLAME]
    rows += [{"text": text, "label": "neutral"} for text in asked]
    rows += [{"text": text, "label": "positive"} for text in PRAISE]
    result = run("evaluate", "sentiment", "--data", jsonl(tmp_path / "a.jsonl", rows))
    assert (result["n"], result["accuracy"]) == (14, 1.0)


def test_stars_are_five_steps(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        'text,rating\n"Horrible, I hate it!",1\n"It is broken, I am disappointed.",2\n'
        '"It is okay, nothing special.",3\n"Nice and good quality.",4\n'
        '"I absolutely love it, perfect!",5\n'
    )
    result = run("evaluate", "sentiment", "--data", path)
    assert result["accuracy_three_way"] == 1.0
    assert result["spearman"] > 0.9


def test_rows_of_unknown_intent_are_counted_and_left_out(tmp_path):
    rows = [
        {"text": "Where is my parcel?", "intent": "track_order"},
        {"text": "Please cancel my order.", "intent": "cancel_order"},
        {"text": "What is the capital of Mongolia?", "intent": "out_of_scope"},
        {"text": "Tune my piano.", "intent": "tuning"},
        {"text": "No label.", "intent": None},
    ]
    result = run("evaluate", "intent", "--data", jsonl(tmp_path / "a.jsonl", rows))
    assert (result["n"], result["left_out"], result["accuracy"]) == (3, 2, 1.0)
    assert result["coverage"] == pytest.approx(2 / 3, abs=1e-4)


def test_intents_that_the_model_never_heard_of_need_a_file_to_learn_from(tmp_path):
    assert "--train" in refusal("intent", "--data", tickets(tmp_path / "a.jsonl"))


def test_a_head_is_trained_first_on_the_labels_of_a_file(tmp_path):
    train = tickets(tmp_path / "train.jsonl")
    rows = [
        {"text": "Could you tune our grand piano?", "intent": "tuning"},
        {"text": "We would like to rent a violin.", "intent": "rental"},
        {"text": "Something else", "intent": "other"},
    ]
    data = jsonl(tmp_path / "test.jsonl", rows)
    result = run("evaluate", "intent", "--data", data, "--train", train)
    assert (result["n"], result["left_out"], result["accuracy"]) == (2, 1, 1.0)
    assert result["model"] == "trained for this"


def test_sentiment_can_be_learnt_from_a_file_in_any_language(tmp_path):
    good, bad = ["很好，非常满意", "质量不错，很喜欢"], ["很差，非常失望", "质量不好，不喜欢"]
    rows = [{"text": f"{text}{n}", "label": 1} for text in good for n in range(20)]
    rows += [{"text": f"{text}{n}", "label": 0} for text in bad for n in range(20)]
    train = jsonl(tmp_path / "train.jsonl", rows)
    test = jsonl(
        tmp_path / "test.jsonl", [{"text": good[0], "label": 1}, {"text": bad[0], "label": 0}]
    )
    result = run("evaluate", "sentiment", "--data", test, "--train", train)
    assert (result["accuracy"], result["coverage"]) == (1.0, 1.0)


def test_what_is_written_in_another_language_is_not_covered(tmp_path):
    data = parquet(
        tmp_path / "a.parquet",
        text=["Sehr gut, ich bin wirklich zufrieden", "Sehr schlecht, ich bin enttäuscht"],
        label=[1, 0],
    )
    result = run("evaluate", "sentiment", "--data", data)
    assert (result["n"], result["coverage"], result["accuracy_where_said"]) == (2, 0.0, None)


def test_predictions_are_written_with_their_place_in_the_file(tmp_path):
    rows = [
        {"text": PRAISE[0], "label": 1},
        {"text": "no label", "label": None},
        {"text": BLAME[0], "label": 0},
        {"text": "", "label": 0},
    ]
    data = jsonl(tmp_path / "a.jsonl", rows)
    run("evaluate", "sentiment", "--data", data, "--predictions", tmp_path / "out.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").open()]
    assert [(one["row"], one["label"], one["abstained"]) for one in lines[:2]] == [
        (0, "1", False),
        (2, "0", False),
    ]
    assert (lines[2]["row"], lines[2]["abstained"]) == (3, True)
    assert all(0.5 <= one["probability"] <= 1 for one in lines)


def test_predictions_can_be_a_csv(tmp_path):
    data = jsonl(tmp_path / "a.jsonl", [{"text": "Where is my parcel?", "intent": "track_order"}])
    run("evaluate", "intent", "--data", data, "--predictions", tmp_path / "out.csv")
    (line,) = csv.DictReader((tmp_path / "out.csv").open())
    assert (line["row"], line["label"], line["abstained"]) == ("0", "track_order", "False")


def test_a_place_for_predictions_that_cannot_be_is_refused_before_the_work(tmp_path):
    data = opinions(tmp_path / "a.parquet")
    assert "as .csv or .jsonl" in refusal("sentiment", "--data", data, "--predictions", "x.txt")
    nowhere = tmp_path / "no" / "out.csv"
    assert "is no folder" in refusal("sentiment", "--data", data, "--predictions", nowhere)


def test_a_trained_model_is_measured_by_its_name(models, tmp_path):
    data = opinions(tmp_path / "a.parquet")
    trained = run("train", "sentiment", "--data", data, "--name", "ours")
    by_name = run("evaluate", "sentiment", "--data", data, "--model", "ours")
    shipped = run("evaluate", "sentiment", "--data", data, "--model", "shipped")
    assert by_name["model"] == trained["sha256"]
    assert shipped["model"] == load_card(SHIPPED / "sentiment").sha256
    said = refusal("sentiment", "--data", data, "--model", "theirs")
    assert said == "no model 'theirs'; there are shipped, ours"


def test_a_model_of_another_task_is_not_measured(models, tmp_path):
    run("train", "intent", "--data", tickets(tmp_path / "a.jsonl"), "--name", "ours")
    data = opinions(tmp_path / "a.parquet")
    said = refusal("sentiment", "--data", data, "--model", "ours")
    assert "is a model for intent" in said


def test_a_model_and_a_file_to_learn_from_exclude_each_other(tmp_path):
    data = opinions(tmp_path / "a.parquet")
    assert "leave --model out" in refusal(
        "sentiment", "--data", data, "--train", data, "--model", "shipped"
    )


def test_missing_columns_are_named_with_those_found(tmp_path):
    path = parquet(tmp_path / "a.parquet", body=["a"], intent=["x"])
    assert refusal("intent", "--data", path).endswith("has no column text; found body, intent")
    path = parquet(tmp_path / "b.parquet", label=["loyal"], orders=[3])
    said = refusal("segment", "--data", path)
    assert said.endswith("has no column recency_days, spent; found label, orders")


def customers(path, names=("lapsed", "champion")):
    """Sixty customers of two kinds."""
    return parquet(
        path,
        recency_days=[300 + n for n in range(30)] + [n % 10 for n in range(30)],
        orders=[1 + n % 2 for n in range(30)] + [14 + n % 5 for n in range(30)],
        spent=[30.0 + n for n in range(30)] + [900.0 + n for n in range(30)],
        tenure_days=[330 + n for n in range(30)] + [400 + n for n in range(30)],
        label=[names[0]] * 30 + [names[1]] * 30,
    )


def test_segments_of_a_table_are_told(tmp_path):
    out = tmp_path / "out.csv"
    data = customers(tmp_path / "a.parquet")
    result = run("evaluate", "segment", "--data", data, "--predictions", out)
    assert result.keys() >= FIGURES
    assert (result["n"], result["accuracy"]) == (60, 1.0)
    assert len(out.read_text().splitlines()) == 61


def test_a_segment_that_the_head_does_not_know_is_named(tmp_path):
    data = customers(tmp_path / "a.parquet", names=("gone", "champion"))
    assert "has labels gone; the engine knows champion" in refusal("segment", "--data", data)


def test_segments_are_learnt_from_a_file(tmp_path):
    data = customers(tmp_path / "a.parquet", names=("gone", "here"))
    result = run("evaluate", "segment", "--data", data, "--train", data)
    assert (result["n"], result["accuracy"]) == (60, 1.0)
    assert result["model"] == "trained for this"


def test_next_purchases_are_ranked(tmp_path):
    rows = [(f"u{user}", f"i{(user + step) % 12}", step) for user in range(60) for step in range(5)]
    users, items, positions = zip(*rows, strict=True)
    data = parquet(tmp_path / "a.parquet", user_id=users, item_id=items, position=positions)
    texts = parquet(
        tmp_path / "items.parquet",
        item_id=[f"i{n}" for n in range(12)],
        title=[f"thing number {n}" for n in range(12)],
    )
    result = run("evaluate", "recommendation", "--data", data, "--items", texts)
    assert result.keys() >= {"n", "ndcg_at_10", "recall_at_10", "recall_at_20", "mrr", "coverage"}
    assert result["mrr"] > result["popularity"]["mrr"]
    assert result["mrr"] > result["order_free"]["mrr"]
    assert result.keys() >= {"train_seconds", "peak_mib", "item_knn"}
    assert (result["cold_n"], result["cold_recall_at_20"]) == (0, None)
    assert "ease" not in result
    asked = run("evaluate", "recommendation", "--data", data, "--items", texts, "--ease")
    assert asked["ease"]["recall_at_20"] == 1.0
    assert "no --model" in refusal("recommendation", "--data", data, "--model", "shipped")


def test_topics_are_measured_by_labels_beside_plain_clusters(tmp_path):
    said = {
        "parcel": "Where is my parcel number {}, it is late",
        "password": "I forgot my password {} and cannot log in",
    }
    rows = [
        {"text": text.format("x" * n), "label": label}
        for label, text in said.items()
        for n in range(12)
    ]
    result = run("evaluate", "topics", "--data", jsonl(tmp_path / "a.jsonl", rows))
    assert (result["n"], result["labels"], result["left_out"]) == (24, 2, 0)
    assert result["purity_assigned"] == result["tfidf_purity"] == 1.0
    assert result["nmi_assigned"] > 0.5
    assert result["assigned"] > 0.7
    assert -1 <= result["coherence"] <= 1


def test_topics_learn_from_no_other_file_and_want_some_texts(tmp_path):
    few = jsonl(tmp_path / "a.jsonl", [{"text": "Hello", "label": "a"}])
    assert "at least 10 labelled texts" in refusal("topics", "--data", few)
    assert "no --train" in refusal("topics", "--data", few, "--train", few)


def test_the_plain_output_has_one_figure_a_line(tmp_path, capsys):
    call_command("evaluate", "sentiment", "--data", str(opinions(tmp_path / "a.parquet")))
    assert capsys.readouterr().out.splitlines()[:2] == ["n: 12", "accuracy: 1.0"]
