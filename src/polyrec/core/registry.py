"""The list of parts: a part is one file and one line here, or an entry point of another package.

A line names the class, and in brackets the extra that it needs. Other packages add parts by entry
points in the group `polyrec.<kind>`, such as `polyrec.encoder`.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import re
from dataclasses import fields
from functools import lru_cache
from typing import Any

from polyrec.core.component import check_settings, is_part, settings_of
from polyrec.core.errors import ConfigError, MissingExtraError, PolyrecError, UnknownNameError

PARTS: dict[str, dict[str, str]] = {
    "reader": {
        "csv": "polyrec.data.readers.csv:Csv",
        "tsv": "polyrec.data.readers.tsv:Tsv",
        "jsonl": "polyrec.data.readers.json_lines:JsonLines",
        "parquet": "polyrec.data.readers.parquet:Parquet",
        "frame": "polyrec.data.readers.frame:Frame",
    },
    "folder": {
        "polyrec": "polyrec.data.folders.own:Own",
        "recbole": "polyrec.data.folders.recbole:RecBole",
        "movielens": "polyrec.data.folders.movielens:MovieLens",
        "xmind": "polyrec.data.folders.xmind:XMind",
        "mind": "polyrec.data.folders.mind:Mind",
        "amazon-m2": "polyrec.data.folders.amazon_m2:AmazonM2",
        "amazon-reviews": "polyrec.data.folders.amazon_reviews:AmazonReviews",
        "book-crossing": "polyrec.data.folders.book_crossing:BookCrossing",
        "xmarket": "polyrec.data.folders.xmarket:XMarket",
    },
    "detector": {
        "py3langid": "polyrec.text.detect.py3langid:Py3langid",
        "lingua": "polyrec.text.detect.lingua:Lingua [detect]",
        "eldc": "polyrec.text.detect.eldc:Eldc [detect]",
        "second-opinion": "polyrec.text.detect.second_opinion:SecondOpinion [detect]",
    },
    "cleaner": {
        "standard": "polyrec.text.clean.standard:Standard",
    },
    "language-model": {
        "local": "polyrec.llm.local:Local [llm]",
        "http": "polyrec.llm.http:Http",
        "cached": "polyrec.llm.cached:Cached",
        "scripted": "polyrec.llm.scripted:Scripted",
    },
    "translator": {
        "apertium": "polyrec.translate.apertium:Apertium",
        "glossary": "polyrec.translate.glossary:Glossary",
        "marian": "polyrec.translate.marian:Marian [torch]",
        "libretranslate": "polyrec.translate.libretranslate:LibreTranslate",
        "deepl": "polyrec.translate.deepl:DeepL",
        "google": "polyrec.translate.google:Google",
        "baidu": "polyrec.translate.baidu:Baidu",
        "llm": "polyrec.translate.llm:Llm",
        "pivot": "polyrec.translate.pivot:Pivot",
        "fallback": "polyrec.translate.fallback:Fallback",
        "consensus": "polyrec.translate.consensus:Consensus",
        "repaired": "polyrec.translate.repaired:Repaired",
        "checked": "polyrec.translate.checked:Checked",
        "cached": "polyrec.translate.cached:Cached",
    },
    "quality": {
        "features": "polyrec.translate.features:Features",
        "back-translation": "polyrec.translate.back_translation:BackTranslation",
    },
    "augmenter": {
        "translation": "polyrec.augment.forward_translation:ForwardTranslation",
        "back-translation": "polyrec.augment.back_translation:BackTranslation",
        "synonyms": "polyrec.augment.synonyms:Synonyms [augment]",
        "language-mixing": "polyrec.augment.language_mixing:LanguageMixing [augment]",
    },
    "encoder": {
        "e5-small": "polyrec.encode.e5_small:E5Small",
        "sentence": "polyrec.encode.sentence:Sentence [torch]",
        "http": "polyrec.encode.http:Http",
        "tfidf": "polyrec.encode.tfidf:Tfidf",
        "word2vec": "polyrec.encode.word2vec:Word2Vec [word2vec]",
        "hashing": "polyrec.encode.hashing:Hashing",
        "cached": "polyrec.encode.cached:Cached",
    },
    "debias": {
        "language-mean": "polyrec.encode.language_mean:LanguageMean",
        "lir": "polyrec.encode.lir:Lir",
        "lsar": "polyrec.encode.lsar:Lsar",
        "from-file": "polyrec.encode.from_file:FromFile",
        "none": "polyrec.encode.no_debias:NoDebias",
    },
    "recommender": {
        "popularity": "polyrec.models.popularity:Popularity",
        "latest": "polyrec.models.latest:Latest",
        "section-only": "polyrec.models.section_only:SectionOnly",
        "content": "polyrec.models.content:Content",
        "logistic": "polyrec.models.logistic:Logistic",
        "interests": "polyrec.models.interests:Interests",
        "item-knn": "polyrec.models.item_knn:ItemKnn",
        "user-knn": "polyrec.models.user_knn:UserKnn",
        "rp3beta": "polyrec.models.rp3beta:Rp3Beta",
        "ease": "polyrec.models.ease:Ease",
        "sparse-ease": "polyrec.models.sparse_ease:SparseEase",
        "pure-svd": "polyrec.models.pure_svd:PureSvd",
        "bpr": "polyrec.models.bpr:Bpr",
        "als": "polyrec.models.als:Als [als]",
        "text-als": "polyrec.models.text_als:TextAls [als]",
        "two-tower": "polyrec.models.neural.two_tower:TwoTower [torch]",
        "sasrec": "polyrec.models.neural.sasrec:SasRec [torch]",
        "neumf": "polyrec.models.neural.neumf:NeuMf [torch]",
        "biased-mf": "polyrec.models.biased_mf:BiasedMf",
        "text-mf": "polyrec.models.text_mf:TextMf",
        "hybrid": "polyrec.models.hybrid:Hybrid",
        "weighted": "polyrec.models.weighted:Weighted",
        "reciprocal-rank-fusion": "polyrec.models.reciprocal_rank_fusion:ReciprocalRankFusion",
        "switching": "polyrec.models.switching:Switching",
        "recency": "polyrec.models.recency:Recency",
        "learned-ranking": "polyrec.models.learned_ranking:LearnedRanking [boost]",
    },
    "ranker": {
        "prefer-languages": "polyrec.rank.prefer_languages:PreferLanguages",
        "language-mix": "polyrec.rank.language_mix:LanguageMix",
        "diversity": "polyrec.rank.diversity:Diversity",
        "llm-rerank": "polyrec.rank.llm_rerank:LlmRerank",
        "one-per-work": "polyrec.rank.one_per_work:OnePerWork",
        "chain": "polyrec.rank.chain:Chain",
    },
}


@lru_cache(maxsize=1)
def parts() -> dict[str, dict[str, str]]:
    """List every part by kind and name, those of other installed packages included."""
    found = {kind: dict(lines) for kind, lines in PARTS.items()}
    for kind, lines in found.items():
        for point in importlib.metadata.entry_points(group=f"polyrec.{kind}"):
            lines.setdefault(point.name, point.value)
    return found


def part_class(kind: str, name: str) -> type[Any]:
    """Give the class of a part.

    Raises:
        UnknownNameError: no part of the kind has the name.
        MissingExtraError: the part's extra is not installed.
    """
    known = parts()
    if kind not in known:
        raise UnknownNameError("kind of part", kind, known)
    if name not in known[kind]:
        raise UnknownNameError(kind, name, known[kind])
    path, _, extra = known[kind][name].partition(" ")
    module, _, attribute = path.partition(":")
    try:
        found: type[Any] = getattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError as error:
        if not extra or (error.name or "").startswith("polyrec"):
            raise
        raise MissingExtraError(
            f"{kind} {name!r}", needs=str(error.name), remedy=f"pip install 'polyrec{extra}'"
        ) from error
    return found


def build(kind: str, table: Any) -> Any:
    """Make a part from its table in a plan: `use` names it, the other keys are its settings.

    A table inside the table is a part that this one holds, of the kind that the setting's type
    names (`Encoder`, `list[Translator]`); so are the tables of a list. A text alone is short for a
    table with nothing but `use`.

    Raises:
        ConfigError: the table has no `use`, or a setting cannot be used.
    """
    if isinstance(table, str):
        table = {"use": table}
    if not isinstance(table, dict) or not isinstance(table.get("use"), str):
        raise ConfigError(f"{kind} is {table!r}", hint=f"give a table with use = the {kind}'s name")
    name = table["use"]
    cls = part_class(kind, name)
    given = {key: value for key, value in table.items() if key != "use"}
    check_settings(kind, name, cls, given)
    held = held_kinds(cls)
    for key in given.keys() & held.keys():
        given[key] = _held(held[key], given[key])
    try:
        return cls(**given)
    except TypeError as error:
        raise ConfigError(f"{kind} {name!r}: {error}", hint="see polyrec parts") from error
    except PolyrecError as error:
        if repr(name) not in error.problem:  # a setting's name alone does not say whose it is
            error.problem = f"{kind} {name!r}: {error.problem}"
        raise


def _held(kind: str, value: Any) -> Any:
    if value is None or is_part(value):
        return value
    return [_held(kind, each) for each in value] if isinstance(value, list) else build(kind, value)


def held_kinds(cls: type) -> dict[str, str]:
    """Say which settings hold parts, and of which kind: `Encoder`, `list[Translator] | None`."""
    by_class = {"".join(w.capitalize() for w in each.split("-")): each for each in parts()}
    found = {}
    for each in fields(cls):
        named = [by_class[word] for word in re.findall(r"\w+", str(each.type)) if word in by_class]
        if named:
            found[each.name] = named[0]
    return found


def table_of(kind: str, part: Any) -> dict[str, Any]:
    """Write a part as the table that `build` makes it from."""
    table: dict[str, Any] = {"use": name_of(kind, part)}
    held = held_kinds(type(part))
    for key, value in settings_of(part).items():
        if value is None:
            continue
        if key in held:
            table[key] = _table_of_held(held[key], value)
        else:
            table[key] = value
    return table


def _table_of_held(kind: str, value: Any) -> Any:
    return [table_of(kind, v) for v in value] if isinstance(value, list) else table_of(kind, value)


def name_of(kind: str, part: Any) -> str:
    """Give the name under which a part's class is registered.

    Raises:
        ConfigError: it is not registered.
    """
    cls = type(part)
    for name, line in parts()[kind].items():
        attribute = line.partition(" ")[0].partition(":")[2]
        if attribute == cls.__qualname__ and part_class(kind, name) is cls:
            return name
    path = f"{cls.__module__}:{cls.__qualname__}"
    raise ConfigError(f"{path} is not a registered {kind}", hint="add its line to the registry")
