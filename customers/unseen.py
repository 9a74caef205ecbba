"""Characters that nobody sees, and texts without them.

By such characters a text says something else to a machine than it shows to a reader, so they
are taken out wherever others' texts are shown, searched or read by a model. This is the one
table of them. (`intelligence.engines` imports no customers: a prompt is cleaned by this table
before it reaches an engine, and the engine's own check is by Unicode's categories alone.)
"""

from __future__ import annotations

import re

# Controls but tab and line feed, format characters (zero-width spaces and joiners, soft
# hyphens, marks and overrides of direction, tags), surrogates, private use: Unicode's
# categories Cc, Cf, Cs and Co. Beside them what only changes how others are drawn, or is drawn
# as nothing: joiners of graphemes, fillers of Hangul, inherent vowels of Khmer, variation
# selectors, and what is set aside for more of these.
UNSEEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f"
    "\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ud800-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000110bd"
    "\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
LINE_END = re.compile("\r\n?|[\u0085\u2028\u2029]")
SPACES = re.compile(r"[^\S\n]+")
BLANK_LINES = re.compile(r"\n\s*\n\s*")


def visible(text: str) -> str:
    """The text without the characters that nobody sees, its lines ended by line feeds."""
    return UNSEEN.sub("", LINE_END.sub("\n", text))


def tidy(text: str) -> str:
    """Visible characters, spaces single, at most one empty line in a row, ends trimmed."""
    return BLANK_LINES.sub("\n\n", SPACES.sub(" ", visible(text))).strip()
