"""Which questions are about the asker's own records: closed patterns, English and Chinese.

A pattern must name something of the asker's ("my order", "order 1234", "我的订单"): questions
about what holds for everybody ("how long do refunds take?") are left to the help centre.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Fact(StrEnum):
    """What is asked of a record."""

    OTHERS = "others"  # somebody else's order
    REFUND = "refund"
    RETURN = "return"
    AMOUNT = "amount"
    PAID = "paid"
    ARRIVAL = "arrival"
    PLACED = "placed"
    CONTENTS = "contents"
    WHERE = "where"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked: the fact, the numbers of the orders that are named, and whether it is
    the latest order that is meant.
    """

    fact: Fact
    numbers: tuple[str, ...] = ()
    is_latest: bool = False


OWN = r"(?:my|our)"
THING = r"(?:orders?|parcels?|packages?|delivery|deliveries|shipments?|purchases?)"
# "order form" and the like are no orders
NO_PAPER = r"(?!['’]?\s+(?:form|confirmation|number|history|page|invoice|status page|label)\b)"
RECENT = r"(?:(?:last|latest|most recent|recent|previous|newest)\s+)?"
# "my last order", "the order 1234", "order #1234"
MINE = (
    rf"(?:{OWN}\s+{RECENT}{THING}\b{NO_PAPER}|"
    rf"(?:the\s+)?{THING}\s+(?:no\.?\s*|number\s+)?#?[\w-]*\d)"
)
DONE = r"(?:\s+(?:been|already|yet|now|just|finally))*"

RELATIVE = (
    "(?:customer|wife|husband|friend|mother|mum|father|dad|sister|brother|neighbou?r|colleague|"
    "partner|son|daughter|boss|somebody|someone|user)"
)

