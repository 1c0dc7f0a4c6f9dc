"""A fitted pipeline: what `polyrec.fit` and `polyrec.load` give."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from polyrec.core.component import fresh
from polyrec.core.counted import counted
from polyrec.core.errors import DataError
from polyrec.core.types import Query, Training
from polyrec.pipeline import artifact
from polyrec.pipeline.everyone import write_everyone
from polyrec.pipeline.learned import Learned, kept
from polyrec.pipeline.plan import Plan
from polyrec.pipeline.preparation import tagged
from polyrec.pipeline.profile import profile_of
from polyrec.pipeline.service import Service
from polyrec.pipeline.wish.ask import ask

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from polyrec.core.types import Floats, LanguageMode, Suggestion
    from polyrec.data.catalog import Catalog
    from polyrec.data.dataset import Dataset
    from polyrec.llm.language_model import LanguageModel
    from polyrec.pipeline.explanation import Explanation
    from polyrec.pipeline.profile import Profile
    from polyrec.pipeline.wish.wish import Asked, Wish


UNCHOSEN = 0.2
"""From this share of items that nobody chose on, `fit` asks which of them are new."""


class Fitted:
    """Answers by users, items and texts, and keeps what it knows.

    Attributes:
        learned: what it knows.
        service: answers single requests.
        notes: what became of the texts when it was fitted: languages found, texts translated.
    """

    def __init__(self, learned: Learned, notes: tuple[str, ...] = ()) -> None:
        self.learned = learned
        self.notes = notes
        self.service = Service(learned)

    def __repr__(self) -> str:
        data, view = self.learned.trained_on
        users = counted(len(self.learned.users), "user")
        items = counted(len(self.learned.catalog), "item")
        recommender = type(self.learned.plan.recommender).__name__
        return f"<Fitted {recommender} on {data} ({view}): {users}, {items}>"

    def recommend(
        self,
        user_ids: Sequence[str],
        *,
        k: int = 10,
        languages: Sequence[str] = (),
        language_mode: LanguageMode = "any",
        category: str | None = None,
    ) -> pl.DataFrame:
        """Recommend to users of the training data, or to anybody by popularity.

        Args:
            user_ids: the users; one that is not known gets what is popular, and `mode` says so.
            k: length of the lists.
            languages: wished languages as BCP 47 tags, most wished first.
            language_mode: `any`, `prefer` or `only`.
            category: leave out other categories.

        Returns:
            A polars frame: user_id, item_id, rank, score, language, text, reason, mode.

        Raises:
            ConfigError: k or the language mode cannot be used.
            DataError: ids or languages are a text, or no item has the category.
            LanguageError: a language is not a tag.
        """
        users, wished = _listed("user_ids", user_ids), _listed("languages", languages)
        wish = Query(k=k, languages=wished, language_mode=language_mode, category=category)
        queries = [replace(wish, user_id=user) for user in users]
        return _frame(users, self.service.recommend_many(queries))

    def recommend_everyone(self, file: str | Path, *, k: int = 10) -> Counter[str]:
        """Write what is recommended to each known user to a Parquet file, whole or not at all.

        Columns are user_id, item_id, rank, score and mode, users in the order of the data. The
        memory that it takes does not grow with the users.

        Returns:
            What the ranker had to say of its lists, and of how many it said so.

        Raises:
            ConfigError: k cannot be used.
        """
        return write_everyone(self.service, Path(file), k=k)

    def recommend_to_text(
        self, text: str, *, language: str = "und", k: int = 10, languages: Sequence[str] = ()
    ) -> pl.DataFrame:
        """Recommend to somebody of whom only a text is known, in any language.

        Args:
            text: what they look for or like.
            language: the text's language where it is known, which makes the answer better.
            k: length of the list.
            languages: leave out items in other languages; empty for all.

        Returns:
            A frame as `recommend` gives, with an empty user_id.
        """
        wished = _listed("languages", languages)
        mode: LanguageMode = "only" if wished else "any"
        query = Query(text=text, text_language=language, k=k, languages=wished, language_mode=mode)
        return _frame([""], [self.service.recommend(query)])

    def ask(
        self,
        wish: str | Wish,
        *,
        user_id: str | None = None,
        language_model: LanguageModel | None = None,
    ) -> Asked:
        """Answer a wish in plain words; as `polyrec.pipeline.wish.ask.ask`.

        Args:
            wish: the words, in any language, or what was understood before, perhaps changed.
            user_id: who asks, where that is known.
            language_model: works the wish out in place of rules.

        Returns:
            What was understood, and the answer.
        """
        who = Query(user_id=user_id)
        return ask(self.learned, self.service.recommend, wish, who, language_model)

    def similar(self, item_ids: Sequence[str], *, k: int = 10) -> pl.DataFrame:
        """Give the items nearest to each of some items, across languages.

        Returns:
            A polars frame: item_id, similar_item_id, rank, score, language, text.

        Raises:
            ConfigError: k cannot be used.
            UnknownIdError: an item is not known.
        """
        rows = []
        for item_id in _listed("item_ids", item_ids):
            for rank, found in enumerate(self.service.similar(item_id, k=k), start=1):
                rows.append((item_id, found.item_id, rank, found.score, found.language, found.text))
        schema = {
            "item_id": pl.String,
            "similar_item_id": pl.String,
            "rank": pl.Int64,
            "score": pl.Float64,
            "language": pl.String,
            "text": pl.String,
        }
        return pl.DataFrame(rows, schema=schema, orient="row")

    def explain(self, user_id: str, item_id: str) -> Explanation:
        """Say why an item has its score for a user, recommended or not; as `Service.explain`.

        Raises:
            UnknownIdError: the item is not known.
            DataError: the recommender cannot score the item.
        """
        return self.service.explain(Query(user_id=user_id), item_id)

    def profile(self, user_id: str, *, languages: Sequence[str] = ()) -> Profile:
        """Say what a user likes, for them to read; as `polyrec.pipeline.profile.profile_of`.

        Raises:
            LanguageError: a language is not a tag.
        """
        query = Query(user_id=user_id, languages=_listed("languages", languages))
        return profile_of(self.service, query)

    def add_items(self, catalog: Catalog) -> None:
        """Add new items, so that they can be recommended at once, without fitting again.

        Raises:
            DataError: an item is known already.
            ConfigError: the plan has no encoder to read their texts with.
        """
        self.learned = self.learned.with_items(catalog)
        self.service = Service(self.learned)

    def save(self, folder: str | Path) -> None:
        """Write everything that answers need to a folder, whole or not at all.

        Raises:
            DataError: the folder exists and holds something else.
        """
        artifact.save(self.learned, Path(folder))


def load(folder: str | Path) -> Fitted:
    """Read a fitted pipeline from a folder, each file checked by its hash first.

    Raises:
        DataError: the folder is not a model, is damaged, or was written by a newer polyrec.
    """
    return Fitted(artifact.load(Path(folder))[0])


def fit(train: Dataset, plan: Plan | str | Path = "default", *, seed: int = 0) -> Fitted:
    """Fit a plan on a dataset.

    Args:
        train: catalog and interactions; items without interactions are recommended by text.
        plan: a plan, the path of a TOML file, or the name of one that ships. Its parts stay as
            they are: what is fitted are parts of the same settings.
        seed: draws everything that is drawn.

    Raises:
        ConfigError: the plan cannot be used.
        DataError: the data cannot be learned from.
    """
    plan = plan if isinstance(plan, Plan) else Plan.load(plan)
    plan.check()
    plan = replace(plan, debias=fresh(plan.debias))
    catalog, notes = tagged(train.catalog, plan.detector)
    train, plan, vectors = replace(train, catalog=catalog), plan.for_catalog(catalog), None
    if plan.encoder is not None:
        space = plan.space
        vectors = space.fit(catalog, chosen=train.histories.chosen, seed=seed)
        plan = replace(plan, encoder=space.encoder)
        notes += [str(space.bridged)] if plan.translate == "pivot" else []
        notes += [_said_of_made(space.made)] if plan.augmenter is not None else []
    notes += _said_of_unchosen(train, plan)
    return Fitted(fit_on_vectors(train, plan, vectors, seed=seed).learned, tuple(notes))


def fit_on_vectors(train: Dataset, plan: Plan, vectors: Floats | None, *, seed: int = 0) -> Fitted:
    """Fit a plan whose space has been fitted already; `vectors` are the catalog's in it.

    The plan's recommender stays as it is: what is fitted is one of the same settings.
    """
    plan = replace(plan, recommender=fresh(plan.recommender))
    catalog = train.catalog
    training = Training(
        train.histories,
        vectors,
        catalog.languages,
        catalog.categories,
        new=catalog.new,
        markets=catalog.markets,
    )
    plan.recommender.fit(training, seed=seed)
    users = train.interactions.users
    trained_on = (train.name, train.view_name)
    held = None if vectors is None else kept(vectors)
    return Fitted(Learned(plan, catalog, users, train.histories, held, seed, trained_on))


def _said_of_unchosen(train: Dataset, plan: Plan) -> list[str]:
    """Note it where much of the catalog may be new or dead, and nothing tells which."""
    if not plan.recommender.accepts_new_items or train.catalog.new is not None:
        return []
    n_items, n_unchosen = len(train.catalog), int((~train.histories.chosen).sum())
    if n_unchosen < UNCHOSEN * n_items:
        return []
    return [
        f"nobody chose {n_unchosen:,} of {n_items:,} items, and they are taken for old: a column "
        "'new' in the catalog tells which are new"
    ]


def _said_of_made(made: Counter[str]) -> str:
    by = ", ".join(f"{language} {n:,}" for language, n in made.most_common(8))
    by += " ..." if len(made) > 8 else ""
    return f"{counted(made.total(), 'text')} made to learn from" + (f": {by}" if by else "")


def _listed(name: str, given: Sequence[str]) -> tuple[str, ...]:
    """Refuse a text in place of a list of texts."""
    if isinstance(given, str):
        raise DataError(f"{name} is the text {given!r}", hint=f"give a list: [{given!r}]")
    return tuple(given)


def _frame(user_ids: Sequence[str], answers: list[Suggestion]) -> pl.DataFrame:
    rows = [
        (user, item.item_id, rank, item.score, item.language, item.text, item.reason, answer.mode)
        for user, answer in zip(user_ids, answers, strict=True)
        for rank, item in enumerate(answer.items, start=1)
    ]
    schema = {
        "user_id": pl.String,
        "item_id": pl.String,
        "rank": pl.Int64,
        "score": pl.Float64,
        "language": pl.String,
        "text": pl.String,
        "reason": pl.String,
        "mode": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")
