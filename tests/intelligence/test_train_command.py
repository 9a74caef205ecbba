"""`manage.py train`; no test here may touch the database."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from intelligence.engines.default import load_backbone, load_text_reader
from intelligence.engines.head_files import SHIPPED, find_weights, load_card, load_head
from intelligence.training.own_sentences import own_sentences
from intelligence.training.text_sets import digest
from tests.intelligence.tables import jsonl, many_opinions, parquet, run, tickets

TICKETS = Path("intelligence/evaluation/tickets/intent_dev.jsonl")


@pytest.fixture
def models(settings, tmp_path):
    """An empty folder for trained models."""
    settings.MODELS_DIR = tmp_path / "models"
    return settings.MODELS_DIR


def refusal(*arguments):
    """The one line with which a command refuses, which must end it with status 2."""
    with pytest.raises(CommandError) as caught:
        call_command("train", *[str(argument) for argument in arguments])
    assert caught.value.returncode == 2
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_table_becomes_a_model_with_a_card(models, tmp_path):
    result = run("train", "sentiment", "--data", many_opinions(tmp_path / "own.parquet"))
    card = load_card(models / "sentiment")
    assert result["name"] == card.name == "sentiment"
    assert result["sha256"] == card.sha256
    assert result["rows"] == sum(one["rows"] for one in card.training_data)
    assert result["metrics"] == {"own": card.metrics["own"]}
    assert result["promoted"] is False
    assert result["seconds"] > 0
    trained = {one["name"]: one["rows"] for one in card.training_data}
    assert card.metrics["own"]["n"] > 0
    assert trained["own"] + card.metrics["own"]["n"] == 60


def test_two_labels_still_teach_five_steps(models, tmp_path):
    run("train", "sentiment", "--data", many_opinions(tmp_path / "own.parquet"), "--promote")
    reader = load_text_reader(threads=1, folders=[models])
    texts = ["Wonderful vase!", "Ugly vase.", "Where can I see my invoice?"]
    felt = [one.predictions["sentiment"] for one in reader.read(texts)]
    assert len(felt[0].distribution) == 5
    assert felt[0].score > 0.3
    assert felt[1].score < -0.3
    assert felt[2].label == "neutral"


def test_the_same_table_gives_the_same_model_and_only_a_promoted_one_serves(models, tmp_path):
    data = many_opinions(tmp_path / "own.parquet")
    first = run("train", "sentiment", "--data", data, "--name", "first")
    assert find_weights("sentiment", [models]) == SHIPPED / "sentiment"
    second = run("train", "sentiment", "--data", data, "--name", "second", "--promote")
    assert find_weights("sentiment", [models]) == models / "second"
    assert second["promoted"]
    assert first["sha256"] == second["sha256"]


def test_a_shop_has_intents_of_its_own(models, tmp_path):
    run("train", "intent", "--data", tickets(tmp_path / "own.jsonl"), "--promote")
    reader = load_text_reader(threads=1, folders=[models])
    texts = ["Please tune the harp piano", "I want to rent a cello", "What is the capital of Peru?"]
    said = [one.predictions["intent"] for one in reader.read(texts)]
    assert [one.label for one in said[:2]] == ["tuning", "rental"]
    assert set(said[0].distribution) == {"tuning", "rental"}
    assert said[2].abstained


def test_a_model_reads_the_languages_it_was_taught(models, tmp_path):
    rows = [{"text": f"Die Lampe ist {word}, wir sind damit {feeling}", "label": label}
            for feeling, words, label in (("zufrieden", "schön hell warm gut", 1),
                                          ("unzufrieden", "kaputt dunkel kalt schlecht", 0))
            for word in words.split()]  # fmt: skip
    run("train", "sentiment", "--data", jsonl(tmp_path / "de.jsonl", rows))
    assert load_card(models / "sentiment").languages == ("de",)


def test_line_breaks_and_numbers_in_a_csv_are_texts(models, tmp_path):
    path = tmp_path / "own.csv"
    path.write_text('text,label\n"Good\nvery good",5\n"Bad\nvery bad",1\n12,3\n"""Fine""",4\n')
    assert run("train", "sentiment", "--data", path)["rows"] >= 4


def test_missing_columns_are_named_with_those_found(models, tmp_path):
    path = parquet(tmp_path / "own.parquet", body=["a"], stars=[5])
    said = refusal("sentiment", "--data", path)
    assert said.endswith("has no column text, label or sentiment or rating; found body, stars")
    assert not models.exists()


def test_labels_on_no_scale_are_named(models, tmp_path):
    path = parquet(tmp_path / "own.parquet", text=["a", "b"], label=["meh", "wow"])
    assert refusal("sentiment", "--data", path).startswith("labels meh, wow are on no known scale")


def test_a_table_without_labels_is_refused(models, tmp_path):
    path = parquet(tmp_path / "own.parquet", text=["tune my piano"], intent=[""])
    assert "has no row with its intent" in refusal("intent", "--data", path)


@pytest.mark.parametrize("name", ["nothing.parquet", "text.docx"])
def test_a_file_that_cannot_be_read_is_one_line(name, models, tmp_path):
    assert name in refusal("sentiment", "--data", tmp_path / name)


def test_a_damaged_file_is_one_line(models, tmp_path):
    (tmp_path / "own.parquet").write_bytes(b"PAR1 not really")
    assert "cannot be read" in refusal("intent", "--data", tmp_path / "own.parquet")


def test_the_folder_of_the_recipe_must_hold_its_sets(models, tmp_path):
    assert "cannot be read" in refusal("sentiment", "--data", tmp_path)


def test_the_recommender_needs_no_training(models, tmp_path):
    assert "fits itself to the shop's own orders" in refusal("recommendation", "--data", tmp_path)


def test_options_that_make_no_sense_are_refused(models, tmp_path):
    data = many_opinions(tmp_path / "own.parquet")
    assert "name what to learn from" in refusal("sentiment")
    assert "is no name" in refusal("sentiment", "--data", data, "--name", "../up")
    assert "is no name" in refusal("sentiment", "--data", data, "--name", "shipped")
    assert "--ship goes without" in refusal("sentiment", "--data", data, "--ship", "--promote")


def test_a_model_of_another_task_is_not_written_over(models, tmp_path):
    run("train", "sentiment", "--data", many_opinions(tmp_path / "own.parquet"), "--name", "ours")
    before = load_card(models / "ours")
    said = refusal("intent", "--data", tickets(tmp_path / "own.jsonl"), "--name", "ours")
    assert "is a model for sentiment" in said
    assert load_card(models / "ours") == before


def test_the_plain_output_tells_figures_and_place(models, tmp_path, capsys):
    call_command("train", "sentiment", "--data", str(many_opinions(tmp_path / "own.parquet")))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("own: n ")
    assert lines[-1].startswith("trained on ")
    assert str(models / "sentiment") in lines[-1]


def test_a_segment_head_is_trained_from_transactions(models, tmp_path):
    result = run("train", "segment", "--data", transactions(tmp_path / "shop.csv"))
    card = load_card(models / "segment")
    assert result["sha256"] == card.sha256
    assert card.metrics["held_out_customers"]["n"] > 0


def transactions(path):
    """Two hundred customers, from those who came once to those who come weekly."""
    lines = ["invoice_no,stock_code,description,quantity,invoice_time,unit_price_gbp,customer_id"]
    for customer in range(200):
        for visit in range(1 + customer % 9):
            day = 1 + (customer * 7 + visit * (1 + customer % 5) * 9) % 360
            month, date = 1 + (day - 1) // 30, 1 + (day - 1) % 28
            lines.append(
                f"I{customer}-{visit},S{visit % 4},thing {visit % 4},{1 + customer % 3},"
                f"2011-{month:02d}-{date:02d}T10:00:00,{2 + customer % 7}.5,C{customer}"
            )
    path.write_text("\n".join(lines) + "\n")
    return path


def test_the_shipped_intents_learnt_from_sets_that_allow_it():
    allowed = {"own sentences", "bitext_support", "clinc150"}
    assert {one["name"] for one in load_card(SHIPPED / "intent").training_data} <= allowed


@pytest.mark.parametrize("model", ["encoder", "sentiment", "aspects", "intent", "priority"])
def test_every_card_names_the_licence_and_the_rows_of_each_set(model):
    taught = load_card(SHIPPED / model).training_data
    assert taught
    assert all(one["licence"] and one["rows"] > 0 for one in taught)


def test_the_tickets_that_measure_are_in_no_training_set():
    measured = {digest(json.loads(line)["text"]) for line in TICKETS.open()}
    taught = {
        digest(text) for task in ("intent", "sentiment") for text in own_sentences(task).texts
    }
    assert len(measured) == 111
    assert not measured & taught


def test_the_shipped_intents_are_those_of_the_taxonomy():
    from customers.taxonomies import INTENTS

    head = load_head(SHIPPED / "intent", load_backbone().version)
    assert head.parameters.labels == (*(slug for slug, _, _ in INTENTS), "out_of_scope")
    assert head.parameters.silent == ("out_of_scope",)


def test_the_shipped_sentiments_are_those_of_the_records():
    from customers.models import Sentiment

    head = load_head(SHIPPED / "sentiment", load_backbone().version)
    assert head.parameters.labels == tuple(Sentiment.values)
    assert head.parameters.values == (-1.0, -0.5, 0.0, 0.5, 1.0)
