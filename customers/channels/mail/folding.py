"""What somebody wrote now, apart from the history and signature that stand below it.

Line by line and once: the kept libraries for it try patterns over the whole text (60 kB of
"On On On" took mail-parser-reply 84 seconds, and whoever writes to the shop chooses the text).
Nothing is lost: what is folded is kept beside the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LINE = 500  # characters of a line that are looked at
MOST_TRIED = 20  # lines that may introduce a quotation: each is tried against all below it
# Lines that stand before a quoted mail, in the languages of common programs; at most two lines
# are joined to find one.
WROTE = re.compile(
    r"^(?:On|Am|Le|El|Il|Op|Em|Den|På|W dniu|Dnia)\b.{5,300}"
    r"(?:wrote|writes|schrieb|a écrit|escribió|ha scritto|schreef|escreveu|skrev|napisał\(?a?\)?)"
    r".{0,40}[:：]$"
    r"|^.{2,200}(?:写道|寫道|写到)\s*[:：]$"
    r"|^(?:在|于).{4,200}(?:写道|寫道|写了)\s*[:：]?$"
    r"|^.{2,100}[<＜][^<>\s]{3,100}@[^<>\s]{3,100}[>＞].{0,60}"
    r"(?:wrote|schrieb|a écrit|写道)\s*[:：]$",
    re.IGNORECASE,
)
DIVIDER = re.compile(
    r"^\s*(?:-{2,}|_{5,}|={5,})\s*(?:Original Message|Forwarded message|Reply message|"
    r"Ursprüngliche Nachricht|Message d'origine|Mensaje original|原始邮件|原邮件|回复的原邮件|"
    r"转发邮件信息|Original)\s*(?:-{2,}|_{5,}|={5,})\s*$"
    r"|^_{20,}$|^\s*-{3,}\s*(?:Reply above this line|请在此行以上回复).*$",
    re.IGNORECASE,
)
FIELD = re.compile(
    r"^\s*\*?(?:From|Sent|Date|To|Cc|Subject|Von|Gesendet|An|Betreff|De|Envoyé|À|Objet|"
    r"发件人|发送时间|收件人|抄送|主题|日期)\s*\*?\s*[:：]\*?\s*\S",
    re.IGNORECASE,
)
FIELDS = 3  # lines in a row that make the head of a mail
SIGNATURE = re.compile(r"^--\s?$")
SENT_FROM = re.compile(
    r"^(?:Sent from (?:my |Mail for|Outlook)|Get Outlook for|Von meinem .{2,40} gesendet|"
    r"Envoyé de mon|发自我的|从我的.{1,20}发送)",
    re.IGNORECASE,
)


def folded(text: str) -> tuple[str, str]:
    """The new words and the rest. Where nothing new stands above a quotation (somebody answered
    between or below the lines), all of it is the text.
    """
    lines = text.split("\n")
    at = _beginning_of_rest(lines)
    said, rest = "\n".join(lines[:at]).strip(), "\n".join(lines[at:]).strip("\n")
    return (said, rest) if said else (text.strip(), "")


def _beginning_of_rest(lines: Sequence[str]) -> int:
    quoted, tried = _tail_of_quotes(lines), 0
    for at, line in enumerate(lines[:quoted]):
        if _begins_rest(lines, at, line[:LINE]):
            return at
        if tried < MOST_TRIED and _introduces(lines, at, line[:LINE]):
            tried += 1
            if _answers_nothing_below(lines, at):
                return at
    return quoted


def _begins_rest(lines: Sequence[str], at: int, line: str) -> bool:
    if SIGNATURE.match(line) or SENT_FROM.match(line) or DIVIDER.match(line):
        return True
    return _is_head(lines, at, line)


def _is_head(lines: Sequence[str], at: int, line: str) -> bool:
    if not FIELD.match(line):
        return False
    return all(FIELD.match(one[:LINE]) for one in lines[at : at + FIELDS]) and (
        len(lines) >= at + FIELDS
    )


def _introduces(lines: Sequence[str], at: int, line: str) -> bool:
    """Whether a line, or it with the next, says who wrote what follows."""
    if not line.strip() or line.startswith(">"):
        return False
    if WROTE.match(line.strip()):
        return True
    after = lines[at + 1][:LINE].strip() if at + 1 < len(lines) else ""
    return bool(after and after.endswith((":", "："))) and bool(
        WROTE.match(f"{line.strip()} {after}")
    )


def _answers_nothing_below(lines: Sequence[str], at: int) -> bool:
    """Whether what follows is quotation to the end, or is not quoted by signs at all: else
    somebody answers between the lines.
    """
    below = [line for line in lines[at + 1 :] if line.strip()]
    below = below[1:] if below and below[0].strip().endswith((":", "：")) else below
    signs = [line.startswith(">") for line in below]
    return not any(signs) or all(signs) or _is_quotes_then_signature(below, signs)


def _is_quotes_then_signature(below: Sequence[str], signs: Sequence[bool]) -> bool:
    first = signs.index(False) if False in signs else len(signs)
    rest = below[first:]
    return first > 0 and bool(rest) and bool(SIGNATURE.match(rest[0]) or SENT_FROM.match(rest[0]))


def _tail_of_quotes(lines: Sequence[str]) -> int:
    """Where the lines that are quoted by signs begin, when nothing else follows them."""
    at = len(lines)
    seen_quote = False
    while at and (lines[at - 1].startswith(">") or not lines[at - 1].strip()):
        seen_quote = seen_quote or lines[at - 1].startswith(">")
        at -= 1
    return at if seen_quote else len(lines)
