"""A sentence of an answer stays only when a passage supports it."""

from intelligence.engines.support import coverage, keep_supported, numbers_of, support_of

PASSAGE = (
    "You may return unused goods within 30 days of delivery. We do not refund the postage of"
    " returns. Orders over £50 are sent free of charge."
)


def test_a_sentence_that_stands_there_is_supported_word_for_word():
    (one,) = support_of("Orders over £50 are sent free of charge.", ["Hello.", PASSAGE])
    assert (one.passage, one.is_verbatim, one.coverage) == (1, True, 1.0)


def test_a_sentence_told_in_other_words_is_supported_by_the_words_that_count():
    (one,) = support_of("Unused goods can be returned: return within 30 days.", [PASSAGE])
    assert (one.passage, one.is_verbatim) == (0, False)
    assert one.coverage >= 0.6


def test_a_number_that_no_passage_holds_is_never_let_through():
    assert (
        keep_supported("You may return unused goods within 60 days of delivery.", [PASSAGE]) == ""
    )
    assert keep_supported("Orders over £500 are sent free of charge.", [PASSAGE]) == ""
    assert numbers_of("1,000 or 1000, 3.5 and １２") == {"1000", "3.5", "12"}


def test_a_denial_that_the_passage_does_not_hold_is_not_supported():
    affirming = "Orders over £50 are sent free of charge."
    assert (
        keep_supported("Orders over £50 are not sent free of charge to Norway.", [affirming]) == ""
    )


def test_part_of_a_word_is_not_the_word():
    assert keep_supported("Order 5", ["Order 50 is sent."]) == ""


def test_what_is_not_supported_goes_and_the_rest_stays_with_its_lines():
    answer = (
        "Orders over £50 are sent free of charge.\nOur manager will call you with a gift."
        " We do not refund the postage of returns."
    )
    assert keep_supported(answer, [PASSAGE]) == (
        "Orders over £50 are sent free of charge. We do not refund the postage of returns."
    )


def test_meaning_is_asked_for_where_words_alone_would_do():
    asked = []

    def far(sentence, passages):
        asked.append(sentence)
        return [0.1]

    text = "Unused goods: return within 30 days of delivery."
    assert keep_supported(text, [PASSAGE], far) == ""
    assert asked == [text]
    assert keep_supported(text, [PASSAGE], lambda *_: [0.9]) == text


def test_chinese_sentences_are_compared_by_pairs_of_characters():
    passage = "满五十英镑免运费。退货请在三十天以内寄回。"
    assert keep_supported("退货请在三十天以内寄回。", [passage]) == "退货请在三十天以内寄回。"
    assert keep_supported("退货请在六十天以内寄回。", [passage]) == ""


def test_without_passages_or_words_nothing_is_supported():
    assert keep_supported("It is free.", []) == ""
    assert keep_supported("", [PASSAGE]) == ""
    assert coverage("the of and", PASSAGE) == 0.0