ENGLISH: dict[Fact, tuple[str, ...]] = {
    Fact.OTHERS: (
        r"\b(?!(?:what|where|who|when|how|it|that|there|today|let)['’]s)"
        rf"(?:(?-i:[A-Z]\w+)|{RELATIVE})"
        r"['’]s?\s+(?:(?:last|latest|recent)\s+)?(?:order|parcel|package|refund|return)\b",
        rf"\b(?:an)?other (?:customer|person|user|buyer|people)s?['’]?s?\s+{THING}",
        rf"\b{THING} (?:of|from|by|for) (?:(?:an)?other \w+|my {RELATIVE}|"
        r"(?-i:[A-Z][a-z]+ [A-Z][a-z]+))",
    ),
    Fact.REFUND: (
        rf"\bwhere(?:['’]?s| is)\s+{OWN}\s+(?:refund|money)\b",
        rf"\b(?:has|have|did|was|were|is|are|am)\s+"
        rf"(?:{MINE}|i|you|we|it|{OWN}\s+(?:return|refund|money))"
        rf"{DONE}[^?.]{{0,30}}\b(?:refund(?:ed)?|paid back|money back)\b",
        rf"\b(?:has|have|did|was|is)\s+{OWN}\s+refund\b",
        rf"\bstatus of {OWN} refund\b",
    ),
    Fact.RETURN: (
        rf"\b(?:has|have|did|was|were|is|are)\s+{OWN}\s+return(?:s|ed\s+\w+)?\b[^?.]{{0,30}}\b"
        r"(?:arriv\w*|receiv\w*|process\w*|reach\w*|got|get|registered|there|back|in)\b",
        rf"\b(?:did|have) you\s+(?:get|got|received?|had)\s+(?:{OWN}\s+return\w*|"
        r"what i (?:sent|returned)|(?:the\s+)?(?:things?|goods|items?|stuff|parcel|package)\s+"
        r"(?:that\s+|which\s+)?(?:i|we)\s+(?:have\s+)?(?:sent|returned|posted))",
        rf"\bwhere(?:['’]?s| is| are)\s+{OWN}\s+returns?\b(?!\s+(?:label|form|slip))",
        rf"\bstatus of {OWN} returns?\b",
    ),
    Fact.PAID: (
        rf"\b(?:is|was|has|have|are|were)\s+{MINE}{DONE}[^?.]{{0,20}}\bpaid\b(?! back)",
        rf"\b(?:did|has|have|was|is)\s+{OWN}\s+(?:payment|money|bank transfer|card)"
        r"\b[^?.]{0,30}\b"
        r"(?:go|gone|went|arriv\w*|receiv\w*|accepted|charged|through|come|came|complete\w*)\b",
        rf"\b(?:have|did) i{DONE}\s+(?:paid|pay)\b(?!\s+(?:too|for shipping))",
    ),
    Fact.AMOUNT: (
        r"\b(?:what|how much) (?:did|have) (?:i|we)\s+(?:\w+\s+)?(?:pay|paid|spend|spent)\b",
        rf"\bhow much (?:was|is|did|were)\s+{MINE}",
        r"\b(?:what|how much) (?:was|is|were) the\s+(?:\w+\s+)?(?:total|price|sum|"
        r"amount|cost|value)\s+"
        rf"(?:of|for)\s+{MINE}",
        rf"\b(?:total|price|amount|cost|value) of {MINE}",
        rf"\bwhat did {MINE}[^?.]{{0,20}}\bcost\b",
    ),
    Fact.ARRIVAL: (
        r"\bwhen (?:will|does|do|should|is|are|can i expect|could i expect|would)\s+"
        rf"(?:{MINE}|it|they)\b"
        r"[^?.]{0,40}\b(?:arriv\w*|come|coming|be here|deliver\w*|get here|due|expected|reach)\b",
        rf"\bwhen (?:will|can|do|should) i\s+(?:get|receive|have|expect)\s+{MINE}",
        rf"\bhow long (?:until|till|before|will it take (?:for|until))\s+{MINE}",
    ),
    Fact.PLACED: (
        r"\bwhen (?:did|have) (?:i|we)\s+(?:last\s+|first\s+)?(?:order|buy|bought|"
        r"place|purchase)\w*\b",
        rf"\bwhen was\s+{MINE}",
        rf"\b(?:date|day) of {MINE}",
        rf"\b(?:what|which) (?:date|day) (?:did i|was)\b[^?.]{{0,20}}\b{THING}\b",
        r"\b(?:what|which) (?:date|day) did (?:i|we)\b[^?.]{0,10}\b(?:order|buy|purchase)\b",
    ),
    Fact.CONTENTS: (
        r"\b(?:what|which (?:\w+ )?(?:products?|items?|things?|articles?)) (?:did|"
        r"have|had) (?:i|we)\s+"
        r"(?:last\s+|just\s+)?(?:order|buy|bought|purchase|get)\w*\b",
        rf"\bwhat(?:['’]?s| is| was| were) (?:in|inside)\s+{MINE}",
        rf"\b(?:contents|items) (?:of|in) {MINE}",
    ),
    Fact.WHERE: (
        rf"\bwhere(?:['’]?s|\s+is|\s+are|\s+has)?\s+(?:on earth |the hell )?{MINE}",
        rf"\b(?:status|whereabouts)\s+(?:of|for|on)\s+{MINE}",
        rf"\b{OWN}\s+order status\b",
        rf"\btrack\s+{MINE}",
        rf"\b(?:has|have|did|was|were|is|are)\s+{MINE}{DONE}[^?.]{{0,20}}\b(?:ship\w*|"
        r"sent|dispatched|"
        r"deliver\w*|left|arriv\w*|on (?:its|the) way|posted|packed|cancel\w*|lost)\b",
        rf"\b{OWN}\s+{RECENT}{THING}\b[^?.]{{0,20}}\b(?:has|have|did)(?:n['’]?t| not)"
        r"\b[^?.]{0,15}\b"
        r"(?:arriv\w*|come|been delivered|turned up|shipped)\b",
    ),
}  # fmt: skip

NUMBER_ZH = r"(?:订单|单号|订单号|编号)\s*[:：#]?\s*\w*-?\d{3,}"
OWN_ZH = rf"(?:我|俺|咱|本人|{NUMBER_ZH})"
THING_ZH = r"(?:订单|包裹|快递|快件|货物?|东西|单子)"

