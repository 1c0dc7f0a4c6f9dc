"""The whole evaluation of one plan: contenders, splits, languages left out, and what to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polyrec.core.errors import ConfigError
from polyrec.core.registry import table_of
from polyrec.evaluate.comparison import Setting, Spaces, compare
from polyrec.evaluate.contenders import CONTENDERS
from polyrec.evaluate.content import Content
from polyrec.evaluate.gather import exposures, peak_memory_gb
from polyrec.evaluate.language_out import leave_languages_out
from polyrec.evaluate.own_data import contenders_for
from polyrec.evaluate.tabulate import tabulate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.data.dataset import Dataset
    from polyrec.evaluate.rows import Row
    from polyrec.pipeline.plan import Plan

LANGUAGE_OUT = "language-out"
SHOWN = ("content-raw", "content", "hybrid-raw", "hybrid", "plan")


def evaluate_plan(
    plan: Plan,
    data: Dataset,
    *,
    splits: Sequence[str] = ("random", "cold-items"),
    seeds: Sequence[int] = (0,),
    text_seeds: Sequence[int] = (1,),
    models: Sequence[str] | None = None,
    k: int = 20,
) -> Content:
    """Compare models on the data, in the view that they are in.

    Args:
        plan: its encoder and debias make the space; its recommender is compared too, if it is not
            the default hybrid.
        data: in the view under test.
        splits: `random`, `cold-items`, `time`, and `language-out`, which compares nothing but
            measures the hybrid on languages that nobody has chosen from.
        seeds: of the splits.
        text_seeds: draws of the view.
        models: names of contenders, or None for all that the data allow.
        k: length of the lists.

    Raises:
        ConfigError: the plan has no encoder, or a name is not known.
        DataError: the data cannot be split so.
    """
    if plan.encoder is None:
        raise ConfigError("the plan has no encoder to compare with", hint="add [encoder] to it")
    compared = [split for split in splits if split != LANGUAGE_OUT]
    setting = Setting(
        data,
        plan.encoder,
        table_of("debias", plan.debias),
        view=data.view_name,
        text_seeds=text_seeds,
        splits=compared,
        seeds=seeds,
        k=k,
    )
    setting.check()
    full = data.all_texts or data.catalog
    contenders = contenders_for(full, plan.recommender, names=models) if compared else {}
    results = compare(setting, contenders)
    rows = tabulate(results)
    if LANGUAGE_OUT in splits:
        rows += _languages_out(setting)
    return Content(
        title=f"{data.name}: models compared",
        lead="Same splits, full ranking, weights chosen inside the training data.",
        rows=rows,
        models={name: contender.what for name, contender in contenders.items()},
        exposure=exposures(results, SHOWN) if compared else {},
        facts=_facts(setting),
    )


def _languages_out(setting: Setting) -> list[Row]:
    spaces = Spaces(setting)
    hybrid = CONTENDERS["hybrid"]
    vectors = {seed: spaces.vectors(hybrid, seed) for seed in setting.text_seeds}
    return leave_languages_out(
        setting.data, vectors, view=setting.view, k=setting.k, seed=setting.seeds[0]
    )


def _facts(setting: Setting) -> dict[str, str]:
    data = setting.data
    return {
        "data": f"{data.name} ({setting.view}): {len(data.interactions.users):,} people, "
        f"{len(data.catalog):,} items, {len(data.interactions):,} interactions",
        "split seeds": ", ".join(map(str, setting.seeds)),
        "text seeds": ", ".join(map(str, setting.text_seeds)),
        "encoder": setting.encoder.fingerprint,
        "peak memory": f"{peak_memory_gb():.1f} GB",
    }
