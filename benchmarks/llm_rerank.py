"""Whether a language model orders candidates better than the recommender does, and what that costs.

Each item in one of its languages, random split; candidates are the hybrid's first ones, whether or
not what somebody went on to choose is among them. Systems: `embedding` orders them by the cosine
with the history's mean vector, the others by a language model, with the candidates shown as ranked,
reversed or shuffled where they are shown together. Gains in nDCG over the hybrid's own order, with
95 % intervals of paired bootstraps over users, by history length and language as well.

    python benchmarks/llm_rerank.py --users 100
    python benchmarks/llm_rerank.py --model model.toml --price-in 0.15 --price-out 0.60
"""

from __future__ import annotations

import dataclasses
import json
import time
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click
import numpy as np
from rich.console import Console
from rich.table import Table

import polyrec
from polyrec.core.progress import progress
from polyrec.core.registry import build
from polyrec.core.types import Rankings, Training
from polyrec.llm.around import Around
from polyrec.measures.accuracy import ndcg
from polyrec.measures.bootstrap import mean_interval
from polyrec.measures.hits import Hits
from polyrec.pipeline.plan import Plan
from polyrec.pipeline.preparation import tagged
from polyrec.rank.llm_rerank import LlmRerank, mixed_order
from polyrec.rank.ranker import Context

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from polyrec.core.types import Doubles, Floats, Histories, Integers
    from polyrec.data.catalog import Catalog
    from polyrec.data.dataset import Dataset
    from polyrec.llm.language_model import Completion, LanguageModel

LENGTHS = ((1, 4), (5, 9), (10, 19), (20, 10**9))
"""Buckets of history lengths."""

LEAST = 5
"""A language needs so many users for a row of its own."""

SYSTEMS: dict[str, dict[str, Any]] = {
    "pointwise": {"method": "pointwise"},
    "listwise, as ranked": {"method": "listwise", "orders": ["ranked"]},
    "listwise, reversed": {"method": "listwise", "orders": ["reversed"]},
    "listwise, shuffled": {"method": "listwise", "orders": ["shuffled"]},
}


@dataclass(frozen=True, eq=False)
class Setting:
    """People, candidates for them, and what they went on to choose."""

    catalog: Catalog
    vectors: Floats
    known: Histories
    wanted: Histories
    candidates: Rankings

    @property
    def languages(self) -> list[str]:
        """Give the language of which each history has most."""
        tags = self.catalog.languages
        histories = (self.known.items_of(user) for user in range(len(self.known)))
        return [Counter(tags[items].tolist()).most_common(1)[0][0] for items in histories]

    def ndcg(self, order: Sequence[Integers], k: int) -> Doubles:
        """Measure the candidates of the first users in another order, by user."""
        n = len(order)
        items = [row[places] for row, places in zip(self.candidates.items[:n], order, strict=True)]
        ranked = Rankings(np.array(items), self.candidates.scores[:n])
        return ndcg(Hits.of(ranked, self.wanted.rows(slice(0, n))), k)


@dataclass
class Counted(Around):
    """Counts the tokens of the model that it holds."""

    read: int = field(default=0, init=False)
    written: int = field(default=0, init=False)

    def complete(self, *prompts: Any, **how: Any) -> list[Completion]:
        """Have the held model answer."""
        return self._counted(self.model.complete(*prompts, **how))

    def likelihood(self, *prompts: Any, **how: Any) -> list[Completion]:
        """Have the held model weigh answers."""
        return self._counted(self.model.likelihood(*prompts, **how))

    def _complete(self, *prompts: Any) -> list[Completion]:
        return self.model._complete(*prompts)

    def _counted(self, made: list[Completion]) -> list[Completion]:
        self.read += sum(each.prompt_tokens for each in made)
        self.written += sum(each.completion_tokens for each in made)
        return made


@dataclass(frozen=True, eq=False)
class Judged:
    """What one system made of the candidates: for the first users their places, best first."""

    places: list[Integers]
    cost: dict[str, float] = field(default_factory=dict)

    def mixed(self, weight: float) -> list[Integers]:
        """Mix the order with the one before."""
        return [mixed_order(np.argsort(row).astype(np.float64), weight) for row in self.places]


