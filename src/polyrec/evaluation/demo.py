"""The main job on the data that ship: compare, show some users, gather everything for a report."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import polyrec
from polyrec.core.registry import build, table_of
from polyrec.data.datasets import load_dataset
from polyrec.encode.cached import Cached
from polyrec.evaluation.comparison import Results, Setting, compare
from polyrec.evaluation.contenders import chosen
from polyrec.evaluation.content import Content
from polyrec.evaluation.gather import cards, exposures, peak_memory_gb, space_map
from polyrec.evaluation.tabulate import tabulate
from polyrec.pipeline.learned import Learned
from polyrec.pipeline.plan import Plan
from polyrec.pipeline.service import Service

if TYPE_CHECKING:
    from polyrec.encode.encoder import Encoder

MODELS = (
    "popularity",
    "section-only",
    "content-raw",
    "content",
    "ease",
    "hybrid",
    "hybrid-en",
)
SPLIT = "random"
TEXT_SEED = 1
LEAD = (
    "Each item is described in one of its languages, drawn at random, as where every seller writes "
    "their own. Who gets items across languages, and what does the language mix cost?"
)


def demo(dataset: str = "debian", *, seed: int = 0) -> Content:
    """Run the main job: one split seed, one text seed; `polyrec evaluate` runs more.

    Args:
        dataset: one that ships.
        seed: of the split, and of all that is drawn.
    """
    start = time.perf_counter()
    data = load_dataset(dataset, view="as-given")
    plan = Plan.load("default")
    assert plan.encoder is not None
    setting = Setting(
        data,
        plan.encoder,
        table_of("debias", plan.debias),
        text_seeds=(TEXT_SEED,),
        splits=(SPLIT,),
        seeds=(seed,),
        preparation=plan.preparation,
    )
    facts = _encoding(setting)
    results = compare(setting, chosen(MODELS))
    learned = _learned(results, plan, seed)
    assert learned.vectors is not None
    raw = replace(plan, debias=build("debias", "none")).space.fit(learned.catalog)
    facts |= {
        "data": f"{dataset}: {len(learned.users):,} users, {len(learned.catalog):,} items, "
        f"{len(data.interactions):,} interactions, "
        f"{len(set(learned.catalog.language))} languages",
        "split": f"{SPLIT}, seed {seed}: a fifth of each person's items held out, full ranking",
        "polyrec": polyrec.__version__,
        "run time": f"{time.perf_counter() - start:.0f} s",
        "peak memory": f"{peak_memory_gb():.1f} GB",
    }
    return Content(
        title="Recommending across languages",
        lead=LEAD,
        rows=tabulate(results),
        models={name: contender.what for name, contender in results.contenders.items()},
        exposure=exposures(results, ("content-raw", "content", "hybrid")),
        space=space_map(raw, learned.vectors, learned.catalog.languages),
        cards=cards(learned, Service(learned)),
        facts=facts,
    )


def _encoding(setting: Setting) -> dict[str, str]:
    """Encode what will be needed, and say how fast that went."""
    views = [setting.data.view("one-language", seed=TEXT_SEED), setting.data.view("en")]
    texts = sorted({text for view in views for text in view.catalog.text})
    start = time.perf_counter()
    setting.encoder.encode(texts)
    elapsed = time.perf_counter() - start
    n_new = _misses(setting.encoder, len(texts))
    said = (
        f"{n_new:,} texts in {elapsed:.0f} s" if n_new else f"{len(texts):,} texts from the cache"
    )
    rate = f"{n_new / elapsed:,.0f} texts/s" if n_new else "nothing to encode"
    return {"encoding": said, "encoder speed": rate}


def _misses(encoder: Encoder, n_texts: int) -> int:
    return encoder.misses if isinstance(encoder, Cached) else n_texts


def _learned(results: Results, plan: Plan, seed: int) -> Learned:
    """Put the hybrid that was measured into a pipeline that can answer."""
    setting = results.setting
    data = setting.data.view(setting.view, seed=TEXT_SEED)
    train, _ = data.split(SPLIT, seed=seed)
    vectors = plan.space.fit(data.catalog)
    plan.recommender = results.last["hybrid"]
    users = train.interactions.users
    trained_on = (data.name, data.view_name)
    return Learned(plan, data.catalog, users, train.histories, vectors, seed, trained_on)
