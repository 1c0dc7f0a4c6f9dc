"""The whole evaluation of one plan: contenders, splits, languages left out, and what to show."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from polyrec.core.counted import counted
from polyrec.core.errors import ConfigError, UnknownNameError
from polyrec.core.registry import table_of
from polyrec.data.split import SPLITS
from polyrec.data.view import DRAWN
from polyrec.evaluation.comparison import Setting, Spaces, compare
from polyrec.evaluation.contenders import CONTENDERS
from polyrec.evaluation.content import Content
from polyrec.evaluation.gather import exposures, learning_curves, peak_memory_gb
from polyrec.evaluation.language_out import check_languages, leave_languages_out
from polyrec.evaluation.own_data import contenders_for
from polyrec.evaluation.tabulate import tabulate
from polyrec.pipeline.preparation import tagged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from polyrec.data.dataset import Dataset
    from polyrec.evaluation.rows import Row
    from polyrec.pipeline.plan import Plan
    from polyrec.pipeline.preparation import Bridged

LANGUAGE_OUT = "language-out"
SHOWN = ("content-raw", "content", "hybrid-raw", "hybrid", "plan")


def evaluate_plan(
    plan: Plan,
    data: Dataset,
    *,
    splits: Sequence[str] = ("random", "cold-items"),
    seeds: Sequence[int] = (0,),
    text_seeds: Sequence[int] = (1, 2, 3),
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
        text_seeds: draws of the view; only the first counts where nothing is drawn.
        models: names of contenders, or None for all that the data allow.
        k: length of the lists.

    Raises:
        ConfigError: the plan has no encoder, or a name is not known.
        DataError: the data cannot be split so, or no language can be left out.
    """
    if plan.encoder is None:
        raise ConfigError("the plan has no encoder to compare with", hint="add [encoder] to it")
    for split in splits:
        if split not in (*SPLITS, LANGUAGE_OUT):
            raise UnknownNameError("split", split, (*SPLITS, LANGUAGE_OUT))
    data = tagged_data(data, plan)
    compared = [split for split in splits if split != LANGUAGE_OUT]
    setting = Setting(
        data,
        plan.encoder,
        table_of("debias", plan.debias),
        view=data.view_name,
        text_seeds=text_seeds if data.view_name in DRAWN else text_seeds[:1],
        splits=compared,
        seeds=seeds,
        k=k,
        preparation=replace(plan.preparation, translator=plan.translator),
        augmenter=plan.augmenter,
    )
    setting.check()
    if LANGUAGE_OUT in splits:
        check_languages(data, view=setting.view, text_seeds=setting.text_seeds)
    full = data.all_texts or data.catalog
    contenders = contenders_for(full, plan, names=models) if compared else {}
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
        curves=learning_curves(results),
        facts=_facts(setting) | _bridges(results.bridged, plan.pivot),
    )


def tagged_data(data: Dataset, plan: Plan) -> Dataset:
    """Find the languages of texts without a tag, so that slices and views know them."""
    full = None if data.all_texts is None else tagged(data.all_texts, plan.detector)[0]
    return replace(data, catalog=tagged(data.catalog, plan.detector)[0], all_texts=full)


def _languages_out(setting: Setting) -> list[Row]:
    spaces = Spaces(setting)
    hybrid = CONTENDERS["hybrid"]
    vectors = {seed: spaces.vectors(hybrid, seed) for seed in setting.text_seeds}
    return leave_languages_out(
        setting.data, vectors, view=setting.view, k=setting.k, seed=setting.seeds[0]
    )


def _bridges(bridged: Mapping[int, Bridged], pivot: str) -> dict[str, str]:
    """Say for each text seed what was translated, and what that took."""
    return {
        f"translated into {pivot}, text seed {seed}": str(bridge)
        for seed, bridge in bridged.items()
    }


def _facts(setting: Setting) -> dict[str, str]:
    data = setting.data
    return {
        "data": f"{data.name} ({setting.view}): "
        f"{counted(len(data.interactions.users), 'user')}, "
        f"{counted(len(data.catalog), 'item')}, "
        f"{counted(len(data.interactions), 'interaction')}",
        "split seeds": ", ".join(map(str, setting.seeds)),
        "text seeds": ", ".join(map(str, setting.text_seeds)),
        "encoder": setting.encoder.fingerprint,
        "peak memory": f"{peak_memory_gb():.1f} GB",
    }
