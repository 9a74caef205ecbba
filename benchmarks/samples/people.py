"""Made-up customers with what tells who they are, and messages of theirs in English and Chinese.

Nobody of them exists: names are drawn from lists, numbers with their check digits from a
seeded generator. Each message says which characters of it must not leave the machine.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from customers.privacy.masking.checksums import IDENTITY_CHECKS, is_chinese_identity, is_luhn

FIRST = (  # noqa: SIM905  # easier to read
    "Amelia Oliver Siobhan Mohammed Priya Lars Zoë José Renée Björn Anaïs Giulia Piotr "
    "Katarzyna Yusuf Chidi Ngozi Aarav Mei Hiroshi Ivan Svetlana Thomas Charlotte William May "
    "Mark Rose Grace Joanna Peter Aleksander Fatima Omar Linh Nguyen Sofia Mateo Lucía Jürgen "
    "Françoise Wei Jo Ian Deirdre Tamsin Rhys Morag Callum Imogen Freya Bartholomew Ebony "
    "Marcus Tyrell Shaniqua Dmitri"
).split()
LAST = (  # noqa: SIM905  # easier to read
    "Smith Okafor O'Brien Müller García Kowalska Johansson Ng Li Patel Singh Dubois Rossi "
    "Novák Brown Young Baker Fitzgerald McDonald MacLeod Hernández Svensson Nakamura "
    "Abernathy Van-Dijk Schröder Peeters Costa Ferreira Haddad Rahman Chowdhury Adeyemi Mbeki "
    "Petrov Ivanova Weiß Thistlewood Pemberton Ashworth Featherstone Lindqvist Ó-Súilleabháin "
    "Krüger Moreau Bianchi"
).split()
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧欧阳司马逯麻"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建文辉力宇浩凯悦雪梅晨阳子轩梓涵雨桐欣怡"
STREETS = (  # noqa: SIM905  # easier to read
    "High Street|Station Road|Church Lane|Victoria Avenue|Mill Close|Kings Drive|"
    "Queensway Gardens|St. Mary's Road|Rosewood Crescent|Elm Grove|Park View|Old Quarry Way|"
    "Maple Boulevard"
).split("|")
TOWNS = (
    ("Leeds", "LS{d} {d}AB"), ("London", "SW{d}A {d}QT"), ("Bristol", "BS{d} {d}XD"),
    ("Springfield, IL", "{dddd}{d}"), ("Austin, TX", "{dddd}{d}"), ("Toronto", "M{d}B {d}K{d}"),
)  # fmt: skip
GERMAN_STREETS = ("Lindenstraße", "Bahnhofstr.", "Goethe-Platz", "Mühlenweg", "Hauptstrasse")
CHINESE_PLACES = (
    *("浙江省杭州市西湖区", "北京市朝阳区", "上海市浦东新区", "广东省深圳市南山区"),
    *("四川省成都市武侯区", "江苏省南京市鼓楼区", "湖北武汉洪山区", "厦门市思明区"),
)
CHINESE_ROADS = (
    "文三路",
    "建国路",
    "世纪大道",
    "科技园南路",
    "人民南路",
    "中山北路",
    "珞喻路",
    "湖滨西街",
)
DOMAINS = ("example.com", "mail.example.co.uk", "example.org", "post.example.de", "qq.example")
IBANS = (("DE", 18), ("GB", 0), ("FR", 23), ("NL", 0), ("ES", 20), ("IT", 0))


@dataclass(frozen=True, slots=True)
class Planted:
    """Characters of a message that tell who wrote it, and which kind they are."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a customer: what is `known` of them, and what was `planted` in it.

    Names among the planted are variants of the known one ("name") or of somebody that nobody
    named before ("guessed"). `neutral` is a sentence that names nobody and has to stay.
    """

    language: str
    text: str
    known: tuple[str, ...]
    planted: tuple[Planted, ...]
    neutral: str


def messages(count: int, seed: int = 20_260_302) -> list[Message]:
    """One message of each of `count` customers, every second in Chinese."""
    draw = random.Random(seed)  # a sample, and the same one each time
    return [(_chinese if number % 2 else _english)(draw) for number in range(count)]


class _Writer:
    """Collects the parts of a message with what was planted in them."""

    def __init__(self, draw: random.Random) -> None:
        self.draw, self.lines, self.planted = draw, list[str](), list[Planted]()
        self.neutral = ""

    def say(self, templates: str, *planted: tuple[str, str]) -> None:
        """One of the templates (parted by "|"), with what is planted in its places."""
        self.lines.append(self.draw.choice(templates.split("|")).format(*(p[1] for p in planted)))
        self.planted += [Planted(kind, text) for kind, text in planted]

    def say_neutral(self, sentences: str) -> None:
        """One of the sentences, which names nobody."""
        self.neutral = self.draw.choice(sentences.split("|"))
        self.lines.append(self.neutral)

    def message(self, language: str, known: str, joint: str) -> Message:
        """All that was said."""
        text = joint.join(self.lines)
        return Message(language, text, (known,), tuple(self.planted), self.neutral)


def _english(draw: random.Random) -> Message:
    first, last = draw.choice(FIRST), draw.choice(LAST)
    said, other = _Writer(draw), f"{draw.choice(FIRST)} {draw.choice(LAST)}"
    said.say("Hello,|Dear Sir or Madam,|Hi there,|Good morning,")
    if draw.random() < 0.4:
        said.lines[-1] = ""
        said.say("Dear {},|Hi {},|Dear Mr {},|Hello Mrs. {},", ("guessed", other.split()[1]))
    sentences = list(_ENGLISH)
    draw.shuffle(sentences)
    for sentence in sentences[: draw.randint(4, 7)]:
        templates, make = sentence
        said.say(templates, make(draw, first, last))
    said.say_neutral(
        "The lamp is 3 weeks late and I want a refund of 49.90 EUR.|"
        "Two of the four cups were broken.|"
        "It was promised for 2026-03-02 and has not come."
    )
    said.say("This is about {}.|{} asked me to write.|Signed, {}", _name(draw, first, last))
    said.say(
        "Kind regards,\n{}|Best wishes\n{}|Thanks,\n{}|Yours sincerely,\n{}",
        ("name", draw.choice((first, f"{first} {last}", f"{first[0]}. {last}"))),
    )
    return said.message("en", f"{first} {last}", draw.choice(("\n", "\n\n")))


def _chinese(draw: random.Random) -> Message:
    family = draw.choice([*SURNAMES[:-6], "欧阳", "司马"])
    given = "".join(draw.sample(GIVEN, draw.choice((1, 2, 2, 2))))
    said, other = _Writer(draw), draw.choice(SURNAMES[:30]) + "".join(draw.sample(GIVEN, 2))
    said.say("您好，|客服你好，|在吗？|")
    sentences = list(_CHINESE)
    draw.shuffle(sentences)
    for templates, make in sentences[: draw.randint(4, 7)]:
        said.say(templates, make(draw, family, given))
    said.say_neutral(
        "灯坏了，请尽快退款。|三个杯子碎了两个。|说好2026年3月2日到，还没收到。|质量不错但是太慢了。"
    )
    said.say("我叫{}，|我是{}，|{}的订单，", ("name", family + given))
    if draw.random() < 0.4:
        said.say("收件人：{}，|联系人是{}，|姓名：{}，|{}女士会签收。", ("guessed", other))
    said.say(
        "请回电，谢谢！{}|麻烦{}处理一下。",
        ("name", draw.choice((f"{family}先生", f"{family}女士", family + given))),
    )
    return said.message("zh", family + given, draw.choice(("", "", "\n")))


def _name(draw: random.Random, first: str, last: str) -> tuple[str, str]:
    """A way in which somebody is named."""
    ways = (
        f"{first} {last}", f"{last}, {first}", f"{first} {last}".upper(), f"{first[0]}. {last}",
        f"{first}  {last}", first, f"Mr {last}", f"{first} {last}".lower(),
    )  # fmt: skip
    chosen = draw.choice(ways)
    return "name", chosen.removeprefix("Mr ")


def _digits(draw: random.Random, count: int) -> str:
    return "".join(draw.choices("0123456789", k=count))


def _email(draw: random.Random, first: str, last: str) -> tuple[str, str]:
    plain = "".join(letter for letter in f"{first}.{last}".lower() if letter.isascii())
    plain = plain if len(plain) > 2 else f"u{_digits(draw, 6)}"
    local = draw.choice((plain, f"{plain}+shop", f"{plain[0]}_{_digits(draw, 3)}", plain.upper()))
    return "email", f"{local.replace(' ', '').replace(chr(39), '')}@{draw.choice(DOMAINS)}"


def _phone(draw: random.Random, *_: str) -> tuple[str, str]:
    d = _digits
    return "phone", draw.choice((
        f"+44 20 7{d(draw, 3)} {d(draw, 4)}", f"07{draw.choice('3457')}{d(draw, 2)} {d(draw, 6)}",
        f"(212) 5{d(draw, 2)}-{d(draw, 4)}", f"+49 171 {d(draw, 7)}", f"0049-30-{d(draw, 7)}",
        f"+1.415.5{d(draw, 2)}.{d(draw, 4)}", f"06 12 {d(draw, 2)} {d(draw, 2)} {d(draw, 2)}",
        f"020 7946 0{d(draw, 3)}",
    ))  # fmt: skip


def _mobile(draw: random.Random, *_: str) -> tuple[str, str]:
    number = f"1{draw.choice('3456789')}{_digits(draw, 9)}"
    groups = (number[:3], number[3:7], number[7:])
    return "phone", draw.choice((
        number, "-".join(groups), " ".join(groups),
        f"+86 {number}", f"0571-8{_digits(draw, 7)}", number.translate(_FULL_WIDTH),
    ))  # fmt: skip


_FULL_WIDTH = {ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)}


def _card(draw: random.Random, *_: str) -> tuple[str, str]:
    body = draw.choice(("4", "51", "37", "6222")) + _digits(draw, 14)
    body = body[:15]
    number = next(body + digit for digit in "0123456789" if is_luhn(body + digit))
    grouped = " ".join(number[at : at + 4] for at in range(0, 16, 4))
    return "card", draw.choice((number, grouped, grouped.replace(" ", "-")))


def _iban(draw: random.Random, *_: str) -> tuple[str, str]:
    country, length = draw.choice([pair for pair in IBANS if pair[1]])
    account = _digits(draw, length)
    rest = "".join(str(int(letter, 36)) for letter in f"{account}{country}00")
    number = f"{country}{98 - int(rest) % 97:02d}{account}"
    grouped = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    return "iban", draw.choice((number, grouped))


def _identity(draw: random.Random, *_: str) -> tuple[str, str]:
    region = draw.choice(("330106", "110105", "440305"))
    born = f"19{draw.randint(50, 99)}{draw.randint(1, 12):02d}{draw.randint(1, 28):02d}"
    body = f"{region}{born}{_digits(draw, 3)}"
    return "identity", next(body + c for c in IDENTITY_CHECKS if is_chinese_identity(body + c))


def _street(draw: random.Random, *_: str) -> tuple[str, str]:
    number = f"{draw.randint(1, 299)}{draw.choice(('', '', 'a', 'B'))}"
    if draw.random() < 0.25:
        return "address", f"{draw.choice(GERMAN_STREETS)} {number}"
    flat = draw.choice(("", "", f"Flat {draw.randint(1, 30)}, ", f"Apt {draw.randint(1, 30)}B, "))
    return "address", f"{flat}{number} {draw.choice(STREETS)}"


def _postcode(draw: random.Random, *_: str) -> tuple[str, str]:
    town, code = draw.choice(TOWNS)
    code = code.replace("{dddd}", "6" + _digits(draw, 3))
    while "{d}" in code:
        code = code.replace("{d}", draw.choice("123456789"), 1)
    state = town.rpartition(", ")[2] if "," in town else ""
    return "postcode", f"{state} {code}".strip()


def _home(draw: random.Random, *_: str) -> tuple[str, str]:
    house = f"{draw.choice(CHINESE_ROADS)}{draw.randint(1, 999)}号"
    block, stairs, storey = draw.randint(1, 20), draw.randint(1, 4), draw.randint(1, 30)
    high = f"{block}栋{stairs}单元{storey}0{draw.randint(1, 6)}室"
    flat = draw.choice((high, f"阳光花园{block}号楼{draw.randint(100, 2900)}", ""))
    return "address", f"{draw.choice(CHINESE_PLACES)}{house}{flat}"


def _order(draw: random.Random, *_: str) -> tuple[str, str]:
    return "order", draw.choice(
        (_digits(draw, 6), f"GB-{_digits(draw, 5)}", f"A{_digits(draw, 8)}")
    )


def _long_order(draw: random.Random, *_: str) -> tuple[str, str]:
    return "order", draw.choice(
        (f"2026{_digits(draw, 12)}", f"SF{_digits(draw, 12)}", _digits(draw, 8))
    )


def _customer(draw: random.Random, *_: str) -> tuple[str, str]:
    return "customer", draw.choice(
        (_digits(draw, 6), f"C-{_digits(draw, 5)}", f"VIP{_digits(draw, 4)}")
    )


def _born(draw: random.Random, *_: str) -> tuple[str, str]:
    day, month, year = draw.randint(1, 28), draw.randint(1, 12), draw.randint(1945, 2006)
    return "birthdate", draw.choice((
        f"{day:02d}/{month:02d}/{year}", f"{year}-{month:02d}-{day:02d}", f"{day} March {year}",
        f"{day}.{month}.{year}", f"October {day}, {year}",
    ))  # fmt: skip


def _born_chinese(draw: random.Random, *_: str) -> tuple[str, str]:
    day, month, year = draw.randint(1, 28), draw.randint(1, 12), draw.randint(1945, 2006)
    return "birthdate", draw.choice((f"{year}年{month}月{day}日", f"{year}-{month:02d}-{day:02d}"))


def _link(draw: random.Random, *_: str) -> tuple[str, str]:
    token = f"{draw.getrandbits(64):016x}"
    return "link", draw.choice((
        f"https://shop.example/reset?token={token}", f"https://shop.example/t/{token}",
        f"http://shop.example/orders/view?id={_digits(draw, 6)}&key={token}",
    ))  # fmt: skip


def _ip(draw: random.Random, *_: str) -> tuple[str, str]:
    four = ".".join(str(draw.randint(1, 250)) for _ in range(4))
    return "ip", draw.choice(
        (four, f"2001:db8:{draw.randint(1, 9999):x}::{draw.randint(1, 9999):x}")
    )


def _chat(draw: random.Random, *_: str) -> tuple[str, str]:
    return "account", draw.choice((f"wx_{_digits(draw, 6)}", _digits(draw, 9)))


Make = Callable[[random.Random, str, str], tuple[str, str]]
_ENGLISH: tuple[tuple[str, Make], ...] = (
    ("Write to me at {}.|My e-mail is {}|Please use {} instead.", _email),
    ("Call me on {} after six.|My number is {}.|Tel: {}", _phone),
    ("I paid with the card {}.|It was charged to {} twice.", _card),
    ("Refund it to {} please.|My IBAN is {}.", _iban),
    ("I live at {}.|Send it to {} please.|The courier went to {} instead.", _street),
    ("The postcode is {}.|We are in {}, as before.", _postcode),
    (
        "My order number is {}.|Order {} did not arrive.|#{}|"
        "It is about order no. {}, the blue lamp.",
        _order,
    ),
    ("My customer number is {}.|Customer ID: {}|I am member no. {} of yours.", _customer),
    ("I was born on {}.|Date of birth: {}|My birthday is {}, by the way.", _born),
    ("This link does not work: {}|I used {} and got an error.", _link),
    ("You blocked my address {}.|It says that {} is not allowed.", _ip),
)
_CHINESE: tuple[tuple[str, Make], ...] = (
    ("我的邮箱是{}，|请发到{}。|邮箱：{}；", _email),
    ("电话{}，|手机号是{}，|请打{}联系我。|我的手机：{}。", _mobile),
    ("我用{}付的款，|银行卡号{}，|卡号是{}。", _card),
    ("身份证号{}，|身份证：{}。", _identity),
    ("地址是{}，|请寄到{}。|收货地址：{}。", _home),
    ("订单号：{}，|我的订单{}还没到，|单号是{}。|运单号 {} ", _long_order),
    ("会员号{}，|我的客户编号是{}。", _customer),
    ("我生日是{}，|出生日期：{}。", _born_chinese),
    ("链接打不开：{} ，|我点了 {} 没反应。", _link),
    ("微信号{}，|加我QQ：{}。|我的微信是{}。", _chat),
)