def prepared(data: Dataset, *, n_users: int, n_candidates: int, seed: int) -> Setting:
    """Fit the default plan on a random split, and draw people of its test."""
    plan = Plan.load("default")
    catalog, _ = tagged(data.catalog, plan.detector)
    vectors = plan.space.fit(catalog)
    train, test = data.split("random", seed=seed)
    training = Training(train.histories, vectors, catalog.languages, catalog.categories)
    model = build("recommender", "hybrid").fit(training, seed=seed)
    users = np.flatnonzero((test.histories.lengths > 0) & (train.histories.lengths > 0))
    if n_users < len(users):
        users = np.random.default_rng(seed).choice(users, n_users, replace=False)
    known, wanted = train.histories.rows(users), test.histories.rows(users)
    candidates = model.top(known, n_candidates, seed=seed)
    return Setting(catalog, vectors, known, wanted, candidates)


def by_embedding(setting: Setting) -> Judged:
    """Order candidates by their cosine with the mean vector of the history."""
    places = []
    start = time.perf_counter()
    for user, items in enumerate(setting.candidates.items):
        profile = setting.vectors[setting.known.items_of(user)].mean(axis=0)
        places.append(np.argsort(-(setting.vectors[items] @ profile), kind="stable"))
    seconds = (time.perf_counter() - start) / len(places)
    return Judged(places, {"seconds": seconds})


def by_model(
    setting: Setting,
    part: LlmRerank,
    model: Counted,
    *,
    advance: Callable[[int], None],
    within_s: float = np.inf,
) -> Judged:
    """Have a language model order candidates, one person after another, as many as time allows."""
    end = time.monotonic() + within_s
    places, seconds, n_unjudged = [], [], 0
    model.read = model.written = 0
    texts = setting.catalog.text
    for user in range(len(setting.known)):
        if user and time.monotonic() > end:
            break
        row = slice(user, user + 1)
        candidates = Rankings(setting.candidates.items[row], setting.candidates.scores[row])
        context = Context(
            candidates.k,
            setting.catalog.languages,
            histories=setting.known.rows(row),
            text_of=texts.__getitem__,
        )
        start = time.perf_counter()
        ranked = part.rerank(candidates, context)
        seconds.append(time.perf_counter() - start)
        n_unjudged += bool(context.notes)
        before = {item: place for place, item in enumerate(candidates.items[0].tolist())}
        places.append(np.array([before[item] for item in ranked.items[0].tolist()]))
        advance(1)
    n = len(places)
    cost = {
        "seconds": float(np.mean(seconds)),
        "seconds, 95 of 100": float(np.quantile(seconds, 0.95)),
        "tokens read": model.read / n,
        "tokens written": model.written / n,
        "not all judged": n_unjudged,
    }
    return Judged(places, cost)


def mean_order(judged: Sequence[Judged]) -> Judged:
    """Take the mean places of several systems, which costs all of them."""
    places = [
        np.argsort(np.mean([np.argsort(places) for places in rows], axis=0), kind="stable")
        for rows in zip(*(each.places for each in judged), strict=False)
    ]
    cost = {name: sum(each.cost[name] for each in judged) for name in judged[0].cost}
    return Judged(places, cost)


def gains(setting: Setting, judged: Judged, weight: float) -> list[dict[str, Any]]:
    """Measure the gain over the order that the candidates had, whole and by slices."""
    order, rows, n = judged.mixed(weight), [], len(judged.places)
    depths = [k for k in (10, 20) if k <= max(setting.candidates.k, 10)]
    own = [np.arange(setting.candidates.k)] * n
    lengths, languages = setting.known.lengths[:n], np.array(setting.languages[:n])
    slices = {"all": np.ones(n, dtype=np.bool_)}
    for low, high in LENGTHS:
        name = f"{low}-{high} items" if high < 10**9 else f"{low} items and more"
        slices[name] = (lengths >= low) & (lengths <= high)
    slices |= {
        tag: languages == tag for tag, n in Counter(languages.tolist()).most_common() if n >= LEAST
    }
    for name, mask in slices.items():
        if not mask.any():
            continue
        for k in depths if name == "all" else depths[-1:]:
            before, after = (setting.ndcg(each, k)[mask] for each in (own, order))
            found = dataclasses.asdict(mean_interval(after - before))
            rows.append({"slice": name, "k": k, "off": float(np.nanmean(before)), **found})
    return rows


