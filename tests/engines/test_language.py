import pytest

from intelligence.engines.language import language_of


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Where is my parcel? I have been waiting for a week.", "en"),
        ("refund please", "en"),
        ("Wo bleibt mein Paket? Ich warte schon seit einer Woche.", "de"),
        ("Où est mon colis ? J'attends depuis une semaine déjà.", "fr"),
        ("¿Dónde está mi pedido? Llevo una semana esperando la entrega.", "es"),
        ("我的订单什么时候发货？", "zh"),
        ("iPhone 手机壳什么时候到货", "zh"),
        ("注文した商品がまだ届きません", "ja"),
        ("주문한 상품이 아직 도착하지 않았어요", "ko"),
    ],
)
def test_the_language_of_a_message(text, code):
    assert language_of(text) == code


@pytest.mark.parametrize(
    "text",
    ["", "   ", "🙂🙂👍", "12345", "?!...", "https://shop.example/a", "a@b.example", "\ud83d"],
)
def test_what_holds_no_words_has_no_language(text):
    assert language_of(text) is None


def test_addresses_and_numbers_do_not_decide():
    text = "Bestellung 4711: https://shop.example/my-very-long-english-path-name-here ist nicht da"
    assert language_of(text) == "de"


def test_a_huge_text_is_judged_by_its_beginning():
    assert language_of("Wo ist mein Paket geblieben? " * 100 + "where " * 10_000_000) == "de"


def test_short_english_stays_english():
    messages = ["hi", "ok", "invoice", "Order 5521", "tracking?", "size M", "hello???", "thx"]
    assert [language_of(text) for text in messages] == ["en"] * 8
