"""Names of topics: what their texts say and the others do not."""

from intelligence.engines.topic_names import Word, name_topics, terms_of, titles
from intelligence.engines.topics import NONE

PARCELS = ["Where is my late parcel?", "The late parcel never came", "A late parcel, again"]
KETTLES = ["The lid hinge snapped", "Lid hinge broke on day two", "A lid hinge that cracked"]


def terms(words):
    return [word.term for word in words]


def test_a_topic_is_named_by_what_its_texts_share_and_others_do_not():
    parcels, kettles = name_topics(PARCELS + KETTLES, [0, 0, 0, 1, 1, 1], 2)
    assert terms(parcels)[0] == "late parcel"
    assert terms(kettles)[0] == "lid hinge"
    assert titles([parcels, kettles]) == ["Late parcel", "Lid hinge"]


def test_stop_words_and_numbers_name_nothing():
    assert terms_of("Could you please tell me the FK-10293 of 2024?") == set()
    assert "order" in terms_of("Order 12345")


def test_no_pair_spans_two_sentences_or_a_stop_word():
    said = terms_of("The lid broke. Hinge of the kettle")
    assert "broke hinge" not in said
    assert "hinge kettle" not in said
    assert "lid broke" in said


def test_a_word_and_its_plural_are_said_once():
    texts = ["refund refunds", "refunds refund", "refund of refunds"]
    (words,) = name_topics(texts, [0, 0, 0], 1)
    assert len({word.term for word in words if word.term in ("refund", "refunds")}) == 1


def test_chinese_topics_are_named_by_runs_of_characters():
    texts = ["水壶的盖子断了", "盖子坏了怎么办", "快递太慢", "快递还没到"]
    lids, couriers = name_topics(texts, [0, 0, 1, 1], 2)
    assert "盖子" in terms(lids)
    assert "快递" in terms(couriers)
    assert all("的" not in word.term and "了" not in word.term for word in lids)


def test_traditional_characters_count_as_simplified_ones():
    assert terms_of("快遞") == terms_of("快递")


def test_texts_without_a_word_leave_a_topic_without_a_name():
    words = name_topics(["...", "123", ""], [0, 0, 0], 1)
    assert words == [()]
    assert titles(words) == [""]


def test_no_two_topics_have_the_same_name():
    said = (Word("parcel", 1.0), Word("late", 0.9), Word("courier", 0.8), Word("van", 0.7))
    assert titles([said, said]) == ["Parcel, late, courier", "Parcel, late, courier, van"]


def test_texts_of_no_topic_name_none():
    (words,) = name_topics(["lid hinge", "lid hinge", "parcel parcel"], [0, 0, NONE], 1)
    assert "parcel" not in " ".join(terms(words))
