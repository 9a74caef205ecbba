"""Which questions are about the asker's own records, and which order is meant."""

import pytest

from customers.asking.facts.patterns import Fact, numbers_in, wish_of

OWN = {
    "Where is my order 1234?": Fact.WHERE,
    "where's my parcel": Fact.WHERE,
    "Has my order been sent?": Fact.WHERE,
    "my order hasn't arrived": Fact.WHERE,
    "What's the status of order FK-10001": Fact.WHERE,
    "我的订单10001在哪里？": Fact.WHERE,
    "我的包裹怎么还没到": Fact.WHERE,
    "when will my order arrive": Fact.ARRIVAL,
    "When will it arrive?": Fact.ARRIVAL,
    "订单10001什么时候到": Fact.ARRIVAL,
    "Did my return arrive?": Fact.RETURN,
    "Did you receive my return?": Fact.RETURN,
    "我的退货收到了吗": Fact.RETURN,
    "Have I been refunded for order 10001?": Fact.REFUND,
    "Has my refund been paid?": Fact.REFUND,
    "我的退款到账了吗": Fact.REFUND,
    "Is my order paid?": Fact.PAID,
    "我的订单付款了吗": Fact.PAID,
    "What did I pay?": Fact.AMOUNT,
    "How much was order FK-10001?": Fact.AMOUNT,
    "我上次付了多少钱？": Fact.AMOUNT,
    "When did I last order?": Fact.PLACED,
    "When was my last order?": Fact.PLACED,
    "我什么时候下的单": Fact.PLACED,
    "What did I order?": Fact.CONTENTS,
    "What is in my order": Fact.CONTENTS,
    "我买了什么": Fact.CONTENTS,
    "Where is Anna's order?": Fact.OTHERS,
    "Where's my wife's parcel?": Fact.OTHERS,
    "What did another customer's order cost?": Fact.OTHERS,
    "我朋友的订单在哪": Fact.OTHERS,
}
GENERAL = [
    "How long do refunds take?",
    "Can I cancel my order?",
    "How do I return my order?",
    "Where is the order form",
    "Where do I find my order number?",
    "How much does delivery cost?",
    "Can I get a refund?",
    "What is Fern's delivery time?",
    "Is my order gift wrapped?",
    "订单什么时候发货？",
    "退款需要多久？",
    "怎么退货？",
]


@pytest.mark.parametrize(("question", "fact"), OWN.items())
def test_a_question_about_own_records_is_known_by_its_pattern(question, fact):
    assert wish_of(question).fact == fact


@pytest.mark.parametrize("question", GENERAL)
def test_what_holds_for_everybody_is_left_to_the_help_centre(question):
    assert wish_of(question) is None


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("Where is my order 1234?", ("1234",)),
        ("Where is my order #FK-10001?", ("FK-10001",)),
        ("Where is 536365 and C536379", ("536365", "C536379")),
        ("我的订单10001在哪里", ("10001",)),
        ("订单号：FK-10001 到了吗", ("FK-10001",)),
        ("What did I pay in 2024?", ()),
        ("I paid £1200.50, where is my order?", ()),
        ("Where is my order of 12/03/2024?", ()),
        ("Where is my order 1234, order 1234?", ("1234",)),
    ],
)
def test_order_numbers_are_told_from_years_dates_and_money(question, numbers):
    assert numbers_in(question) == numbers