CHINESE: dict[Fact, tuple[str, ...]] = {
    Fact.OTHERS: (
        r"(?:别人|他人|其他人|其他客户|别的客户|我(?:朋友|妈妈?|爸爸?|老婆|老公|同事|邻居))的?"
        rf"{THING_ZH}",
    ),
    Fact.REFUND: (
        rf"{OWN_ZH}.{{0,15}}(?:退款|退钱).{{0,12}}(?:了吗|了没|到账|在哪|到了|好了|"
        r"没有\s*[?？]|没收到)",
        rf"退款.{{0,8}}到账.{{0,4}}(?:了吗|了没).*{OWN_ZH}",
    ),
    Fact.RETURN: (
        rf"{OWN_ZH}.{{0,10}}(?:退货|退的货|退回的?|寄回的?).{{0,15}}(?:收到|到了|签收|到没|在哪)",
        rf"(?:收到|签收).{{0,5}}{OWN_ZH}.{{0,6}}退",
    ),
    Fact.PAID: (rf"{OWN_ZH}.{{0,15}}(?:付款|支付|付钱|付过|付).{{0,6}}(?:了吗|了没|成功|过吗)",),
    Fact.AMOUNT: (
        rf"{OWN_ZH}.{{0,15}}(?:付|花|用).{{0,3}}多少",
        rf"{OWN_ZH}.{{0,15}}(?:多少钱|总价|总额|金额|总共多少)",
    ),
    Fact.ARRIVAL: (
        rf"{OWN_ZH}.{{0,15}}(?:什么时候|何时|几时|多久|哪天|几天|啥时候).{{0,8}}(?:到|送)",
        r"(?:什么时候|何时|几时|多久|哪天|啥时候).{0,8}(?:收到|送到|到)"
        rf".{{0,6}}{OWN_ZH}.{{0,10}}{THING_ZH}",
    ),
    Fact.PLACED: (
        rf"{OWN_ZH}.{{0,12}}(?:什么时候|何时|哪天|几号|哪一天).{{0,6}}(?:下的?单|订的?|"
        r"买的?|订购|购买)",
    ),
    Fact.CONTENTS: (
        rf"{OWN_ZH}.{{0,12}}(?:买|订|订购|购买)(?:了|过|的是|的)?(?:些|了些)?(?:什么|哪些|啥)",
        rf"{OWN_ZH}.{{0,12}}(?:里面?|中)(?:有|都有|是)(?:什么|哪些|啥)",
    ),
    Fact.WHERE: (
        rf"{OWN_ZH}.{{0,12}}(?:在哪|到哪|哪里|哪儿|状态|物流|怎么样了|怎么还没|"
        r"还没(?:有)?(?:到|收到|发)|"
        r"发货了?(?:吗|没)|发了(?:吗|没)|寄出|送到了(?:吗|没)|到了(?:吗|没))",
    ),
}  # fmt: skip

PATTERNS: dict[Fact, tuple[re.Pattern[str], ...]] = {
    fact: tuple(
        re.compile(pattern, re.IGNORECASE)
        for pattern in (*ENGLISH.get(fact, ()), *CHINESE.get(fact, ()))
    )
    for fact in Fact
}
LATEST = re.compile(
    r"\b(?:last|latest|newest|most recent|recently)\b|最近|上一?次|最后|最新|上个", re.IGNORECASE
)


def wish_of(question: str) -> Wish | None:
    """What the question asks of the asker's records; None when it is about something else."""
    for fact, patterns in PATTERNS.items():
        if any(pattern.search(question) for pattern in patterns):
            return Wish(fact, numbers_in(question), bool(LATEST.search(question)))
    return None


NUMBER = re.compile(
    r"(?P<money>[£€$¥￥]\s?)?(?<![\w.,/-])"
    r"#?(?P<number>[A-Za-z]{0,4}-?\d{3,12}[A-Za-z]?)(?![\w/]|[.,-]\d)"
    r"|(?<=[\u3400-\u9fff#:：])(?P<beside>[A-Za-z]{0,4}-?\d{3,12}[A-Za-z]?)(?![A-Za-z0-9])"
    r"|(?<![A-Za-z0-9])(?P<before>[A-Za-z]{0,4}-?\d{3,12}[A-Za-z]?)(?=[\u3400-\u9fff])"
)
NAMED = re.compile(
    r"(?:orders?|parcels?|packages?|purchases?|returns?|number|no\.?|nr\.?|#|订单号?|"
    r"单号|编号|包裹|退货)"
    r"[\s:：#（(是为]*$",
    re.IGNORECASE,
)
YEAR_DIGITS, SURE_DIGITS = 4, 5


def numbers_in(question: str) -> tuple[str, ...]:
    """The order numbers that are named, in order: what follows a word for an order, begins
    with letters, or has five digits. Sums of money and years are none.
    """
    found = []
    for match in NUMBER.finditer(question):
        if match["money"]:
            continue
        number = match["number"] or match["beside"] or match["before"]
        before = question[: match.start(match.lastgroup or 0)]
        digits = sum(character.isdigit() for character in number)
        is_named = NAMED.search(before) or "#" in match[0]
        if is_named or digits >= SURE_DIGITS or number[0].isalpha():
            found.append(number)
    return tuple(dict.fromkeys(found))
