"""Characters that nobody sees, widths that differ, letters that are repeated, runs of spaces."""

from __future__ import annotations

import re
import unicodedata

from fontTools.unicodedata import script

JOINER, NON_JOINER = "\u200d", "\u200c"
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb]"
)
TAGS = re.compile("(\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f)|[\U000e0000-\U000e007f]")
"""Characters of tags are part of some flags, and of nothing else."""

JOINERS = re.compile("[\u200c\u200d]+")
_JOINED_SCRIPTS = (
    "Adlm Arab Beng Deva Gujr Guru Khmr Knda Laoo Mand Mlym Mong Mymr Nkoo Orya Rohg Sinh Syrc "
    "Taml Telu Tibt"
)
JOINED_SCRIPTS = frozenset(_JOINED_SCRIPTS.split())
"""Scripts whose letters take other shapes beside a joiner."""

WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ＃＄％＆＊＋－／＜＝＞＠＼＾＿｀｜]|[\uff66-\uffdc]+")
"""Full-width letters, digits and signs, and half-width kana and Hangul; not the full-width
punctuation that Chinese and Japanese sentences are written with."""

REPEATED = re.compile(r"([^\W\d_])\1{3,}|([!?！？])\2{3,}")
TOKEN = re.compile(r"\S+")
SPACES = re.compile("[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
EMPTY_LINES = re.compile(r"\n{3,}")


def visible(text: str) -> str:
    """Leave out control, zero-width and direction characters; joiners stay where they do a job."""
    text = CONTROLS.sub("", LINE_ENDS.sub("\n", text))
    if text.isascii():
        return text
    text = TAGS.sub(lambda found: found[1] or "", INVISIBLE.sub("", text))
    return JOINERS.sub(lambda found: _joiner(text, found), text)


def _joiner(text: str, found: re.Match[str]) -> str:
    """Keep one joiner between letters of a script that has use for it, or inside an emoji."""
    if found.start() == 0 or found.end() == len(text):
        return ""
    before, after = text[found.start() - 1], text[found.end()]
    joiner = found[0][0]
    if script(before) in JOINED_SCRIPTS and script(after) in JOINED_SCRIPTS:
        return joiner
    emoji = _is_emoji(before) or before in "\ufe0f\u20e3" or unicodedata.category(before) == "Sk"
    return JOINER if JOINER in found[0] and emoji and _is_emoji(after) else ""


def _is_emoji(character: str) -> bool:
    return unicodedata.category(character) == "So"


def usual_width(text: str) -> str:
    """Write full-width letters, digits and signs, and half-width kana, in their usual width."""
    return WIDE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)


def without_repeats(text: str) -> str:
    """Shorten four or more of the same letter, `!` or `?` in a row to two.

    Three stay, as there are words with them. So do words with digits or of code (`#ffffff`,
    `0xffff`, `a_aaaa`), and four alone (`AAAA`).
    """
    return TOKEN.sub(_shortened, text) if REPEATED.search(text) else text


def _shortened(found: re.Match[str]) -> str:
    word = found[0]
    is_code = any(character.isdigit() or character in "#_=/@\\" for character in word)
    letters = [character for character in word if character.isalpha()]
    if is_code or (len(letters) == 4 and len(set(letters)) == 1):
        return word
    return REPEATED.sub(r"\1\1\2\2", word)


def even_spaces(text: str) -> str:
    """Put one space for each run of spaces, none at the ends of lines, one empty line at most."""
    lines = SPACES.sub(" ", text).split("\n")
    return EMPTY_LINES.sub("\n\n", "\n".join(line.strip(" ") for line in lines)).strip("\n")
