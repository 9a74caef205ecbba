"""Yes-or-no statements of a shop's texts: "dishwasher safe" and "wash by hand" are one matter.

Each policy has a form that says yes and one that says no. What is found stands in its text
as a quantity does, so that both are compared in one way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from re import Pattern

from intelligence.engines.quantities import Quantity

NOT = r"(?:not|n't|never|cannot|no)"
YES, NO = 1.0, 0.0


def _both(yes: str, no: str) -> tuple[Pattern[str], Pattern[str]]:
    return re.compile(yes, re.IGNORECASE), re.compile(no, re.IGNORECASE)


# The form that says no is looked for first: it often holds the words of the other.
POLICIES: Mapping[str, tuple[Pattern[str], Pattern[str]]] = {
    "dishwasher": _both(
        r"\bdishwasher[- ](?:safe|proof)|\b(?:goes?|go|put|safe|washed?"
        r"|cleaned) (?:\w+ ){0,3}in (?:the|a)"
        r" dishwasher|\b(?:safe|fine|suitable) (?:in|for) (?:the|a) dishwasher"
        r"|可以?(?:放进|放入|用)洗碗机|洗碗机(?:可洗|清洗安全|适用)|可机洗餐具",
        rf"\b{NOT}\b[^.;]{{0,20}}\bdishwasher|\bdishwasher[^.;]{{0,12}}\b{NOT}\b"
        r"|\bwash(?:ed)?(?: \w+){0,2} by hand\b|\bhand[- ]wash(?: only)?|\bby hand only\b"
        r"|不(?:能|可以?|宜|要)(?:放进|放入|用)洗碗机|(?:只能|请|需要?)手洗|仅限手洗",
    ),
    "microwave": _both(
        r"\bmicrowave[- ](?:safe|proof)|\b(?:safe|fine|suitable) (?:in|for) the microwave"
        r"|\bgoes? in the microwave|可以?(?:放进|放入|用)微波炉|微波炉(?:可用|适用)",
        rf"\b{NOT}\b[^.;]{{0,20}}\bmicrowave|不(?:能|可以?|宜|要)(?:放进|放入|用)微波炉",
    ),
    "induction": _both(
        r"\b(?:works?|suitable|fine|use[ds]?) (?:\w+[ ,]+){0,4}induction\b|可用(?:于)?电磁炉"
        r"|适用电磁炉",
        rf"\b{NOT}\b[^.;]{{0,25}}\binduction|不(?:能|可以?|适)用(?:于)?电磁炉",
    ),
    "machine_wash": _both(
        r"\bmachine[- ]wash(?:able)?|\bwash(?:ed)? in the (?:washing )?machine|可以?机洗",
        rf"\b{NOT}\b[^.;]{{0,20}}(?:machine[- ]wash|in the (?:washing )?machine)|不(?:能|可以?"
        rf"|要)机洗",
    ),
    "return_free": _both(
        r"\breturns? (?:is|are|cost)\s*(?:always )?(?:free|nothing)|\bfree returns?\b"
        r"|\breturn (?:\w+ ){0,3}free of charge|\bwe pay (?:for )?the return|退货(?:运费"
        r"|邮费)?(?:全部)?免费|免费退货|退货(?:运费|邮费)由我们",
        r"\breturns? (?:is|are) not free|\breturn (?:postage|shipping) (?:is|must be"
        r"|has to be) (?:yours|paid by)"
        r"|\byou pay (?:for )?(?:the )?return|\bat your (?:own )?(?:expense|cost)"
        r"|退货(?:运费|邮费)由(?:您|买家|顾客|客户)",
    ),
    "returnable": _both(
        r"\b(?:can|may) (?:also )?be (?:returned|sent back)|(?:都|也)?可以退货?(?!款)",
        r"\b(?:cannot|can ?not|can't|may not|must not) be (?:returned|sent back)|\bnon-?returnable"
        r"|\bno returns\b|(?:不能|不可以?|不支持|无法)退货?(?!款)|概不退换",
    ),
    "instalments": _both(
        r"\b(?:pay|payment|offer|accept)\w* (?:\w+ ){0,2}(?:by |in )?instal\w+|(?:可以|支持)分期",
        rf"\b{NOT}\b[^.;]{{0,20}}\binstal\w+|(?:不|暂不|暂时不)(?:能|可以|支持)分期",
    ),
    "cash_on_delivery": _both(
        r"\b(?:pay|accept|offer)\w* (?:\w+ ){0,2}cash on delivery|(?:可以|支持)货到付款",
        rf"\b{NOT}\b[^.;]{{0,20}}cash on delivery|\bdriver cannot take money"
        r"|(?:不|暂不|暂时不)(?:能|可以|支持)(?:分期付款和)?货到付款",
    ),
    "abroad": _both(
        r"\bwe (?:also )?(?:ship|deliver|send) (?:\w+ ){0,2}(?:abroad|worldwide"
        r"|internationally|overseas)"
        r"|(?:可以|支持)(?:寄往|配送到?|发往)(?:海外|国外)",
        rf"\b{NOT}\b (?:ship|deliver|send) (?:\w+ ){{0,2}}(?:abroad|worldwide|internationally"
        rf"|overseas)"
        r"|\bdeliver within the uk only|不(?:能|支持)?(?:寄往|配送到?|发往)(?:海外|国外)",
    ),
    "vegan": _both(r"\b(?:is|are) vegan\b|纯素", r"\bnot (?:\w+ )?vegan\b|非纯素"),
    "included": _both(
        r"\bbatter(?:y|ies) (?:is|are)? ?included|\b(?:bulb|lid|stand|lead"
        r"|charger) (?:is )?included"
        r"|含电池|附带灯泡|含灯泡",
        r"\b(?:batter(?:y|ies)|bulb|lid|stand|lead|charger)[^.;]{0,12} not included"
        r"|\bwithout (?:a )?"
        r"(?:batter|bulb|lid|charger)|不含(?:电池|灯泡)",
    ),
    "exchange": _both(
        r"\bwe (?:are happy to |will |can )?exchange\b|\bcan be exchanged|可以换货",
        r"\bno exchanges?\b|\b(?:cannot|do not) (?:be )?exchanged?\b|不(?:能|可以?|支持)换货",
    ),
    "signature": _both(
        r"\bsignature is (?:needed|required)|\byou (?:must|have to) sign\b|需要签收",
        r"\bno signature\b|\bneed not sign\b|\bdo not (?:have|need) to sign\b|不(?:用|需要)签收",
    ),
}  # fmt: skip


def policies_in(text: str) -> Iterator[Quantity]:
    """All yes-or-no statements of a text, `YES` or `NO`; one a policy, the first that is no
    question.
    """
    for name, (yes, no) in POLICIES.items():
        denied = no.search(text)
        match = denied or yes.search(text)
        if match and text.rstrip()[-1:] not in ("?", "？"):
            value = NO if denied else YES
            yield Quantity("policy", name, value, value, *match.span())
