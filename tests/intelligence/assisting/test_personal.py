"""What is another person's leaves a reply, and what is nobody's stays."""

import pytest

from intelligence.assisting.personal import KINDS, Details, Filling, impersonal, names_told

BLANKS = {kind: f"[{kind}?]" for kind in KINDS}
NOBODY = Details()


def cleaned(text, other=NOBODY, common=frozenset(), **own):
    return impersonal(text, other, Filling(BLANKS, own), common)


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("it cost £23.50, or 1,200 euros.", "it cost [amount?], or [amount?]."),
        ("it came on 3 March 2026.", "it came on [date?]."),
        ("it came on 2026-03-02 or 3/4/26.", "it came on [date?] or [date?]."),
        ("see you on Wednesday.", "see you on [date?]."),
        ("write to zeb@canary.example now", "write to [email?] now"),
        ("ring +44 20 7946 0958 now", "ring [phone?] now"),
        ("look at https://track.example/x?y=1 please", "look at [link?] please"),
        ("the code is JD-0092834.", "the code is [code?]."),
        ("order #123456 is here", "order [code?] is here"),
        ("at 14 Quagmire Lane, NW1 6XE", "at [address?]"),
        ("送到上海市浦东新区世纪大道100号了", "送[address?]了"),
        ("请王先生查收", "请[name?]先生查收"),
        ("已于3月5日发出，共25元。", "已于[date?]发出，共[amount?]。"),
    ],
)
def test_details_of_whatever_kind_are_taken_out(said, left):
    assert cleaned(said) == left


@pytest.mark.parametrize(
    "text",
    [
        "you have 30 days to send it back, and we pay the postage.",
        "turn it off for 10 minutes, then on again; that helps in 9 of 10 cases.",
        "退货期为30天，运费由我们承担。",
    ],
)
def test_what_holds_for_everybody_stays(text):
    assert cleaned(text) == text


def test_records_of_this_ticket_take_the_place_of_the_others():
    other = Details(names=("Zebulon Okonkwo",), orders=("FK-90001",), products=("Red Kettle",))
    text = "Thank you, Zebulon: your red kettle of FK-90001 is here."
    own = {"name": "Ada", "order": "FK-10001", "product": "Blue Mug"}
    assert cleaned(text, other, **own) == "Thank you, Ada: your Blue Mug of FK-10001 is here."


def test_neither_an_agent_nor_a_company_becomes_the_customer():
    other = Details(names=("Zebulon",), others=("Tom Thorne", "CanaryCorp"))
    text = "as Tom told Zebulon at CanaryCorp, it works."
    assert cleaned(text, other, name="Ada") == "as [person?] told Ada at [person?], it works."


def test_names_in_nobodys_records_are_taken_out_unless_many_replies_use_the_word():
    text = "we told your sister Quentina that our Help Centre knows."
    common = frozenset({"help", "centre"})
    assert cleaned(text, common=common) == (
        "we told your sister [person?] that our Help Centre knows."
    )


def test_a_name_that_the_other_told_is_taken_out_wherever_it_stands():
    told = names_told("My neighbour Quentina is in, and so am I.\nBest\nZeb")
    assert told == {"Quentina", "Zeb"}
    said = "Quentina will take it in. Zeb, it is on its way. The best is yet to come."
    assert impersonal(said, NOBODY, Filling(BLANKS), told=told) == (
        "[person?] will take it in. [person?], it is on its way. The best is yet to come."
    )


def test_greeting_and_signature_are_cut():
    text = "Dear Zebulon,\n\nit is on its way.\n\nBest wishes\nTom"
    assert cleaned(text) == "it is on its way."


def test_a_last_paragraph_that_says_something_stays():
    assert cleaned("It is here.\n\nShall we send it?") == "It is here.\n\nShall we send it?"


@pytest.mark.parametrize("disguise", ["ze-bulon okonkwo", "ZEBULON\u200b", "Z e b u l o n"])
def test_a_reply_that_still_names_the_other_is_of_no_use(disguise):
    other = Details(names=("Zebulon Okonkwo",))
    found = cleaned(f"we know {disguise} well.", other)
    assert found is None or "bulon" not in found.casefold()


def test_the_same_name_as_this_customers_is_no_leak():
    other = Details(names=("Ada Okonkwo",))
    assert cleaned("thank you, Ada.", other, name="Ada") == "thank you, Ada."
