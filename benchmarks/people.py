"""What is known of people beside their choices: how old these are, what they do not like.

On `movies-6lang` (films liked with four stars and more), each film in one language, nDCG@20 of the
full ranking, and the gain over the recommender as it is, with its interval over users.

    python benchmarks/people.py recency
    python benchmarks/people.py dislikes --seeds 0-2
    python benchmarks/people.py reviews
    python benchmarks/people.py popular

`recency` weighs choices by their age: half for each half-life before the user's latest choice; each
user's latest fifth is held out. `dislikes` takes films with two stars and less for disliked: they
are left out in all rows, and their near neighbours are moved down; on the random split, users with
a dislike. The hybrid has the weights that it starts from, unless it `--climbs`.
`reviews` is of made-up books (`examples/made_reviews.py`) that are known by their titles alone:
those liked among the held-out fifth, by what is popular and by the reviews of the others.
`popular` takes a fifth of the users at a time for newcomers of whom nothing is known but the
language in which most of their history is, and looks whether it is in what is popular, on `stars`.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np
import scipy.sparse as sp
import shared_data

from polyrec.cli.lists import SEEDS
from polyrec.core.registry import build
from polyrec.core.types import Histories, Query, Review, Training, best_items
from polyrec.data.catalog import Catalog
from polyrec.evaluation.protocol import K
from polyrec.measures.accuracy import ndcg
from polyrec.measures.bootstrap import mean_interval
from polyrec.measures.hits import Hits
from polyrec.models.hybrid import START, Hybrid
from polyrec.models.neighbours import nearest
from polyrec.pipeline.plan import Plan
from polyrec.pipeline.popular import EVERYBODY, Popular
from polyrec.pipeline.preparation import tagged
from polyrec.pipeline.written import vector_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from polyrec.core.types import Doubles, Floats
    from polyrec.data.dataset import Dataset
    from polyrec.models.recommender import Recommender

MODELS = ("content", "item-knn", "ease", "hybrid")
HALF_LIVES = (7, 30, 180, 730)
STRENGTHS = (0.05, 0.1, 0.2, 0.5)
DISLIKED = 2.0
HELD_OUT = 0.2
NEAR = 50
FOLDS = 5
SHRUNK = (0.5, 2.0, 8.0, 32.0)


def latest_held_out(data: Dataset) -> tuple[Dataset, Dataset]:
    """Hold out the latest fifth of each user's choices; one moment for all leaves too few users."""
    chosen = data.interactions
    assert chosen.time is not None
    order = np.lexsort((chosen.time, chosen.user))
    counts = np.bincount(chosen.user, minlength=len(chosen.users))
    place = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    late = np.zeros(len(order), dtype=np.bool_)
    late[order] = place >= np.repeat(counts - np.round(HELD_OUT * counts), counts)
    train, test = (replace(data, interactions=chosen.where(rows)) for rows in (~late, late))
    return train, test


def told(name: str, model: str, before: list[Doubles], after: list[Doubles]) -> None:
    """Print a line: the mean, and the gain with its interval over users (and seeds)."""
    gain = mean_interval(np.array(after) - np.array(before))
    click.echo(
        f"{model:10} {name:18} {np.nanmean(after):.4f} {gain.value:+.4f} "
        f"[{gain.low:+.4f}, {gain.high:+.4f}] {gain.n} users"
    )


def table_of(name: str, *, climbs: bool) -> dict[str, Any]:
    """Give a recommender's settings; the hybrid's weights stay where they start, or climb."""
    return {"use": name, **({} if climbs or name != "hybrid" else START)}


def fitted(table: dict[str, Any], train: Dataset, vectors: Floats, seed: int) -> Recommender:
    """Fit a recommender."""
    catalog = train.catalog
    known = (vectors, catalog.languages, catalog.categories)
    model: Recommender = build("recommender", table)
    return model.fit(Training(train.histories, *known, new=catalog.new), seed=seed)


