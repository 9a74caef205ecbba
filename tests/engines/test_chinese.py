import itertools
from dataclasses import replace

import numpy as np
import pytest

from intelligence.engines.characters import MAX_CHARACTERS, characters_of, grams_of, simplified
from intelligence.engines.chinese import (
    NOTHING_TO_READ,
    TASK,
    VALUES,
    load_chinese,
    save_chinese,
    steps_of,
)
from intelligence.engines.errors import MissingWeightsError, RefusedWeightsError
from intelligence.engines.head_files import SHIPPED, WEIGHTS

LIMIT = 8_000_000


@pytest.fixture(scope="module")
def chinese():
    return load_chinese(SHIPPED / TASK)


def test_traditional_full_width_and_capital_characters_are_read_as_plain_ones():
    plain, other = characters_of("质量ok不错"), characters_of("質 量ＯＫ不錯")
    assert plain.codes.tolist() == other.codes.tolist()
    assert other.places.tolist() == [0, 2, 3, 4, 5, 6]
    assert simplified("質量") == "质量"


def test_grams_have_one_to_four_characters_and_know_their_places():
    grams = grams_of(characters_of("物流很快啊"))
    assert len(grams.keys) == 5 + 4 + 3 + 2
    assert (grams.last - grams.first + 1).max() == 4
    assert len(np.unique(grams.keys)) == len(grams.keys)
    assert len(grams_of(characters_of("")).keys) == 0


def test_only_so_many_characters_are_read():
    assert len(characters_of("好" * 2 * MAX_CHARACTERS).codes) == MAX_CHARACTERS


@pytest.mark.parametrize("positive", [0.0, 0.02, 0.27, 0.5, 0.8, 0.97, 1.0])
def test_five_steps_keep_the_probability_of_positive(positive):
    (steps,) = steps_of(np.array([positive]))
    assert steps.sum() == pytest.approx(1, abs=1e-5)
    assert steps[3:].sum() / (steps[:2].sum() + steps[3:].sum()) == pytest.approx(
        positive, abs=1e-3
    )


def test_labels_follow_the_probability_in_order():
    steps = steps_of(np.linspace(0, 1, 201))
    assert (np.diff(steps.argmax(axis=1)) >= 0).all()
    assert (np.diff(steps @ VALUES) > 0).all()
    assert set(steps.argmax(axis=1)) == set(range(5))


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("非常满意，下次还会再来买！", 0.5, 1.0),
        ("物流很快，质量非常好，很喜欢。", 0.5, 1.0),
        ("太差了，再也不买了！", -1.0, -0.5),
        ("一点也不好用", -1.0, -0.4),
        ("质量不好", -1.0, -0.3),
        ("请问什么时候发货？", -0.3, 0.3),
    ],
)
def test_feelings_lie_where_a_person_would_put_them(text, least, most, chinese):
    (said,) = chinese.predictions([text])
    assert least <= said.score <= most
    assert sum(said.distribution.values()) == pytest.approx(1, abs=1e-5)


def test_traditional_characters_are_read_alike(chinese):
    texts = ["質量太差了，客服態度惡劣", "质量太差了，客服态度恶劣"]
    first, second = chinese.predictions(texts)
    assert first.score == pytest.approx(second.score, abs=1e-6)


def test_evidence_stands_in_the_text_and_speaks_for_the_label(chinese):
    text = "房间很大，但是早餐很难吃，服务态度太差了。"
    (said,) = chinese.predictions([text])
    assert said.evidence
    assert all(text[one.start : one.end] == one.name for one in said.evidence)
    assert all(len(one.name) <= 4 for one in said.evidence)
    spans = sorted((one.start, one.end) for one in said.evidence)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    strongest = said.evidence[0]
    rest = text[: strongest.start] + text[strongest.end :]
    assert chinese.predictions([rest])[0].score > said.score
    assert strongest.weight > 0


@pytest.mark.parametrize("text", ["", "  ", "！！！", "😀😀"])
def test_what_has_no_words_is_not_read(text, chinese):
    (said,) = chinese.predictions([text])
    assert (said.abstained, said.reason) == (True, NOTHING_TO_READ)


def test_texts_are_read_alike_alone_and_together(chinese):
    texts = ["物流很快", "太差了" * 4000, "好"]
    together = chinese.probabilities(texts)
    assert np.array_equal(together, np.concatenate([chinese.probabilities([t]) for t in texts]))
    assert chinese.probabilities([]).shape == (0, 5)


def test_the_shipped_engine_is_small_and_names_its_sets(chinese):
    assert (SHIPPED / TASK / WEIGHTS).stat().st_size < LIMIT
    assert all(one["licence"] for one in chinese.card.training_data)
    assert all(one["ece"] <= 0.05 for one in chinese.card.metrics.values())
    assert chinese.languages == ("zh",)


def test_weights_come_back_as_they_were_saved_and_a_changed_byte_is_refused(chinese, tmp_path):
    few = replace(
        chinese.weights, keys=chinese.weights.keys[:9], weights=chinese.weights.weights[:9]
    )
    saved = save_chinese(replace(chinese, weights=few), tmp_path / "few")
    read = load_chinese(tmp_path / "few")
    assert read.card == saved.card
    assert read.weights.weights.tolist() == few.weights.tolist()
    content = bytearray((tmp_path / "few" / WEIGHTS).read_bytes())
    content[-1] ^= 1
    (tmp_path / "few" / WEIGHTS).write_bytes(content)
    with pytest.raises(RefusedWeightsError):
        load_chinese(tmp_path / "few")
    with pytest.raises(MissingWeightsError):
        load_chinese(tmp_path / "none")


def test_the_weights_of_another_model_are_refused(tmp_path):
    with pytest.raises(RefusedWeightsError, match="no Chinese head"):
        load_chinese(SHIPPED / "intent")
