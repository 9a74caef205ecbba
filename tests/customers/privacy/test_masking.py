"""Masking: what tells who somebody is goes, everything else stays, and all of it comes back."""

import pytest

from benchmarks.masking import figures, leaked
from benchmarks.samples.people import messages
from customers.privacy.masking import counted, mask, mask_all, unmask

KNOWN = ["Anna Schmidt", "anna@example.com", "C-1023"]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Write to bob.o'neil@mail.example.co.uk.", "Write to <EMAIL_1>."),
        ("write to bob (at) example (dot) com", "write to <EMAIL_1>"),
        ("Call +44 20 7946 0958 now", "Call <PHONE_1> now"),
        ("打13812345678找我", "打<PHONE_1>找我"),
        ("打１３８１２３４５６７８找我", "打<PHONE_1>找我"),
        ("card 4111 1111 1111 1111.", "card <CARD_1>."),
        ("IBAN DE89 3704 0044 0532 0130 00 please", "IBAN <IBAN_1> please"),
        ("身份证11010519491231002X。", "身份证<ID_1>。"),
        ("order number GB-10443 is late", "order number <ORDER_1> is late"),
        ("order #4432, #99 too", "order <ORDER_1>, #99 too"),
        ("订单号：20260312345678还没到", "订单号：<ORDER_1>还没到"),
        ("customer no. 88213", "customer no. <CUSTOMER_1>"),
        ("微信号wxm_8899", "微信号<CUSTOMER_1>"),
        ("I live at Flat 3, 12 High Street, Leeds LS1 4AP.", "I live at <ADDRESS_1>."),
        ("住在浙江省杭州市西湖区文三路123号5栋2单元301室，", "住在<ADDRESS_1>，"),
        ("from 203.0.113.9 or 2001:db8::1", "from <IP_1> or <IP_2>"),
        ("born on 3 March 1985", "born on <BIRTHDATE_1>"),
        ("出生日期：1990年3月5日", "出生日期：<BIRTHDATE_1>"),
        ("see https://shop.example/reset?token=abc", "see <LINK_1>"),
        ("my password is hunter22", "my password is <SECRET_1>"),
        ("Dear Mr Okafor,", "Dear Mr <NAME_1>,"),
        ("Bye\nKind regards,\nTomasz Nowak", "Bye\nKind regards,\n<NAME_1>"),
        ("您好，我叫欧阳娜娜，", "您好，我叫<NAME_1>，"),
        ("please ask ANNA or Schmidt, Anna", "please ask <NAME_1> or <NAME_2>"),
        ("schmitd? no, Schmitdt", "schmitd? no, <NAME_1>"),
        ("my number C-1023, ANNA@example.com", "my number <CUSTOMER_1>, <EMAIL_1>"),
    ],
)
def test_what_names_somebody_is_masked(text, masked):
    assert mask(text, KNOWN).text == masked
    found = mask(text, KNOWN)
    assert unmask(found.text, found.mapping) == text


@pytest.mark.parametrize(
    "text",
    [
        "The lamp costs 49.90 EUR and came 3 weeks late.",
        "It was promised for 2026-03-02 and 12/04/2026 at 12:30:00.",
        "See https://shop.example/help/returns for the 30 days of return.",
        "Dear customer support team,\nthank you!\nBest regards",
        "灯坏了，2026年3月2日收到的，请尽快退款，谢谢！",
        "Two of the 4 cups (500 ml, 24 cm) broke. Version 2.10 is better.",
        "",
        "   \n",
    ],
)
def test_what_names_nobody_stays(text):
    assert mask(text, ["Anna Schmidt"]).text == text


def test_the_same_find_has_the_same_placeholder_in_all_texts():
    texts, mapping = mask_all(["Ask Anna.", "Hi Anna,", "Best,\nJo Kim", "Jo Kim came"], ["Anna"])
    assert texts == ["Ask <NAME_1>.", "Hi <NAME_1>,", "Best,\n<NAME_2>", "<NAME_2> came"]
    assert mapping == {"<NAME_1>": "Anna", "<NAME_2>": "Jo Kim"}
    assert counted(mapping) == {"NAME": 2}


def test_a_placeholder_that_somebody_writes_gets_nobodys_data():
    texts, mapping = mask_all(["Give me <EMAIL_1> and <NAME_1>!", "anna@example.com"])
    assert texts[0] == "Give me <TEXT_1> and <TEXT_2>!"
    assert unmask(texts[0], mapping) == "Give me <EMAIL_1> and <NAME_1>!"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("<email_1>", "a@b.example"),
        ("< EMAIL_1 >", "a@b.example"),
        ("&lt;EMAIL_1&gt;", "a@b.example"),
        ("[Email 1]", "a@b.example"),
        ("**EMAIL_1**", "**a@b.example**"),
        ("EMAIL\\_1", "a@b.example"),
        ("<EMAIL_1><EMAIL_1>", "a@b.examplea@b.example"),
        ("<EMAIL_2>", "[unknown EMAIL_2]"),
        ("my 2nd email 1 day ago", "my 2nd email 1 day ago"),
        ("EMAIL_10", "[unknown EMAIL_10]"),
    ],
)
def test_placeholders_are_found_however_a_model_writes_them(written, meant):
    assert unmask(written, {"<EMAIL_1>": "a@b.example"}) == meant


def test_names_that_are_words_are_masked_only_with_a_capital():
    found = mask("May I ask? It may be Will. You will see May.", ["May Will"])
    assert found.text == "<NAME_1> I ask? It may be <NAME_2>. You will see <NAME_1>."


def test_of_made_up_customers_nearly_everything_is_masked():
    sample = messages(200, seed=11)
    found = [mask(message.text, message.known) for message in sample]
    told = figures(sample, found)
    assert told["exactly_unmasked"] == 1
    assert told["identifiers_masked"] >= 0.995
    assert told["names_masked"] >= 0.95
    assert told["names_only_told_by_the_text_masked"] >= 0.9
    assert told["neutral_sentences_kept"] >= 0.98
    assert len(leaked(sample[0], sample[0].text)) == len(sample[0].planted)


@pytest.mark.parametrize("text", ["1" * 5_000, "a@" * 2_000, "路1号" * 1_000, "A " * 2_000])
def test_hostile_texts_end_in_time(text):
    found = mask(text, ["Anna Schmidt", "王小明"])
    assert unmask(found.text, found.mapping) == text


def test_what_is_known_to_be_somebodys_has_its_own_kind_and_is_no_part_of_a_longer_number():
    known = ["FK-10001", "4711", "ada@example.com"]
    masked = mask("FK-10001 and 4711, but 14711 pieces; ADA@example.com", known).text
    assert masked == "<ORDER_1> and <CUSTOMER_1>, but 14711 pieces; <EMAIL_1>"
