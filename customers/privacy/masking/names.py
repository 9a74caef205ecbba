"""Names of persons: those that are known, and those that greetings and signatures tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from rapidfuzz.distance import Levenshtein

from customers.privacy.masking.folding import folded
from customers.privacy.masking.spans import Span

B, E = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"
HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
IS_HAN = re.compile(f"[{HAN}]")
LEAST_TYPO = 6  # letters of a name in which one wrong letter is looked for

TITLES = {"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "madam", "herr", "frau", "jr", "sr"}
PARTICLES = {
    *("de", "da", "di", "do", "du", "des", "del", "della", "der", "den", "van", "von", "zu", "la"),
    *("le", "el", "al", "bin", "ibn", "ben", "y", "e", "und", "and", "the", "of", "st", "san"),
}
# Names that are words as well: only with a capital.
ALSO_WORDS = {
    *("will", "may", "mark", "rose", "grace", "hope", "joy", "faith", "april", "june", "august"),
    *("summer", "dawn", "eve", "ivy", "lily", "daisy", "iris", "violet", "olive", "amber", "ruby"),
    *("pearl", "jade", "crystal", "star", "sky", "art", "bill", "bob", "chance", "chase", "cliff"),
    *("dale", "drew", "earl", "frank", "gene", "grant", "guy", "jack", "jay", "jean", "josh"),
    *("king", "lance", "max", "miles", "nick", "norm", "pat", "pierce", "ray", "reed", "rich"),
    *("rob", "rod", "rusty", "sandy", "sue", "trip", "wade", "ward", "young", "long", "short"),
    *("brown", "black", "white", "green", "gray", "grey", "small", "little", "smart", "best"),
    *("good", "love", "day", "weeks", "winter", "rice", "price", "page", "price", "baker", "cook"),
    *("carter", "mason", "miller", "potter", "taylor", "turner", "fisher", "hunter", "porter"),
    *("bush", "field", "hill", "lake", "marsh", "park", "stone", "wood", "woods", "rivers", "bell"),
    *("book", "case", "cash", "church", "cross", "early", "fox", "wolf", "bird", "fish", "gold"),
    *("silver", "hand", "head", "house", "major", "moon", "new", "north", "west", "power", "read"),
    *("sharp", "song", "speed", "street", "strong", "swift", "wall", "waters", "wells", "wise"),
    *("an", "in", "on", "so", "do", "he", "she", "me", "my", "no", "to", "us", "we", "be", "can"),
    *("her", "his", "the", "man", "son", "sun", "sing", "he", "long", "wang", "more", "van", "in"),
}
NOT_NAMES = {
    *("sir", "madam", "team", "support", "customer", "service", "services", "all", "everyone"),
    *("there", "shop", "store", "staff", "friend", "friends", "colleague", "colleagues", "hello"),
    *("again", "everybody", "folks", "guys", "seller", "manager", "help", "helpdesk", "thanks"),
    *("thank", "you", "please", "yours", "regards", "sent", "from", "my", "the", "i", "we", "to"),
    *("whom", "it", "concern", "returns", "sales", "sirs", "department", "desk", "care", "mr"),
    *("mrs", "ms", "dr", "miss", "in", "for", "and", "your", "order", "happy", "not", "very", "a"),
    *("so", "still", "now", "just", "really", "writing", "looking", "waiting", "english", "german"),
    *("french", "chinese", "email", "phone", "tel", "mobile", "address", "ps", "re", "fw", "fwd"),
}
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
    "庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜"
    "詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵张許陳楊趙黃劉吳鄭謝馬"
)
COMPOUND = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|夏侯|司徒|端木|南宫|长孙|宇文"
NOT_CHINESE_NAMES = re.compile("谢谢|多谢|感谢|请|您|你好|高兴|客服|不知道|任何|白色|黄色")
HONORIFICS = "先生|女士|小姐|太太|老师|经理|同学|阿姨|叔叔|大姐|大哥|师傅"

_WORD = r"[A-ZØŁÆ][A-Za-zßøæœłđ'’-]+"
_FURTHER = rf"[ ]+(?:(?:de|da|van|von|der|la|le|bin|al)\s)?(?:[A-Z]\.|{_WORD})"
_NAME = rf"(?:(?:[A-Z]\.\s?)*{_WORD}(?:{_FURTHER}){{0,3}})"
_TITLE = r"(?:(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Herr|Frau)\.?\s+)"
_CLOSING = (
    r"(?i:(?:with\s)?(?:kind|best|warm|kindest|many|warmest)?\s?(?:regards|wishes|greetings)|"
    r"(?:yours\s)?(?:sincerely|faithfully|truly)(?:\syours)?|cheers|thanks(?:\sagain|\sa\slot|"
    r"\sso\smuch|\sin\sadvance)?|thank\syou(?:\svery\smuch|\sin\sadvance|\sso\smuch)?|"
    r"best|respectfully|mit\sfreundlichen\sgr(?:u|ue)(?:ss|ß)en|cordialement|saludos)"
)
GUESSES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:^|[\n.!?,]\s{{0,3}}|{B})(?i:dear|hi|hello|hey|hallo|bonjour|hola|good\s+(?:morning|"
        rf"afternoon|evening))[ ,]+{_TITLE}?({_NAME})(?=\s{{0,3}}(?:[,!.:;\n-]|$))",
        rf"(?:^|[\n.!?]\s{{0,3}}){_CLOSING}\s{{0,3}}[,.!\n-]{{1,4}}\s{{0,3}}({_NAME})(?=\s*(?:[\n,.(|]|$))",
        rf"{B}(?i:my\s+(?:full\s+)?name\s+is|my\s+name's|name\s*:|signed|surname\s*:|recipient\s*:|"
        rf"(?:attn|attention)\s*:?|this\s+is|i\s+am\s+called|on\s+behalf\s+of|c/o|addressed\s+to|"
        rf"in\s+the\s+name\s+of|deliver(?:ed)?\s+to|ship(?:ped)?\s+to)\s+{_TITLE}?({_NAME})",
        rf"{B}{_TITLE}({_NAME})",
        rf"{B}(?:I am|I'm)\s+({_WORD}\s+{_WORD})(?=\s*[,.;!\n]|\s+(?:and|from|with)\b|\s*$)",
    )
)
_FAMILY = f"(?:{COMPOUND}|[{SURNAMES}])"
_FULL = f"{_FAMILY}[{HAN}]{{1,2}}"
_STOP = rf"(?=[\s,.，。！!；;：:、（(）)]|$|[的和是我请谢在，]|电话|手机|收|{HONORIFICS})"
GUESSES_CHINESE = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:我叫|我的名字(?:是|叫)|姓名(?:是|为)?|名字(?:是|叫)|收件人(?:是|为)?|收货人(?:是|为)?|联系人(?:是|为)?|"
        rf"寄件人(?:是|为)?|签收人(?:是|为)?|本人|署名|用户名)[:\s]*({_FAMILY}[{HAN}]{{1,2}}?){_STOP}",
        rf"(?:我叫|姓名|收件人|收货人|联系人|寄件人)(?:是|为)?[:\s]*([{HAN}]{{2,4}})(?=[\s,.，。；;、]|$)",
        rf"(?:我是|我系|这里是|你好|您好|亲爱的|尊敬的)[,，\s]*({_FULL})(?={HONORIFICS}|[\s,.，。！!：:]|$)",
        rf"({_FAMILY}[{HAN}]{{0,2}}?)(?:{HONORIFICS})",
        rf"(?:此致|敬礼|祝好|谢谢|顺祝商祺|盼复)[!.,。！，\s]{{0,5}}\n\s{{0,3}}({_FULL})(?=\s{{0,3}}(?:\n|$|\d))",
        rf"\n\s{{0,3}}({_FULL})\s{{0,3}}(?:\n|$)",
    )
)


class Names:
    """The names of some persons, as they may stand in a text."""

    def __init__(self, known: Iterable[str]) -> None:
        names = [folded(name).strip() for name in known]
        tokens = {part for name in names for part in _parts(name)}
        plain = {part for part in tokens if not IS_HAN.search(part)}
        patterns = [pattern for name in names for pattern in _whole(name)]
        patterns += [_part(part) for part in sorted(plain, key=len, reverse=True)]
        self._patterns = [re.compile(pattern) for pattern in patterns]
        self._typos = sorted(part.lower() for part in plain if len(part) >= LEAST_TYPO)

    def spans(self, text: str) -> Iterator[Span]:
        """Where they stand in a folded text: whole names, and then their parts."""
        for pattern in self._patterns:
            for found in pattern.finditer(text):
                yield Span(*found.span(), "NAME")
        if self._typos:
            yield from self._mistyped(text)

    def _mistyped(self, text: str) -> Iterator[Span]:
        """Words with a capital that differ from a name in one letter."""
        for found in re.finditer(rf"{B}[A-Z][A-Za-z]{{{LEAST_TYPO - 2},}}{E}", text):
            word = found[0].lower()
            if any(Levenshtein.distance(word, name, score_cutoff=1) <= 1 for name in self._typos):
                yield Span(*found.span(), "NAME")


def guessed_names(texts: Sequence[str]) -> list[str]:
    """Names that folded texts tell by a greeting, a signature, a title or "my name is"."""
    found: dict[str, None] = {}
    for text in texts:
        for pattern in (*GUESSES, *GUESSES_CHINESE):
            for guess in pattern.finditer(text):
                if name := _likely(guess[1]):
                    found[name] = None
    return list(found)


def _likely(name: str) -> str:
    """The name without words that begin sentences; "" where nothing of one is left."""
    if IS_HAN.search(name):
        return "" if NOT_CHINESE_NAMES.search(name) else name
    words = name.split()
    while words and words[0].lower().strip(".'") in NOT_NAMES:
        words = words[1:]
    for place, word in enumerate(words):
        if word.lower().strip(".'") in NOT_NAMES:
            words = words[:place]
            break
    return " ".join(words) if any(len(word.strip(".")) > 1 for word in words) else ""


def _parts(name: str) -> Iterator[str]:
    """The parts of a name that name a person by themselves."""
    if IS_HAN.search(name):
        return
    for part in re.split(r"[\s,]+", name):
        bare = part.strip(".'\"()")
        if len(bare) >= 2 and bare.lower() not in TITLES | PARTICLES and not bare.isdigit():
            yield bare
            yield from (half for half in bare.split("-") if "-" in bare and len(half) >= 3)


def _whole(name: str) -> Iterator[str]:
    """Patterns of a name as a whole, in any spacing and either order."""
    if IS_HAN.search(name):
        yield from _chinese(re.sub(r"[\s·・]", "", name))
        return
    words = [word for word in re.split(r"[\s,]+", name) if word.strip(".'\"()")]
    if len(words) < 2:
        return
    forwards = r"[\s,.\-_]*".join(_spelt(word) for word in words)
    yield f"(?i:{B}{forwards}{E})"
    first, last = _spelt(words[0]), _spelt(words[-1])
    yield rf"(?i:{B}{last}\s*,?\s*{first}{E})"
    yield rf"{B}{re.escape(words[0][0].upper())}\.?\s?(?i:{last}){E}"
    yield rf"{B}(?i:{first})\s+{re.escape(words[-1][0].upper())}\.?{E}"


def _chinese(name: str) -> Iterator[str]:
    """A Chinese name with blanks or without, the given name alone, and the surname's uses."""
    yield r"\s?".join(map(re.escape, name))
    compound = re.match(COMPOUND, name)
    family = compound[0] if compound else name[0]
    given = name[len(family) :]
    if len(given) >= 2:
        yield re.escape(given)
    yield rf"{re.escape(family)}(?=\s?(?:{HONORIFICS}|总|工))"
    yield rf"(?<![{HAN}])[小老阿]{re.escape(family)}(?![{HAN}])"


def _part(part: str) -> str:
    spelt = _spelt(part)
    if len(part) <= 2 or part.lower() in ALSO_WORDS:
        capital = _spelt(part[0].upper() + part[1:].lower())
        return f"{B}(?:{capital}|{_spelt(part.upper())}){E}"
    return f"(?i:{B}{spelt}{E})"


# Letters that are written as two where a keyboard lacks them; accents are folded away before.
TWO_LETTERS = {"a": "ae?", "o": "oe?", "u": "ue?", "ß": "(?:ss|ß)", "ø": "(?:oe?|ø)", "å": "aa?"}


def _spelt(word: str) -> str:
    """A pattern of a word, whichever way its special letters are written."""
    return "".join(TWO_LETTERS[letter] if letter in "ßøå" else re.escape(letter) for letter in word)
