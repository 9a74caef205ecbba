"""Identifiers that can be told by their form or by the words before them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator

import phonenumbers

from customers.privacy.masking.checksums import is_chinese_identity, is_iban, is_luhn
from customers.privacy.masking.spans import Span

# Repeats are bounded, or begin at a boundary: a hostile text must not take seconds.
# Boundaries by ASCII: Chinese is written without blanks around numbers.
B, E = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"

# Where a number without its country is tried.
REGIONS = ("US", "GB", "DE", "FR", "CN", "HK", "TW", "ES", "IT", "NL", "AU", "IN", "BR", "JP")

_LATIN = r"[^\W\u2e80-\uffff]"
EMAIL = re.compile(
    r"[A-Za-z0-9_.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+"
)
EMAIL_UNICODE = re.compile(
    rf"(?:{_LATIN}|[.+-]){{1,64}}@(?:{_LATIN}|-){{1,63}}(?:\.(?:{_LATIN}|-){{1,63}})+"
)
EMAIL_IN_WORDS = re.compile(
    r"[\w.+-]{1,64}\s?(?:[(\[{]\s?at\s?[)\]}]|\sat\s)\s?[\w-]{1,63}"
    r"(?:\s?(?:[(\[{]\s?dot\s?[)\]}]|\sdot\s)\s?[\w-]{1,63})+",
    re.IGNORECASE | re.ASCII,
)
URL = re.compile(
    r"(?:https?|ftp)://[^\s<>\"'，。；！？、（）)\]}]+|www\.[^\s<>\"'，。；)\]}]+", re.I
)
TELLING_URL = re.compile(r"[?@=]|[A-Za-z0-9_-]{0,40}\d[A-Za-z0-9_-]{5,}|[A-Za-z0-9_-]{24,}")
IBAN = re.compile(rf"{B}[A-Z]{{2}}\d{{2}}(?:[ -]?[A-Z0-9]){{11,30}}", re.IGNORECASE)
CARD = re.compile(rf"{B}\d(?:[ -]?\d){{12,18}}{E}")
CHINESE_IDENTITY = re.compile(rf"{B}\d(?:[ -]?\d){{16}}[ -]?[\dXx]{E}")
SOCIAL_SECURITY = re.compile(rf"{B}\d{{3}}-\d{{2}}-\d{{4}}{E}")
CHINESE_MOBILE = re.compile(rf"{B}(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ -]?\d{{4}}[ -]?\d{{4}}{E}")
PHONE = re.compile(r"(?<![A-Za-z0-9.])(?:\+|00)?\(?\d[\d ().\-/]{5,20}\d(?![A-Za-z0-9])")
NUMBER = re.compile(r"\d(?:[ ./-]?\d){6,}")
IP4 = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]?\d)")
IP6 = re.compile(r"(?<![0-9A-Fa-f:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:%\w+)?(?![\w:])")
SECRET = re.compile(
    r"(?:password|passcode|passphrase|pwd|\bpin|\bcvv|\bcvc|\botp|密码|口令|验证码|"
    r"(?:verification|security|login|access) (?:code|token|key))\s*(?:is|was|=|:|是|为)\s*"
    r"([^\s，。；、]{3,})",
    re.IGNORECASE,
)
API_KEY = re.compile(rf"{B}(?:sk|pk|rk|ghp|gho|xox[abp]|AKIA)[-_]?[A-Za-z0-9_-]{{16,}}")
TRACKING = re.compile(
    rf"{B}(?:1Z[0-9A-Z]{{16}}|[A-Z]{{2}}\d{{9}}[A-Z]{{2}}|(?:SF|YT|JD|ZTO|JT)[A-Z]?\d{{10,}})"
    rf"{E}|#\s?[A-Z]{{0,4}}-?\d{{3,}}{E}|{B}[A-Z]{{2,5}}-\d{{5,}}{E}|{B}[A-Z]{{1,4}}\d{{6,}}{E}",
    re.IGNORECASE,
)
_CODE = r"((?=[A-Z0-9_/.-]*\d)[A-Z0-9](?:[A-Z0-9_/-]*[A-Z0-9])?)"
_NUMBERED = r"(?:\s*(?:no|nr|num|number|id|code|ref|reference|card)\b)"
_ORDER_WORDS = (
    r"orders?|invoice|booking|reference|ref|rma|return|ticket|case|claim|parcel|package|shipment|"
    r"consignment|tracking|delivery|receipt|transaction|payment|voucher|coupon|policy|serial|"
    r"warranty|purchase|confirmation|bestellung|bestellnummer|commande|pedido"
)
_CUSTOMER_WORDS = (
    r"customer|client|member(?:ship)?|account|loyalty|user(?:name)?|passport|licen[cs]e|"
    r"insurance|vat|tax|iban|sort code|kundennummer|kunden"
)
ORDER_NUMBERED = re.compile(
    rf"\b(?:{_ORDER_WORDS})(?:{_NUMBERED}+\.?|\s*(?=[#:]))\s*(?:is|was|[:=#-])?\s*#?\s*{_CODE}",
    re.IGNORECASE,
)
ORDER_BARE = re.compile(
    rf"\b(?:{_ORDER_WORDS})\s+((?=(?:[A-Z_/-]*\d){{4}})[A-Z0-9](?:[A-Z0-9_/-]*[A-Z0-9])?){E}",
    re.IGNORECASE,
)
CUSTOMER_NUMBERED = re.compile(
    rf"\b(?:{_CUSTOMER_WORDS})(?:{_NUMBERED}*\.?)\s*(?:is|was|[:=#-])?\s*#?\s*{_CODE}",
    re.IGNORECASE,
)
ORDER_CHINESE = re.compile(
    r"(?:订单|訂單|单号|单|运单|快递|物流|包裹|发票|退货|退款|售后|工单|交易|流水|取件码|兑换码|取货码)"
    r"(?:编?号码?|单号|编码|码)?(?:就?是|为|[:#\s])*([A-Za-z0-9][A-Za-z0-9_-]{3,})"
)
CUSTOMER_CHINESE = re.compile(
    r"(?:客户|会员|用户|账户|账号|帐号|卡号|护照|身份证|驾照|微信|支付宝|抖音|淘宝|QQ|qq|weixin|WeChat|wechat)"
    r"(?:编?号码?|卡号|账号|帐号|ID|id|名)?(?:就?是|为|[:#\s])*([A-Za-z0-9_][A-Za-z0-9_.@-]{3,})"
)


def identifiers(text: str) -> Iterator[Span]:
    """What a folded text has of them, the surest first."""
    yield from _all(SECRET, text, "SECRET", group=1)
    yield from _all(API_KEY, text, "SECRET")
    yield from _all(URL, text, "LINK", _is_telling)
    for pattern in (EMAIL, EMAIL_UNICODE, EMAIL_IN_WORDS):
        yield from _all(pattern, text, "EMAIL")
    yield from _ibans(text)
    yield from _all(CHINESE_IDENTITY, text, "ID", lambda found: is_chinese_identity(_bare(found)))
    yield from _all(CARD, text, "CARD", lambda found: is_luhn(_bare(found)))
    yield from _all(IP4, text, "IP", _is_ip)
    yield from _all(IP6, text, "IP", _is_ip)
    yield from _all(SOCIAL_SECURITY, text, "ID")


def numbers(text: str) -> Iterator[Span]:
    """Numbers of orders and customers, phone numbers, and any other long number."""
    yield from _all(TRACKING, text, "ORDER")
    yield from _all(ORDER_NUMBERED, text, "ORDER", group=1)
    yield from _all(ORDER_CHINESE, text, "ORDER", group=1)
    yield from _all(CUSTOMER_NUMBERED, text, "CUSTOMER", group=1)
    yield from _all(CUSTOMER_CHINESE, text, "CUSTOMER", group=1)
    yield from _all(ORDER_BARE, text, "ORDER", group=1)
    yield from _all(CHINESE_MOBILE, text, "PHONE")
    yield from _all(PHONE, text, "PHONE", _is_phone)
    yield from _all(NUMBER, text, "NUMBER")


def _all(
    pattern: re.Pattern[str],
    text: str,
    kind: str,
    holds: Callable[[str], bool] = lambda _found: True,
    *,
    group: int = 0,
) -> Iterator[Span]:
    for found in pattern.finditer(text):
        if holds(found[group]):
            yield Span(*found.span(group), kind)


def _ibans(text: str) -> Iterator[Span]:
    """The longest valid beginning of each candidate: words may follow without a stop."""
    for found in IBAN.finditer(text):
        for end in range(found.end(), found.start() + 14, -1):
            written = text[found.start() : end]
            if written[-1].isalnum() and is_iban(_bare(written)):
                yield Span(found.start(), end, "IBAN")
                break


def _bare(written: str) -> str:
    return written.replace(" ", "").replace("-", "").upper()


def _is_telling(url: str) -> bool:
    """Whether an address has more in it than a page of the shop: a token, a key, a person."""
    _scheme, _, rest = url.partition("://")
    return bool(TELLING_URL.search(rest or url))


def _is_ip(found: str) -> bool:
    try:
        ipaddress.ip_address(found)
    except ValueError:
        return False
    return found not in ("::", "0.0.0.0")  # noqa: S104  # read, not bound to


def _is_phone(found: str) -> bool:
    digits = sum(map(str.isdigit, found))
    if not 7 <= digits <= 15:
        return False
    return found.startswith(("+", "00")) or any(_is_valid(found, region) for region in REGIONS)


def _is_valid(found: str, region: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(found, region))
    except phonenumbers.NumberParseException:
        return False
