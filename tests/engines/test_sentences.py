import pytest

from intelligence.engines.sentences import clauses_of, sentence_ends, sentences_of


def sentences(text):
    return [text[start:end] for start, end in sentences_of(text)]


def clauses(text):
    return [text[start:end] for start, end in clauses_of(text, (0, len(text)))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It came late. The box was open!", ["It came late.", "The box was open!"]),
        ("It cost 3.50 pounds, see shop.co.uk", ["It cost 3.50 pounds, see shop.co.uk"]),
        ("物流很快。质量不错！", ["物流很快。", "质量不错！"]),
        ("Love it 😍😍 will buy again", ["Love it 😍😍", "will buy again"]),
        ('"Great." she said', ['"Great."', "she said"]),
        ("one\n\n  two", ["one", "two"]),
        ("-----\nok", ["ok"]),
        ("😀 😀", []),
        ("", []),
    ],
)
def test_sentences_end_where_customers_end_them(text, found):
    assert sentences(text) == found


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("Delivery was slow, but the price is great", ["Delivery was slow,", "the price is great"]),
        ("I love the fabric, the sleeves are long", ["I love the fabric", "the sleeves are long"]),
        ("Great fabric, colour and fit", ["Great fabric, colour and fit"]),
        ("物流很快，质量不错，就是价格贵", ["物流很快", "质量不错，", "价格贵"]),
        ("Butter dish", ["Butter dish"]),
    ],
)
def test_a_clause_is_what_one_opinion_fits_into(sentence, found):
    assert clauses(sentence) == found


def test_sentences_end_behind_their_stops():
    assert sentence_ends('3.5 km. "No!" 好。还行\n\nend') == [7, 13, 16, 20]


def test_a_long_text_without_an_end_is_cut_quickly():
    assert len(sentences_of("word, " * 100_000)) == 1
    assert len(clauses_of("a b c, " * 20_000, (0, 140_000))) == 20_000
