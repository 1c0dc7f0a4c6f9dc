"""What is compared: recommenders in spaces, the controls among them, each with what it is for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from polyrec.core.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NO_DEBIAS = {"use": "none"}
MEMBERS = ["hybrid", "rp3beta", "content"]
"""What is joined by those that join several."""


@dataclass(frozen=True)
class Contender:
    """A recommender and the space it gets.

    Attributes:
        what: one line for the reader of a table.
        recommender: its table, as in a plan.
        debias: table of the debias part, or None for that of the plan under test.
        view: the view whose texts it reads, or empty for the view under test.
        translates: whether texts are brought into the pivot language before they are encoded.
        only_by_name: whether it is left out unless it is named: it is slow, or needs an extra.
        ranker: table of what has the last word on the order, or None.
    """

    what: str
    recommender: Mapping[str, Any] = field(default_factory=dict)
    debias: Mapping[str, Any] | None = None
    view: str = ""
    translates: bool = False
    only_by_name: bool = False
    ranker: Mapping[str, Any] | None = None


CONTENDERS: dict[str, Contender] = {
    "popularity": Contender("what most people have", {"use": "popularity"}),
    "popularity-by-language": Contender(
        "what most people have in the history's languages",
        {"use": "popularity", "by": "language"},
        only_by_name=True,
    ),
    "latest": Contender("what came last", {"use": "latest"}, only_by_name=True),
    "section-only": Contender(
        "the history's categories: no text, no other people", {"use": "section-only"}
    ),
    "content-raw": Contender(
        "texts alone, in the encoder's raw space", {"use": "content"}, NO_DEBIAS
    ),
    "content": Contender("texts alone, language bias removed", {"use": "content"}),
    "interests": Contender(
        "texts alone, several interests per user", {"use": "interests"}, only_by_name=True
    ),
    "logistic": Contender(
        "texts alone, a regression per user", {"use": "logistic"}, only_by_name=True
    ),
    "item-knn": Contender("items that the same people have", {"use": "item-knn"}),
    "user-knn": Contender("what the most alike people have", {"use": "user-knn"}),
    "rp3beta": Contender(
        "a random walk over people and items, popular ones held back", {"use": "rp3beta"}
    ),
    "ease": Contender("what people do alone, blind to new items", {"use": "ease"}),
    "sparse-ease": Contender(
        "ease among few candidates, for large catalogs", {"use": "sparse-ease"}, only_by_name=True
    ),
    "pure-svd": Contender(
        "the strongest directions in what people do", {"use": "pure-svd"}, only_by_name=True
    ),
    "bpr": Contender(
        "factors by which choices stand before others", {"use": "bpr"}, only_by_name=True
    ),
    "two-tower": Contender(
        "two networks, of the history and of the item's text and id",
        {"use": "two-tower"},
        only_by_name=True,
    ),
    "sasrec": Contender(
        "a network that reads the history in order", {"use": "sasrec"}, only_by_name=True
    ),
    "neumf": Contender(
        "a network over who chose what, blind to new items", {"use": "neumf"}, only_by_name=True
    ),
    "als": Contender(
        "factors of people and items, from what people do alone (extra als)",
        {"use": "als"},
        only_by_name=True,
    ),
    "text-als": Contender(
        "the same, items held to what their texts say (extra als)",
        {"use": "text-als"},
        only_by_name=True,
    ),
    "hybrid-raw": Contender("hybrid in the raw space", {"use": "hybrid"}, NO_DEBIAS),
    "hybrid-raw-sharp": Contender(
        "hybrid in the raw space with a sharpness to suit it (a harder control)",
        {"use": "hybrid", "sharpness": 40.0},
        NO_DEBIAS,
    ),
    "hybrid": Contender("what people do and texts, language bias removed", {"use": "hybrid"}),
    "weighted": Contender(
        "hybrid, rp3beta and content, added up on one scale with chosen weights",
        {"use": "weighted", "recommenders": MEMBERS},
        only_by_name=True,
    ),
    "reciprocal-rank-fusion": Contender(
        "the same three, by their places alone",
        {"use": "reciprocal-rank-fusion", "recommenders": MEMBERS},
        only_by_name=True,
    ),
    "switching": Contender(
        "content for short histories, the hybrid for others",
        {"use": "switching", "recommenders": ["content", "hybrid"]},
        only_by_name=True,
    ),
    "learned-ranking": Contender(
        "boosted trees over what the same three propose (extra boost)",
        {"use": "learned-ranking", "recommenders": MEMBERS},
        only_by_name=True,
    ),
    "content-translated": Contender(
        "texts alone, translated before they are encoded", {"use": "content"}, translates=True
    ),
    "hybrid-translated": Contender(
        "hybrid, texts translated before they are encoded", {"use": "hybrid"}, translates=True
    ),
    "hybrid-en": Contender(
        "the oracle: hybrid with every item in English", {"use": "hybrid"}, view="en"
    ),
}


def chosen(names: Iterable[str] | None = None) -> dict[str, Contender]:
    """Give contenders by name, in the order of the table; None gives all but those `only_by_name`.

    Raises:
        UnknownNameError: there is no contender of the name.
    """
    usual = [name for name, each in CONTENDERS.items() if not each.only_by_name]
    wanted = usual if names is None else list(names)
    for name in wanted:
        if name not in CONTENDERS:
            raise UnknownNameError("model to compare", name, CONTENDERS)
    return {name: CONTENDERS[name] for name in CONTENDERS if name in wanted}