def measured(setting: Setting, systems: dict[str, Judged], weights: Sequence[float]) -> Any:
    """Give every gain with what it costs."""
    return [
        {"system": name, "weight": weight, **row, **(judged.cost if row["slice"] == "all" else {})}
        for name, judged in systems.items()
        for weight in weights
        for row in gains(setting, judged, weight)
    ]


def printed(title: str, rows: Sequence[dict[str, Any]], price: tuple[float, float]) -> None:
    """Print a table of gains, and one of costs."""
    console = Console(width=110)
    gain = Table("system", "weight", "of whom", "users", "nDCG", "off", "gain", title=title)
    for row in rows:
        interval = f"{row['value']:+.4f} [{row['low']:+.4f}, {row['high']:+.4f}]"
        off = f"{row['off']:.4f}"
        cells = (row["system"], f"{row['weight']:g}", row["slice"], str(row["n"]))
        gain.add_row(*cells, f"@{row['k']}", off, interval)
    console.print(gain)
    columns = ("seconds", "of 95 %", "tokens read", "written", "cost of 1,000", "not all judged")
    costs = Table("system", *columns, title=f"{title}: one request")
    for row in {row["system"]: row for row in rows if "tokens read" in row}.values():
        read, written = row["tokens read"], row["tokens written"]
        money = (read * price[0] + written * price[1]) / 1000
        seconds = (f"{row['seconds']:.2f}", f"{row['seconds, 95 of 100']:.2f}")
        tokens = (f"{read:.0f}", f"{written:.0f}", f"{money:.3f}")
        costs.add_row(row["system"], *seconds, *tokens, str(row["not all judged"]))
    console.print(costs)


def _dataset(name: str) -> Dataset:
    if name == "debian":
        return polyrec.load_dataset("debian").view("one-language", seed=1)
    from shared_data import movies

    return movies().view("one-language", seed=1)


@click.command()
@click.option("--data", default="debian,movies-6lang", show_default=True)
@click.option("--users", "n_users", default=100, show_default=True, help="So many are drawn.")
@click.option("--candidates", "n_candidates", default=20, show_default=True)
@click.option("--systems", default="pointwise,listwise", show_default=True)
@click.option("--weights", default="0.25,0.5,1", show_default=True)
@click.option("--model", default="", help="A TOML file with a language model; Gemma if none.")
@click.option("--price-in", default=0.15, show_default=True, help="Of a million tokens read.")
@click.option("--price-out", default=0.60, show_default=True, help="Of a million written.")
@click.option("--letters", default=60, show_default=True, help="Shown of each text.")
@click.option("--shown", default=8, show_default=True, help="So many items of a history.")
@click.option("--seconds", default=np.inf, help="Of one system; the users that it got to count.")
@click.option("--time-budget", default=600.0, show_default=True, help="Of one request, in s.")
@click.option("--seed", default=0, show_default=True)
@click.option("--json", "file", default="", help="Write all figures to this file.")
def main(**options: Any) -> None:
    """Print what systems gain over the hybrid, and what a request costs."""
    table: Any = {"use": "local"}
    if options["model"]:
        table = tomllib.loads(Path(options["model"]).read_text("utf-8"))
    model = Counted(build("language-model", table))
    weights = [float(each) for each in options["weights"].split(",")]
    wanted = options["systems"].split(",")
    written = {}
    for name in options["data"].split(","):
        numbers = {key: options[key] for key in ("n_users", "n_candidates", "seed")}
        setting = prepared(_dataset(name), **numbers)
        found = {"embedding": by_embedding(setting)}
        for system, how in SYSTEMS.items():
            if how["method"] not in wanted:
                continue
            part = LlmRerank(
                cast("LanguageModel", model),
                weight=1.0,
                n_candidates=options["n_candidates"],
                n_shown_history=options["shown"],
                max_text_letters=options["letters"],
                time_budget_s=options["time_budget"],
                **how,
            )
            with progress(f"{name}, {system}", len(setting.known), unit="users") as advance:
                within_s = options["seconds"]
                found[system] = by_model(setting, part, model, advance=advance, within_s=within_s)
        if "listwise" in wanted:
            three = [found[each] for each in SYSTEMS if each.startswith("listwise")]
            found["listwise, mean of three"] = mean_order(three)
        written[name] = measured(setting, found, weights)
        printed(name, written[name], (options["price_in"], options["price_out"]))
        if options["file"]:
            Path(options["file"]).write_text(json.dumps(written, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