def prepared() -> tuple[Dataset, Floats]:
    """Give films in one language each, and their vectors in the default space."""
    data = shared_data.movies().view("one-language", seed=1)
    plan = Plan.load("default")
    catalog, _ = tagged(data.catalog, plan.detector)
    return replace(data, catalog=catalog), plan.space.fit(catalog)


MODELS_OPTION = click.option("--models", multiple=True, default=MODELS, help="Repeatable.")
CLIMBS = click.option("--climbs", is_flag=True, help="Let the hybrid choose its weights: minutes.")


@click.group()
def main() -> None:
    """Measure what is known of people beside their choices."""


@main.command()
@MODELS_OPTION
@CLIMBS
def recency(models: Sequence[str], *, climbs: bool) -> None:
    """Print what weighing choices by their age gains."""
    data, vectors = prepared()
    train, test = latest_held_out(data)
    users = np.flatnonzero((test.histories.lengths > 0) & (train.histories.lengths > 0))
    known, wanted = train.histories.rows(users), test.histories.rows(users)

    def of(model: Recommender) -> Doubles:
        return ndcg(Hits.of(model.top(known, K), wanted), K)

    for name in models:
        model = fitted(table_of(name, climbs=climbs), train, vectors, 0)
        table = {"use": name, **(model.weights if isinstance(model, Hybrid) else {})}
        before = of(model)
        told("as it is", name, [before], [before])
        for days in HALF_LIVES:
            wrapped = {"use": "recency", "recommender": table, "half_life_days": float(days)}
            told(f"{days} days", name, [before], [of(fitted(wrapped, train, vectors, 0))])


@main.command()
@click.option("--seeds", type=SEEDS, default="0-4", show_default=True)
@MODELS_OPTION
@CLIMBS
def dislikes(seeds: list[int], models: Sequence[str], *, climbs: bool) -> None:
    """Print what moving down the neighbours of disliked films gains."""
    data, vectors = prepared()
    against = disliked(data)
    near = nearest(vectors, NEAR).weights(10.0)
    for name in models:
        values: dict[float, list[Doubles]] = {strength: [] for strength in (0.0, *STRENGTHS)}
        for seed in seeds:
            train, test = data.split("random", seed=seed)
            model = fitted(table_of(name, climbs=climbs), train, vectors, seed)
            asked = (test.histories.lengths > 0) & (train.histories.lengths > 0)
            users = np.flatnonzero(asked & (np.diff(against.indptr) > 0))
            scores = model.score(train.histories.rows(users))
            for strength, rows in values.items():
                row = np.full(len(asked), np.nan)
                moved = moved_down(scores, against[users], near, strength)
                moved[train.histories.rows(users).matrix().toarray() > 0] = -np.inf
                hits = Hits.of(best_items(moved, K, seed=seed), test.histories.rows(users))
                row[users] = ndcg(hits, K)
                rows.append(row)
        for strength, rows in values.items():
            told(f"strength {strength}", name, values[0.0], rows)


