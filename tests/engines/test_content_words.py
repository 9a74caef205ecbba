"""The words by which two texts are compared."""

from intelligence.engines.content_words import content_stems, content_words


def test_words_without_stop_words_and_pairs_of_characters():
    assert content_words("The Parcel to 伦敦店") == {"parcel": 1, "伦敦": 1, "敦店": 1}
    assert content_words("30 boxes, 30-box 茶 30") == {"30": 3, "boxes": 1, "box": 1, "茶": 1}


def test_traditional_characters_are_read_as_simplified():
    assert content_words("退貨") == content_words("退货")


def test_stems_leave_numbers_and_single_characters_out():
    assert content_stems("The knives and a Knife, 30boxes 茶 退货") == {"knif", "box", "退货"}
    assert content_stems("Don’t return it") == {"don", "return"}
