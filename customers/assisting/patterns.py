"""Forms that dates, e-mail addresses and postal addresses have in customers' texts."""

from __future__ import annotations

import re

MONTHS = (
    "Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    "Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?"
)
DATE = re.compile(
    r"\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{MONTHS})\b\.?(?:,? \d{{4}})?"
    rf"|\b(?:{MONTHS}) \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? \d{{4}})?"
    r"|(?:\d{2,4}\s?年\s?)?\d{1,2}\s?月\s?\d{1,2}\s?[日号]"
    r"|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?\b|(?:下?周|下?星期|礼拜)[一二三四五六日天]"
)
EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
STREET = (
    "Street|St|Road|Rd|Lane|Ln|Avenue|Ave|Drive|Dr|Close|Court|Ct|Way|Square|Terrace|Place|Crescent"
)
ADDRESS = re.compile(
    rf"\b(?:Flat \w+,? )?\d+[a-zA-Z]?,? (?:[A-Z][\w'’-]+ ){{1,4}}(?:{STREET})\b\.?"
    r"|\b[A-ZÄÖÜ][\wäöüß-]*(?:straße|strasse|weg|platz|allee) \d+[a-z]?\b"
    r"|(?:[㐀-鿿]{2,9}(?:省|市|区|县|镇))+[㐀-鿿\d]{0,12}(?:路|街|道|巷|弄)\s?\d*\s?[号弄]?(?:\s?\d+\s?[栋室楼单元号]+)*"
    r"|[㐀-鿿]{2,6}(?:路|街|大道|巷)\s?\d+\s?号(?:\s?\d+\s?[栋室楼单元号]+)*"
)
POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")
