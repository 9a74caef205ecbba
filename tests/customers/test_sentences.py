"""Reasons that engines and imports leave in English, told in the reader's language."""

import numpy as np
import pytest
from django.utils.translation import override

from customers.imports.errors import ImportProblem
from customers.imports.files import open_table
from customers.imports.formats import FORMATS
from customers.sentences import translated
from intelligence.analysis.sweep import KILLED
from intelligence.engines.contract import Card
from intelligence.engines.errors import WeightsError
from intelligence.engines.head_files import CARD as CARD_FILE
from intelligence.engines.head_files import SHIPPED, load_card, load_head, read_checked
from intelligence.engines.heads import Head, Parameters
from intelligence.engines.reading import NOTHING_TO_READ, _refusal
from intelligence.engines.segment import NO_ORDERS
from intelligence.engines.zero_shot import REASON
from intelligence.serving import SUPERSEDED
from intelligence.training.jobs import DIED, NOT_TRAINED, TOO_FEW

CARD = Card("intent", "intent", "", ("a", "b"), ("en", "zh"), "", "", "MIT", threshold=0.75)


def in_chinese(sentence):
    with override("zh-hans"):
        return translated(sentence)


def problem_of(call, *arguments):
    with pytest.raises(ImportProblem) as raised:
        call(*arguments)
    return str(raised.value)


def test_a_head_that_is_not_sure():
    none = np.zeros((0, 2), np.float32)
    head = Head(CARD, Parameters(("a", "b"), none, none, none, threshold=0.75))
    reason = head.prediction(np.array([0.62, 0.38])).reason
    assert in_chinese(reason) == "把握不足：概率 62%，至少需要 75%"


def test_a_head_that_knows_it_is_something_else():
    none = np.zeros((0, 2), np.float32)
    silence = "this does not look like any of the known intents"
    head = Head(CARD, Parameters(("a", "b"), none, none, none, silent=("b",)), silence)
    reason = head.prediction(np.array([0.1, 0.9])).reason
    assert in_chinese(reason) == "看起来不属于任何已知意图"


def test_a_text_in_another_language():
    assert in_chinese(_refusal(CARD.languages, "fr")) == "文本语言为 fr，该模型仅支持 en, zh"


def test_a_text_without_words_and_a_customer_without_orders():
    assert in_chinese(NOTHING_TO_READ) == "没有可分析的文字"
    assert in_chinese(NO_ORDERS) == "尚无订单"


def test_a_file_of_an_unknown_kind(tmp_path):
    said = in_chinese(problem_of(open_table, tmp_path / "a.doc"))
    assert said.startswith("a.doc：请使用以下扩展名的文件：.parquet, ")


def test_an_empty_file(tmp_path):
    path = tmp_path / "a.csv"
    path.touch()
    assert in_chinese(problem_of(open_table, path)) == "a.csv 是空文件。"


def test_a_file_that_lacks_columns():
    said = in_chinese(problem_of(FORMATS["customers"].check_columns, ["b", "a"]))
    needed = "external_id or id or email, name or first_name or last_name or email"
    assert said == f"customers 缺少列：{needed}；文件中的列：a, b。"


def test_an_intent_that_was_never_trained():
    assert in_chinese(REASON) == "依据与其描述的相似度，从未训练"


def test_a_row_whose_worker_died():
    assert in_chinese(KILLED.format(tries=3)).startswith("分析此记录的进程已意外中止 3 次")


def test_a_training_that_gave_no_model():
    assert in_chinese(DIED) == "训练进程意外中止，请重新发起训练"
    few = in_chinese(TOO_FEW.format(n=3, needed=10))
    assert few == "可学习的纠正有 3 条，训练至少需要 10 条"
    assert in_chinese(NOT_TRAINED.format(task="segment")) == "任务 segment 不从纠正中学习"


def refusal_of(call, *arguments):
    with pytest.raises(WeightsError) as raised:
        call(*arguments)
    return in_chinese(str(raised.value))


def test_a_model_that_cannot_serve(tmp_path):
    assert in_chinese(SUPERSEDED) == "已被该模型之后的变更取代"
    assert refusal_of(load_card, tmp_path) == f"{tmp_path} 中没有 card.json"
    other = refusal_of(load_head, SHIPPED / "intent", "f" * 64)
    assert other.endswith(
        "与当前编码器（ffffffffffff）不符：请用 `manage.py train intent` 重新训练"
    )
    damaged = tmp_path / "weights"
    damaged.touch()
    assert refusal_of(read_checked, damaged, "0" * 64).startswith(f"{damaged} 与其模型卡所述不符")


@pytest.mark.parametrize("folder", [path.parent for path in SHIPPED.glob(f"*/{CARD_FILE}")])
def test_what_a_model_that_ships_is_for(folder):
    card = load_card(folder)
    own = [one["name"] for one in card.training_data if one["name"].startswith("own ")]
    for sentence in (card.description, *own):
        assert in_chinese(sentence) != sentence


def test_in_english_and_when_unknown_a_sentence_stays_as_it_is():
    with override("en"):
        for sentence in (_refusal(CARD.languages, "fr"), NO_ORDERS, "a.csv is empty."):
            assert translated(sentence) == sentence
    assert in_chinese("OutOfMemoryError: 3 GiB") == "OutOfMemoryError: 3 GiB"
