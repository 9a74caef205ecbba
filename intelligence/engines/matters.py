"""What a sentence of a shop's rules is about: its matter, and whom and when it is true for.

"30 days" says nothing by itself: a return window, a refund and a warranty each have their
days, and the days of Europe are not those at home. A matter is told by its role words; what
narrows a rule (a country, a service, a season, a kind of customer) by qualifiers. Both are
small closed lists, in English and Chinese, because shops say these few things everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from re import Pattern


def _pattern(words: str) -> Pattern[str]:
    return re.compile(words, re.IGNORECASE)


# The order decides between two words at the same place: the narrower matter first.
ROLES: Mapping[str, Pattern[str]] = {
    "return_label": _pattern(r"return labels?|prepaid labels?|退货标签"),
    "return_postage": _pattern(
        r"return (?:postage|shipping|delivery|costs?)|postage of the return|returns? (?:is"
        r"|are) free"
        r"|free returns?|退货运费|退货邮费|寄回的?邮费"
    ),
    "refund": _pattern(
        r"refund\w*|money(?: is)? back|reimburse\w*|credited back|back on your card|退款|退钱|退还"
    ),
    "return": _pattern(
        r"\breturn(?:s|ed|ing|able)?\b|\bsen[dt](?:ing)? (?:\w+ ){0,2}back\b|change your mind"
        r"|\bbring (?:\w+ ){0,2}back\b|退货|退换|退回"
    ),
    "warranty": _pattern(r"\bwarrant\w+|\bguarantee[ds]?\b|保修|质保|保固"),
    "damage": _pattern(r"\bdamaged?\b|\bbreakages?\b|\bbroken\b|破损|破碎|损坏"),
    "opening": _pattern(
        r"\bopening hours\b|\bopen(?:s|ed)?\b|\bphone lines?\b|\btelephone\b|\bphone\b|\bchat\b"
        r"|\bring us\b|\bcall us\b|\breach us\b|营业|客服时间|电话|工作时间|在线客服"
    ),
    "dispatch": _pattern(
        r"\bdispatch\w*|\bleaves? us\b|\bsent out\b|\bships? (?:the )?same\b|\bships? within\b"
        r"|\bleaves? (?:our|the) warehouse\b|\bsame day\b|发货|寄出"
    ),
    "answer": _pattern(r"\banswer\w*|\brepl(?:y|ies)\b|\brespond\w*|\bresponse\b|回复|答复"),
    "wrapping": _pattern(r"\bgift.?wrap\w*|\bwrapping\b|礼品包装|包装费"),
    "hold": _pattern(r"\bparcel shops?\b|\bpick.?up point\b|\bheld for\b|自提|代收点"),
    "delivery": _pattern(
        r"\bdeliver(?:y|ed|ies|s|ing)?\b|\bshipping\b|\bshipped\b|\bships?\b|\bpostage\b"
        r"|\barriv\w+|配送|送达|运费|邮费|到货|包邮|送货"
    ),
    "cancel": _pattern(r"\bcancel\w*|取消"),
    "voucher": _pattern(
        r"\bvouchers?\b|\bcoupons?\b|\bgift cards?\b|\bdiscount\w*|\bper ?cent off\b|% off"
        r"|优惠券|购物券|礼品卡|折扣|优惠"
    ),
    "invoice": _pattern(r"\binvoices?\b|发票"),
    "payment": _pattern(r"\bpay(?:s|ments?|able|ing)?\b|\binstal\w+|付款|支付|分期"),
    "lock": _pattern(r"\blocked\b|锁定"),
    "password": _pattern(r"\bpasswords?\b|密码"),
    "personal_data": _pattern(r"\bdelete[ds]?\b|\bpersonal data\b|\byour data\b|删除|个人信息"),
    "spares": _pattern(r"\bspare parts?\b|\bspares\b|配件|备件"),
    "stock": _pattern(r"\bback in stock\b|\bsold out\b|\bout of stock\b|补货|缺货"),
    "minimum_order": _pattern(r"\bminimum order\b|\bsmallest order\b|最低订购|起订|最低消费"),
    "washing": _pattern(r"\bwash\w*|\blaunder\w*|水洗|洗涤|机洗|清洗"),
    "oven": _pattern(r"\bovens?\b|烤箱"),
    "brewing": _pattern(r"\bbrew\w*|\bsteep\w*|\binfus\w+|冲泡|浸泡"),
    "burning": _pattern(r"\bburn(?:s|ing)?\b|燃烧"),
    "descaling": _pattern(r"\bdescal\w*|除垢"),
    "charging": _pattern(r"\bcharg(?:e|ing) time\b|\bfull charge\b|\bbattery\b|充电|续航"),
    "capacity": _pattern(r"\bholds?\b|\bcapacity\b|容量"),
    "newsletter": _pattern(r"\bnewsletters?\b|订阅|邮件通讯"),
    "age": _pattern(r"\byears old\b|\baged?\b|岁"),
}  # fmt: skip

# Matters of one thing at a time: that a jug holds a litre says nothing about a bowl.
OF_THINGS = frozenset(
    ("washing", "oven", "brewing", "burning", "descaling", "charging", "capacity", "age", "stock")
)

QUALIFIERS: Mapping[str, Mapping[str, Pattern[str]]] = {
    "region": {
        "uk": _pattern(r"\bunited kingdom\b|\buk\b|\bbritain\b|\bengland\b|\bscotland\b|英国"),
        "eu": _pattern(
            r"\beurope\w*|\beu\b|\bireland\b|\bgermany\b|\bfrance\b|\bspain\b|\bitaly\b"
            r"|欧盟|欧洲|爱尔兰|德国|法国"
        ),
        "world": _pattern(
            r"\bworld\b|\belsewhere\b|\babroad\b|\binternational\w*|\boverseas\b"
            r"|\bother countries\b|\bunited states\b|\busa?\b(?-i:(?<=US|SA))|\bamerica\b"
            r"|\bcanada\b"
            r"|海外|国外|其他地区|国际|美国"
        ),
        "china": _pattern(r"\bchina\b|\bhong kong\b|中国|香港|内地|大陆"),
        "islands": _pattern(r"\bislands?\b|\bhighlands\b|岛|偏远"),
    },
    "channel": {
        "telephone": _pattern(r"\b(?:tele)?phones?\b|\bring us\b|\bcall us\b|电话"),
        "mail": _pattern(r"\be-?mails?\b|\bcontact form\b|邮件"),
        "chat": _pattern(r"\bchat\b|在线客服|聊天"),
        "shop": _pattern(r"\bstores?\b|\bshowroom\b|\bcafé\b|门店|展厅|实体店"),
        "warehouse": _pattern(r"\bwarehouse\b|\bcollection\b|仓库"),
    },
    "payment": {
        "card": _pattern(r"\bcards?\b(?!board)|信用卡"),
        "transfer": _pattern(r"\bbank transfer\b|银行转账|转账"),
        "paypal": _pattern(r"\bpaypal\b"),
    },
}
# Rules for the few: one that has such a word is an exception of the rule without it.
EXCEPTIONS: Mapping[str, Pattern[str]] = {
    "express": _pattern(r"\bexpress\b|\bnext.day\b|\bpriority\b|加急|特快|次日"),
    "christmas": _pattern(
        r"\bchristmas\b|\bnovember\b|\bdecember\b|\bfestive\b|圣诞|十一月|十二月|11月|12月"
    ),
    "new_year": _pattern(r"\bspring festival\b|\bchinese new year\b|春节"),
    "weekend": _pattern(r"\bsaturdays?\b|\bsundays?\b|\bweekends?\b|周六|周日|周末|星期六|星期日"),
    "sale": _pattern(r"\bsale items?\b|\bclearance\b|\bseconds\b|特价|清仓|打折"),
    "trade": _pattern(r"\btrade\b|\bwholesale\b|\bbusiness customers?\b|批发|企业客户"),
    "first_order": _pattern(r"\bfirst order\b|\bnew customers?\b|首单|新客"),
    "members": _pattern(r"\bmembers?\b|\bclub\b|\bloyalty\b|会员"),
    "students": _pattern(r"\bstudents?\b|学生"),
    "faulty": _pattern(r"\bfault\w*|\bdefect\w*|\bwrong (?:thing|item|one)\b|质量问题|发错"),
    "large": _pattern(
        r"\blarge (?:things|items|orders)\b|\bbulky\b|\bpallets?\b|\bfurniture\b"
        r"|大件"),
    "personalised": _pattern(r"\bengraved?\b|\bpersonali[sz]ed\b|\bmade to order\b|定制|定做|刻字"),
    "gift": _pattern(r"\bgift vouchers?\b|\bpresents?\b|\bgift cards?\b|礼物|礼品卡"),
    "lost": _pattern(r"\blost\b|\bmissing\b|丢失"),
    "bank": _pattern(r"\b(?:your )?bank\b|银行"),
    # after how long to ask about what did not come: no promise of when it comes
    "overdue": _pattern(
        r"\b(?:if|when|should|unless)\b[^.;]{0,40}?(?:\b(?:not|never)\b|n['’]t\b|\bunless\b)"
        r"[^.;]{0,20}\b(?:arriv\w+|come|turn(?:ed)? up|receiv\w+|reach\w*|got|heard|seen|there)\b"
        r"|(?:如果?|若|倘若|要是|超过)[^。；]{0,20}(?:仍|还|尚)?(?:未|没有?)(?:能?收到|到货?|送达|发货|寄出|退款|回复)"
    ),
    "preorder": _pattern(r"\bpre-?orders?\b|预售|预订"),
}  # fmt: skip
EVERYTHING = _pattern(
    r"\beverything\b|\ball (?:our |the )?(?:products|goods|things|items)\b|所有|全部"
)


def roles_in(text: str) -> list[tuple[int, int, str]]:
    """Start, end and name of each role word of a text, the narrower one where two overlap."""
    found: list[tuple[int, int, str]] = []
    for name, pattern in ROLES.items():
        for match in pattern.finditer(text):
            start, end = match.span()
            if not any(start < other[1] and other[0] < end for other in found):
                found.append((start, end, name))
    return sorted(found)


def qualifiers_in(text: str) -> dict[str, frozenset[str]]:
    """Which qualifiers of each dimension a text names; dimensions without any are left out."""
    found = {
        dimension: frozenset(name for name, pattern in names.items() if pattern.search(text))
        for dimension, names in QUALIFIERS.items()
    }
    return {dimension: names for dimension, names in found.items() if names}


def exceptions_in(text: str) -> frozenset[str]:
    """The exceptions that a text speaks of."""
    return frozenset(name for name, pattern in EXCEPTIONS.items() if pattern.search(text))
