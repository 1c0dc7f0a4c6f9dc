"""Which tools cut, stem and filter the words of which language: one table.

Words between spaces are found by the rules of Unicode (UAX 29), stems are Snowball's, stop words
those of stopwordsiso. Languages that write without spaces, and Korean, need a dictionary, which is
an extra. A language without a row is cut by rules alone, and its tools say that they are generic.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import langcodes

from polyrec.core.language import wide_tag

DICTIONARY_FORMS = "dictionary forms"


@dataclass(frozen=True)
class Tools:
    """What cuts the texts of one language.

    Attributes:
        language: the language; `und` where it has no row in the table.
        words: what finds the words: `spaces`, or the library that has a dictionary.
        stems: Snowball's algorithm, `dictionary forms` where the library gives them, or empty.
        stop_words: the code of the list of stopwordsiso, or empty.
        extra: the extra that must be installed, or empty.
        generic: whether nothing is known of the language: no stems, no stop words, and pairs of
            characters where its script has no spaces.
    """

    language: str
    words: str = "spaces"
    stems: str = ""
    stop_words: str = ""
    extra: str = ""
    generic: bool = False


GENERIC = Tools("und", generic=True)

# language, Snowball's algorithm, list of stopwordsiso
_WITH_SPACES = """
af -          af
ar arabic     ar
bg -          bg
bn -          bn
br -          br
ca catalan    ca
cs czech      cs
da danish     da
de german     de
el greek      el
en english    en
eo esperanto  eo
es spanish    es
et estonian   et
eu basque     eu
fa persian    fa
fi finnish    fi
fil -         tl
fr french     fr
ga irish      ga
gl -          gl
gu -          gu
ha -          ha
he -          he
hi hindi      hi
hr -          hr
hu hungarian  hu
hy armenian   hy
id indonesian id
it italian    it
ku -          ku
la -          la
lt lithuanian lt
lv -          lv
mr -          mr
ms -          ms
ne nepali     -
nl dutch      nl
no norwegian  no
pl polish     pl
pt portuguese pt
ro romanian   ro
ru russian    ru
sk -          sk
sl -          sl
so -          so
sr serbian    -
st sesotho    st
sv swedish    sv
sw -          sw
ta tamil      -
tr turkish    tr
uk -          uk
ur -          ur
vi -          vi
yi yiddish    -
yo -          yo
zu -          zu
"""


_ALIKE = {"nb": "no", "nn": "no"}


def _rows() -> dict[str, Tools]:
    found = {
        "ja": Tools("ja", "sudachipy", DICTIONARY_FORMS, "ja", "japanese"),
        "ko": Tools("ko", "kiwipiepy", DICTIONARY_FORMS, "ko", "korean"),
        "th": Tools("th", "pythainlp", "", "th", "thai"),
        "zh": Tools("zh", "rjieba", "", "zh", "chinese"),
    }
    for line in _WITH_SPACES.strip().split("\n"):
        language, stems, listed = line.split()
        found[language] = Tools(language, stems=stems.strip("-"), stop_words=listed.strip("-"))
    return dict(sorted(found.items()))


TOOLS = _rows()
"""The table, by language."""


@lru_cache(maxsize=4096)
def tools_for(language: str) -> Tools:
    """Give the tools for a language tag: `zh-Hant-TW` gets those of `zh`, `nb` those of `no`.

    Raises:
        LanguageError: it is not a tag.
    """
    alone = langcodes.Language.get(wide_tag(language)).language or "und"
    return TOOLS.get(_ALIKE.get(alone, alone), GENERIC)
