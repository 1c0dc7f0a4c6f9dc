"""The textbook case: from reviews in six languages to stars that are predicted.

Made-up people rate made-up books from 1 to 5 and say why (`made_reviews.py`). Their reviews are
cleaned and become vectors; the mean of what was written about a book is its vector, of what a
person wrote theirs; matrix factorisation by gradient descent joins them with the stars. A fifth of
each person's ratings is held out with its reviews, and predicted.

    python examples/reviews_case.py --out reviews-case

prints a summary and writes a page, its pictures and its figures. The vectors take minutes the first
time, and are remembered.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click
import numpy as np
import scipy.sparse as sp
from made_reviews import LANGUAGES, held_out, made_reviews
from reviews_page import Figures, Person, Suggested, write_page

from polyrec.core.registry import build
from polyrec.core.types import Histories, Training
from polyrec.core.vectors import unit_rows
from polyrec.measures.ratings import mae, rmse

if TYPE_CHECKING:
    from made_reviews import Reviews

    from polyrec.core.types import Booleans, Floats, Integers
    from polyrec.models.biased_mf import BiasedMf

LIKED, SUGGESTED = 4.0, 3.5
"""A book is liked if it is given so many stars, and suggested if it is expected to get so many."""

RATERS = {
    "biases alone": {"use": "biased-mf", "factors": 0, "epochs": 60},
    "biased-mf": {"use": "biased-mf", "factors": 32, "epochs": 60},
    "text-mf": {"use": "text-mf", "factors": 32, "epochs": 60, "l2_text": 10.0},
}
SHOWN, PEOPLE = 5, 5


@dataclass(frozen=True, eq=False)
class Case:
    """What is known before anything is learned.

    Attributes:
        reviews: all of them.
        test: which are held out, shape (reviews,).
        training: stars, books' vectors and people's profiles, of the others alone.
        mended: how many reviews cleaning changed.
    """

    reviews: Reviews
    test: Booleans
    training: Training
    mended: int


def prepared(reviews: Reviews, encoder: str) -> Case:
    """Clean reviews, make vectors of them, and of these the vectors of books and people."""
    texts = build("cleaner", "standard").clean(reviews.texts)
    mended = sum(one != other for one, other in zip(texts, reviews.texts, strict=True))
    part = build("encoder", {"use": "cached", "encoder": encoder})
    raw = part.encode(texts, languages=reviews.languages)
    test = held_out(reviews)
    debias = build("debias", "language-mean").fit(raw[~test], reviews.languages[~test])
    vectors = debias.apply(raw, reviews.languages)[~test]
    users, items = reviews.users[~test], reviews.items[~test]
    n_users, n_items = reviews.truth.shape
    stars = sp.csr_array((reviews.stars[~test], (users, items)), shape=(n_users, n_items))
    training = Training(
        Histories.from_matrix(stars),
        vectors=_means(vectors, items, n_items),
        profiles=_means(vectors, users, n_users),
    )
    return Case(reviews, test, training, mended)


def _means(vectors: Floats, whose: Integers, n: int) -> Floats:
    """Give the direction of the mean of everybody's vectors, zeros where there are none."""
    table = (np.ones(len(whose), np.float32), (whose, np.arange(len(whose))))
    return unit_rows(sp.csr_array(table, shape=(n, len(whose))) @ vectors)


def figures_of(case: Case, told: Floats, scores: Floats | None) -> dict[str, float]:
    """Measure predictions of the held-out ratings, and the best books of everybody.

    RMSE and MAE are in stars. Precision, recall and F1 are of the books that were liked, among
    those held out; who suggests none has none. As the world is made, it is known of the best books
    of all how many would be liked.
    """
    given = case.reviews.stars[case.test]
    liked, suggested = given >= LIKED, told >= SUGGESTED
    both, n_liked, n_suggested = (float(x.sum()) for x in (liked & suggested, liked, suggested))
    found = {"RMSE": rmse(told, given), "MAE": mae(told, given)}
    if n_liked and n_suggested:
        found |= {"precision": both / n_suggested, "recall": both / n_liked}
        found["F1"] = 2 * both / (n_liked + n_suggested)
    if scores is not None:
        best = np.take_along_axis(case.reviews.truth, _best(case, scores), axis=1)
        found["liked of five"] = float((best >= LIKED).mean())
    return found


