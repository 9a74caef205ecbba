"""Texts are cut into passages at the ends of sentences."""

from itertools import pairwise

from customers.knowledge.cutting import MOST, cut, size_of


def test_passages_overlap_by_whole_sentences():
    text = " ".join(f"This is the sentence with the number {n} in it." for n in range(40))
    passages = cut([text])
    assert len(passages) > 1
    for one, two in pairwise(passages):
        assert two.split(".")[0] + "." in one
    assert all(size_of(one) <= MOST for one in passages)
    assert passages[-1].endswith("number 39 in it.")


def test_chinese_passages_have_at_most_300_characters():
    passages = cut(["这盏灯由橡木制成，可以调节亮度。" * 60])
    assert all(len(one) <= 330 for one in passages)
    assert len(passages) > 2


def test_a_sentence_without_end_is_cut_between_words():
    passages = cut(["word " * 1000])
    assert sum(len(one.split()) for one in passages) == 1000
    assert all(size_of(one) <= MOST for one in passages)


def test_nothing_gives_nothing():
    assert cut([]) == []
    assert cut(["", "  "]) == []
