"""What a shop must be able to rely on, whatever model ships: the hard kinds of texts."""

import pytest

from intelligence.engines.default import load_text_reader

GLAD = {"positive", "very_positive"}
UPSET = {"negative", "very_negative"}


@pytest.fixture(scope="module")
def feel():
    """The sentiment of one text, by the engine that ships."""
    reader = load_text_reader(threads=1)

    def read(text):
        return reader.read([text], [{"sentiment"}])[0].predictions["sentiment"]

    return read


@pytest.mark.parametrize(
    "text",
    [
        "This is not good at all.",
        "I do not like this lamp.",
        "I would not recommend it to anyone.",
        "Nothing about this kettle works well.",
        "It never worked properly.",
        "Neither the colour nor the size is right.",
    ],
)
def test_a_denied_praise_is_a_complaint(text, feel):
    assert feel(text).score < -0.2


@pytest.mark.parametrize(
    "text",
    [
        "Not bad at all, I am pleased with it.",
        "I have no complaints, everything arrived safely.",
        "You cannot go wrong with these cups.",
    ],
)
def test_a_denied_complaint_is_no_complaint(text, feel):
    assert feel(text).score > 0


@pytest.mark.parametrize(
    "text",
    [
        "Oh great, another week without my parcel. Well done.",
        "Wonderful, it broke on the first day. Just what I needed.",
        "Thanks for nothing, I waited at home all day for a courier who never came.",
        pytest.param(
            "Brilliant service: three e-mails and not one answer.",
            marks=pytest.mark.xfail(reason="praise first and the fact after it is missed"),
        ),
    ],
)
def test_of_sarcasm_at_least_nobody_is_told_that_the_customer_is_delighted(text, feel):
    """Its sign is often missed, and no more than this is promised."""
    felt = feel(text)
    assert not (felt.label == "very_positive" and felt.probability > 0.6)
    assert felt.score < 0.75


@pytest.mark.parametrize(
    "text",
    [
        "The fabric is lovely, but it took three weeks to arrive.",
        "Great colour, terrible fit.",
        "I like the design, however the handle broke after a month.",
    ],
)
def test_a_mixed_review_is_neither_end_of_the_scale(text, feel):
    assert -0.85 < feel(text).score < 0.85


@pytest.mark.parametrize(
    "text", ["", "   \n\t ", "!!!???", "12345 678", "😡😡😡", "❤️👍", "https://a.example/b"]
)
def test_texts_without_words_are_abstained_from_with_that_reason(text, feel):
    felt = feel(text)
    assert (felt.label, felt.abstained, felt.reason) == (None, True, "there are no words to read")
    assert felt.score is None


def test_ten_thousand_words_are_read(feel):
    felt = feel("The delivery was slow and the box was torn. " * 1112)
    assert felt.score < -0.2
    long_praise = feel("I am very happy with this lovely blanket. " * 1250)
    assert long_praise.score > 0.3


@pytest.mark.parametrize(
    ("text", "feelings"),
    [
        ("WHERE IS MY MONEY??? YOU ARE THIEVES!!!", UPSET),
        ("THIS IS THE WORST SHOP EVER!!!!!!", UPSET),
        ("I LOVE IT!!!! THANK YOU SO MUCH!!!", GLAD),
    ],
)
def test_shouting_is_understood(text, feelings, feel):
    assert feel(text).label in feelings


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Die Lieferung war leider viel zu spät und das Paket war beschädigt.", "de"),
        ("Je suis très déçu de ce produit, il ne fonctionne pas du tout.", "fr"),
        ("Очень плохое качество, верните деньги.", "ru"),
        ("品質がとても悪いです。返金してください。", "ja"),
        ("배송이 너무 늦었어요. 환불해 주세요.", "ko"),
    ],
)
def test_other_languages_are_abstained_from_with_that_reason(text, language, feel):
    felt = feel(text)
    assert felt.abstained
    assert felt.reason == f"written in '{language}'; this model reads en, zh only"
    assert felt.distribution == {}


@pytest.mark.parametrize(
    ("text", "feelings"),
    [
        ("质量太差了，再也不会买了！", UPSET),
        ("非常满意，送货也很快，谢谢！", GLAD),
        ("質量很好，非常滿意！", GLAD),
    ],
)
def test_chinese_is_read_by_its_own_engine(text, feelings, feel):
    felt = feel(text)
    assert felt.label in feelings
    assert felt.evidence