@main.command()
@click.option("--users", default=100, show_default=True)
def reviews(users: int) -> None:
    """Print what a profile of reviews is worth on made-up books, against that of liked ones."""
    sys.path.append(str(Path(__file__).parents[1] / "examples"))
    from made_reviews import held_out, made_reviews

    made = made_reviews(users, 2 * users)
    plan = Plan.load("default")
    titles = Catalog.from_texts(
        [str(item) for item in range(2 * users)],
        [{tag: title} for tag, title in zip(made.title_languages, made.titles, strict=True)],
    )
    space = plan.space
    vectors, test = space.fit(titles), held_out(made)
    shape = (users, 2 * users)
    seen = sp.csr_array((np.ones((~test).sum()), (made.users[~test], made.items[~test])), shape)
    liked = test & (made.stars >= shared_data.LIKED)
    given = (np.ones(liked.sum(), np.float32), (made.users[liked], made.items[liked]))
    wanted = Histories.from_matrix(sp.csr_array(given, shape))
    count = np.tile(seen.sum(axis=0), (users, 1))

    def of(weigh: Callable[[Doubles], Doubles] | None) -> Doubles:
        scores = count.astype(np.float32)
        for user in range(users) if weigh else ():
            own = np.flatnonzero((made.users == user) & ~test)
            weights = weigh(made.stars[own].astype(np.float64)).tolist()
            rows = zip(own.tolist(), weights, strict=True)
            texts = [Review(made.texts[i], w, str(made.languages[i])) for i, w in rows]
            scores[user] = (vector_of(space, Query(reviews=tuple(texts))) @ vectors.T)[0]
        scores[seen.toarray() > 0] = -np.inf
        return ndcg(Hits.of(best_items(scores, K), wanted), K)

    liked_alone = of(lambda stars: np.maximum(stars - 3, 0) / 2)
    told("liked alone", "", [liked_alone], [liked_alone])
    told("all alike", "", [liked_alone], [of(np.ones_like)])
    for much in (0.25, 1.0):
        told(f"against {much}", "", [liked_alone], [of(partial(both, much))])
    told("popular", "", [liked_alone], [of(None)])
    count = np.zeros_like(count)
    told("drawn", "", [liked_alone], [of(None)])


@main.command()
def popular() -> None:
    """Print what popularity among the readers of a language gains for newcomers who read it."""
    data = shared_data.stars()
    histories, languages = data.histories, data.catalog.languages
    tags, language = Popular(histories, languages).read
    fold = np.random.default_rng(0).permutation(len(histories)) % FOLDS
    everything = np.ones(len(languages), dtype=np.bool_)
    ways = {"everybody": None, **{f"readers, {n:g} shrunk": n for n in SHRUNK}}
    found = {way: np.zeros(len(histories)) for way in ways}
    for asked in range(FOLDS):
        known = histories.rows(np.flatnonzero(fold != asked))
        for way, shrunk in ways.items():
            among = Popular(known, languages, everybody=shrunk or EVERYBODY)
            for user in np.flatnonzero((fold == asked) & (language >= 0)):
                wished = () if shrunk is None else (tags[language[user]],)
                lists = among.ranking(wished, K, allowed=everything, chosen=known.items[:0], seed=0)
                wanted = histories.rows(slice(user, user + 1))
                found[way][user] = ndcg(Hits.of(lists, wanted), K)[0]
    main_language = np.bincount(language[language >= 0]).argmax()
    groups = {"all": language >= 0, "others": (language >= 0) & (language != main_language)}
    for way, values in found.items():
        for name, who in groups.items():
            told(way, name, [found["everybody"][who]], [values[who]])


def both(much: float, stars: Doubles) -> Doubles:
    """Weigh reviews by their stars, those with fewer than three as much against."""
    weights = (stars - 3) / 2
    return np.asarray(np.where(weights < 0, much * weights, weights))


def disliked(data: Dataset) -> sp.csr_array:
    """Say which films each user disliked, shape (users, films)."""
    ratings = shared_data.movies(liked=False).interactions
    own = data.interactions.users
    bad = np.flatnonzero(ratings.weight <= DISLIKED)
    bad = bad[[ratings.users.names[user] in own for user in ratings.user[bad]]]
    rows = own.indices((ratings.users.names[u] for u in ratings.user[bad]), kind="user")
    shape = (len(own), len(data.catalog))
    return sp.csr_array((np.ones(len(bad), np.float32), (rows, ratings.item[bad])), shape=shape)


def moved_down(scores: Floats, against: sp.csr_array, near: sp.csr_array, much: float) -> Floats:
    """Take from each score what the item's neighbours hold of dislikes, as a share of the best."""
    best = scores.max(axis=1, keepdims=True) - np.median(scores, axis=1, keepdims=True)
    found = scores - np.float32(much) * best * (against @ near.T).toarray()
    found[against.toarray() > 0] = -np.inf
    return np.asarray(found, dtype=np.float32)


if __name__ == "__main__":
    main()
