import numpy as np
import pytest

from benchmarks import quality
from benchmarks.instruments.classifiers import Answers, by_embedding, by_vader, by_words, scores
from benchmarks.samples import splits
from benchmarks.samples.splits import Labelled, Split

LABELS = ("negative", "positive")
LEARNT = Labelled(
    ("broken on arrival", "a broken zip", "very good quality", "good and soft"),
    ("negative", "negative", "positive", "positive"),
)


def answers(*rows, labels=LABELS):
    return Answers(labels, np.array(rows))


def test_scores_are_per_cent_of_all_rows():
    found = scores(answers([0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]), LEARNT.labels)
    assert found["accuracy"] == 75.0
    assert found["macro_f1"] == 73.3
    assert found["ece"] == 30.0


def test_what_is_out_of_scope_counts_apart():
    labels = ("oos", "refund", "return")
    told = answers([0.1, 0.8, 0.1], [0.1, 0.2, 0.7], [0.5, 0.3, 0.2], labels=labels)
    found = scores(told, ["refund", "return", "oos"])
    assert (found["accuracy"], found["auroc"], found["oos_recall"]) == (100.0, 100.0, 100.0)


def test_the_words_are_learnt_from_the_rows():
    told = by_words(LEARNT, ["the zip is broken", "so soft and good"])
    assert told.labels == LABELS
    assert told.probabilities.argmax(axis=1).tolist() == [0, 1]


def test_chinese_is_read_by_characters():
    learnt = Labelled(("很好吃", "味道很好", "太难吃", "很难吃"), ("1", "1", "0", "0"))
    told = by_words(learnt, ["真难吃", "真好"], chinese=True)
    assert told.probabilities.argmax(axis=1).tolist() == [0, 1]


def test_an_embedding_is_learnt_with_the_aspect_in_front():
    seen = []

    def encode(texts):
        seen.extend(texts)
        return np.array([[len(text), 1.0] for text in texts], np.float32)

    learnt = Labelled(("a bad screen", "a fine keyboard"), LABELS, ((6, 12), (7, 15)))
    told = by_embedding(learnt, ["asked"], encode)
    assert seen == ["screen: a bad screen", "keyboard: a fine keyboard", "asked"]
    assert told.probabilities.shape == (1, 2)


def test_vader_is_neutral_only_where_a_set_is():
    texts = ["I love it", "I hate it", "It came on Monday"]
    pytest.importorskip("vaderSentiment")
    three = by_vader(texts, ["negative", "neutral", "positive"])
    assert three.probabilities.argmax(axis=1).tolist() == [2, 0, 1]
    assert by_vader(texts, LABELS).probabilities.argmax(axis=1).tolist() == [1, 0, 1]
    assert scores(three, ["positive", "negative", "neutral"])["ece"] is None


def test_few_rows_are_so_many_of_each_label_and_none_out_of_scope():
    rows = Labelled(tuple(f"text {number}" for number in range(60)), ("one", "two", "oos") * 20)
    few = Split(rows, rows).few()
    assert sorted(few.learnt.labels) == ["one"] * 10 + ["two"] * 10
    assert set(few.measured.labels) == {"one", "two"}
    assert few.learnt == Split(rows, rows).few().learnt


def test_five_steps_are_three_kinds_and_two_where_nothing_is_neutral():
    steps = np.array([[0.1, 0.2, 0.3, 0.3, 0.1]], np.float32)
    kinds = quality.three_kinds(steps)
    assert kinds == pytest.approx(np.array([[0.3, 0.3, 0.4]]))
    told = quality.of_kinds(kinds, LABELS)
    assert told.labels == LABELS
    assert told.probabilities == pytest.approx(np.array([[3 / 7, 4 / 7]]))


def test_the_table_has_a_line_for_each_aim_and_every_target_a_figure():
    own = {"accuracy": 95.0, "macro_f1": 94.0, "ece": 2.0, "auroc": 96.5}
    one = quality.Measured(
        "clinc150", 3100, {"accuracy": 96.5, "auroc": 97}, {"ours": own, "tfidf_lr": own}
    )
    lines = quality.table([one])
    assert lines[2] == (
        "| clinc150 | 3,100 | accuracy | 95.0 | 95.0 | - | - | 96.5 | 2.0 / 2.0 / - |"
    )
    assert len(lines) == 4
    assert {target.figure for target in quality.targets(one)} <= quality._figures(one).keys()


def test_sets_that_are_not_there_are_left_out(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(splits, "DATA", tmp_path)
    monkeypatch.setenv("QUALITY_SETS", "hwu64 zh_hotel")
    report = quality.measure()
    assert report.figures == {"sets": 0}
    assert not report.as_json()["met"]
    assert "no set was found" in report.as_text()
    assert "hwu64 is not there" in capsys.readouterr().err


def test_a_set_that_is_none_is_one_line(monkeypatch):
    monkeypatch.setenv("QUALITY_SETS", "teapot")
    with pytest.raises(SystemExit, match="no set teapot; there are sst2"):
        quality.measure()