def _best(case: Case, scores: Floats) -> Integers:
    """Give everybody's best books, less what they have rated in the training data."""
    history, open_to = case.training.histories, scores.copy()
    open_to[np.repeat(np.arange(len(history)), history.lengths), history.items] = -np.inf
    return np.argsort(-open_to, axis=1, kind="stable")[:, :SHOWN]


def people(case: Case, scores: Floats) -> list[Person]:
    """Show one person for each of five languages: what they liked, and their five best books."""
    reviews, best, history = case.reviews, _best(case, scores), case.training.histories
    found = []
    for language in LANGUAGES[:PEOPLE]:
        wrote = np.unique(reviews.users[(reviews.languages == language) & ~case.test])
        if not len(wrote):
            continue
        user = int(wrote[0])
        part = slice(history.indptr[user], history.indptr[user + 1])
        loved = history.items[part][np.argsort(-history.weights[part], kind="stable")[:3]]
        suggested = [_shown(reviews, user, int(i), float(scores[user, i])) for i in best[user]]
        books = [_shown(reviews, user, int(i), float(reviews.truth[user, i])) for i in loved]
        found.append(Person(f"person {user}", language, books, suggested))
    return found


def _shown(reviews: Reviews, user: int, item: int, stars: float) -> Suggested:
    title, language = reviews.titles[item], str(reviews.title_languages[item])
    cut = min(max(stars, 1.0), 5.0)
    return Suggested(title, language, cut, float(reviews.truth[user, item]))


def run(case: Case, seed: int) -> Figures:
    """Fit all raters and measure them; the page shows the loss of each and the last one's books."""
    reviews, training = case.reviews, case.training
    users, items = reviews.users[case.test], reviews.items[case.test]
    mean = np.full(len(users), training.histories.weights.mean(), dtype=np.float32)
    rows: dict[str, dict[str, float]] = {"mean of all": figures_of(case, mean, None)}
    losses: dict[str, list[float]] = {}
    shown: list[Person] = []
    for name, table in RATERS.items():
        rater: BiasedMf = build("recommender", table).fit(training, seed=seed)
        known: dict[str, Any] = {"profiles": training.profiles}
        told = rater.predict(training.histories, users, items, **known)
        scores = rater.score(training.histories, **known)
        rows[name] = figures_of(case, told, scores)
        assert rater.loss_ is not None
        losses[name] = rater.loss_.tolist()
        shown = people(case, scores)
    n_users, n_items = reviews.truth.shape
    facts = {
        "people": n_users,
        "books": n_items,
        "reviews": len(reviews.texts),
        "languages": len(LANGUAGES),
        "mended by cleaning": case.mended,
        "held out": len(users),
    }
    return Figures(facts, rows, losses, shown)


@click.command()
@click.option("--out", default="reviews-case", show_default=True, type=click.Path(path_type=Path))
@click.option("--users", default=1000, show_default=True, type=click.IntRange(min=10))
@click.option("--items", default=1000, show_default=True, type=click.IntRange(min=10))
@click.option("--each", default=20, show_default=True, type=click.IntRange(min=5))
@click.option("--encoder", default="e5-small", show_default=True, help="A part without settings.")
@click.option("--seed", default=0, show_default=True, help="Draws the world and the starts.")
def main(*, out: Path, users: int, items: int, each: int, encoder: str, seed: int) -> None:
    """Make reviews, learn from them, and write what came of it."""
    start = perf_counter()
    case = prepared(made_reviews(users, items, each=min(each, items), seed=seed), encoder)
    figures = run(case, seed)
    click.echo("All of this is made up: people, books, stars and reviews.")
    click.echo(", ".join(f"{value:,} {name}" for name, value in figures.facts.items()))
    for name, row in figures.rows.items():
        shown = "  ".join(f"{measure} {value:.3f}" for measure, value in row.items())
        click.echo(f"{name:13} {shown}")
    for name, losses in figures.losses.items():
        click.echo(f"{name:13} loss {losses[0]:.3f} -> {losses[-1]:.3f} in {len(losses)} epochs")
    for person in figures.people:
        click.echo(f"{person.name}, writes {person.language}")
        for book in person.suggested:
            bar = "█" * round(4 * book.stars)
            click.echo(f"  {book.stars:.1f} {bar:20} {book.language}  {book.title}")
    page = write_page(figures, out)
    (out / "figures.json").write_text(json.dumps({"facts": figures.facts, "rows": figures.rows}))
    click.echo(f"{page}, in {perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
