"""Does learning the domain help? e5-small before and after, on items that nobody has chosen.

Debian's packages, each in one of its languages, cold-items split: nDCG@20 of `content` with
language means taken away, the same on English texts alone, raw, and of the hybrid; then mAP of one
pool of NTREX-128 in the twelve languages of which the catalog has most. Nothing of the test items,
of their translations or of NTREX is learned from.

    python benchmarks/adapt.py --seeds 0-4 --work /tmp/adapt
    python benchmarks/adapt.py --seeds 0-4 --work /tmp/adapt --set method=head

Each seed's values are kept in the folder `--work`, so a run that is broken off goes on. To choose
settings, `--apart` prints how well each epoch did on items kept apart, and looks at no test item:

    python benchmarks/adapt.py --seeds 0 --work /tmp/adapt --apart --set epochs=2
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from shared_data import SHARED

import polyrec
from polyrec.adapt.adapt import Adapt
from polyrec.adapt.base import E5, base_folder
from polyrec.adapt.export import curve_of
from polyrec.adapt.frozen import Frozen
from polyrec.cli.lists import SEEDS
from polyrec.core.files import write_whole
from polyrec.core.registry import build
from polyrec.core.types import Training
from polyrec.data.readers.parallel import read_parallel
from polyrec.encode.e5_small import E5Small
from polyrec.encode.language_mean import LanguageMean
from polyrec.evaluation.picture_curves import sketch_of
from polyrec.evaluation.picture_style import DARK, LIGHT, to_png
from polyrec.evaluation.protocol import measure
from polyrec.measures.bootstrap import mean_interval, ratio_interval
from polyrec.measures.mixed_pool import neighbourhoods

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.adapt.adapt import Adapted
    from polyrec.core.types import Doubles, Floats
    from polyrec.data.catalog import Catalog
    from polyrec.data.dataset import Dataset
    from polyrec.data.parallel import Parallel

N_LANGUAGES = 12
SENTENCES = 250
LARGE = 250
"""A language with so many test pairs has a row of its own."""


@click.command()
@click.option("--seeds", type=SEEDS, default="0-4", show_default=True)
@click.option("--work", required=True, help="A folder for values, states of texts and the base.")
@click.option("--set", "given", multiple=True, help="A setting of Adapt: name=value, as JSON.")
@click.option("--hybrid/--no-hybrid", default=False, help="Measure the hybrid as well.")
@click.option("--fast", is_flag=True, help="Measure the fast engine, from what is saved, as well.")
@click.option("--apart", is_flag=True, help="Only learn, and print quality on items kept apart.")
@click.option("--pictures", type=click.Path(path_type=Path), help="A folder for the curves.")
def main(
    *,
    seeds: list[int],
    work: str,
    given: tuple[str, ...],
    hybrid: bool,
    fast: bool,
    apart: bool,
    pictures: Path | None,
) -> None:
    """Print the tables."""
    if apart and (hybrid or fast or pictures):
        raise click.UsageError("--apart measures nothing more: leave --hybrid, --fast, --pictures")
    settings = {name: _value(value) for name, _, value in (one.partition("=") for one in given)}
    Adapt(**settings)
    asked = [settings, hybrid, *["fast"] * fast]
    key = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:8]
    full = polyrec.load_dataset("debian")
    data = full.view("one-language", seed=1)
    if apart:
        for seed in seeds:
            _show_apart(data, Adapt(seed=seed, **settings), Path(work))
        return
    pool = _ntrex(full)
    found = []
    for seed in seeds:
        file = Path(work) / f"seed-{seed}-{key}.json"
        if not file.is_file():
            how, learned = Adapt(seed=seed, **settings), file.with_suffix(".run")
            values = _one_seed(data, pool, how, learned, hybrid=hybrid, fast=fast)
            file.write_text(json.dumps(values), encoding="utf-8")
            shutil.rmtree(learned)
        found.append(json.loads(file.read_text(encoding="utf-8")))
    _show(found, seeds)
    if pictures is not None:
        _draw(found, seeds, pictures)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _ntrex(data: Dataset) -> Parallel:
    """Read NTREX in the catalog's most frequent languages."""
    full = data.all_texts or data.catalog
    counts = Counter(tag for by in full.texts for tag in by)
    whole = read_parallel(SHARED / "ntrex")
    tags = [tag for tag, _ in counts.most_common() if tag in whole.tags][:N_LANGUAGES]
    return whole.where(np.isin(whole.languages, tags)).sample(SENTENCES)


def _one_seed(
    data: Dataset, pool: Parallel, how: Adapt, checkpoint: Path, *, hybrid: bool, fast: bool
) -> dict[str, Any]:
    train, test = data.split("cold-items", seed=how.seed)
    work = checkpoint.parent
    base = base_folder(E5, work / "e5")
    catalogs = (data.catalog, data.view("en").catalog)
    texts = [*catalogs[0].text, *catalogs[1].text, *pool.texts]
    adapted = how.run(train, base, called=E5, work=checkpoint, kept_in=work, keep_work=True)
    different = list(dict.fromkeys(texts))
    place = {text: row for row, text in enumerate(different)}
    rows = np.array([place[text] for text in texts])
    kept = Frozen(adapted.network, work).keep(different)
    found: dict[str, Any] = {"facts": adapted.facts, "languages": _test_pairs(test)}
    for when, network in {"after": adapted.network, "before": how.network(base)}.items():
        vectors = network.all_vectors(kept)[rows]
        own, en, asked = np.split(vectors, np.cumsum([len(c) for c in catalogs]))
        found[when] = {"content-raw": _ndcg("content", own, train, test)}
        for end, vectors, catalog in zip(("", "-en"), (own, en), catalogs, strict=True):
            found[when] |= _accuracy(end, vectors, catalog, train, test, hybrid=hybrid)
        found[when] |= _pooled(asked, pool, (own, en), catalogs)
    if fast:
        for when, vectors in _by_the_fast_engine(adapted, catalogs[0].text).items():
            found[when] |= _accuracy("-fast", vectors, catalogs[0], train, test, hybrid=hybrid)
    return found


def _show_apart(data: Dataset, how: Adapt, work: Path) -> None:
    """Learn, and print nDCG@20 on items kept apart by epoch."""
    train, _ = data.split("cold-items", seed=how.seed)
    adapted = how.run(train, base_folder(E5, work / "e5"), called=E5, kept_in=work)
    looked = ", ".join(f"{quality:.4f} after {epoch:.0f}" for epoch, _, quality in adapted.curve)
    click.echo(f"seed {how.seed}: {looked}, seconds {adapted.facts['seconds']}")


def _by_the_fast_engine(adapted: Adapted, texts: Sequence[str]) -> dict[str, Floats]:
    """Encode by `e5-small`, as it is and from the folder of what was learned."""
    with tempfile.TemporaryDirectory() as folder:
        adapted.save(Path(folder))
        return {
            when: E5Small(max_tokens=adapted.network.max_tokens, model=model, force=True)
            .encode(texts)
            .astype(np.float32)
            for when, model in {"before": "", "after": folder}.items()
        }


def _accuracy(
    end: str, vectors: Floats, catalog: Catalog, train: Dataset, test: Dataset, *, hybrid: bool
) -> dict[str, Any]:
    """Measure recommenders on a space from which the means of its languages are taken."""
    space = LanguageMean().fit(vectors, catalog.languages).apply(vectors, catalog.languages)
    models = ["content", *["hybrid"] * hybrid]
    return {f"{model}{end}": _ndcg(model, space, train, test) for model in models}


def _pooled(
    asked: Floats, pool: Parallel, spaces: Sequence[Floats], catalogs: Sequence[Catalog]
) -> dict[str, Any]:
    """Measure other text, raw and with the means of the catalog's languages taken away."""
    known = np.concatenate([catalog.languages for catalog in catalogs])
    debias = LanguageMean().fit(np.concatenate(spaces), known)
    freed = debias.apply(asked, pool.languages)
    return {"map-raw": _map(asked, pool), "map": _map(freed, pool)}


def _test_pairs(test: Dataset) -> dict[str, int]:
    """Count the test's pairs by language."""
    tags = test.catalog.languages[test.interactions.item]
    return dict(Counter(tags.tolist()))


def _ndcg(model: str, vectors: Floats, train: Dataset, test: Dataset) -> dict[str, list[Any]]:
    """Give nDCG@20 by slice, one value per user; null where a user has none."""
    catalog = train.catalog
    training = Training(
        train.histories, vectors, catalog.languages, catalog.categories, new=catalog.new
    )
    fitted = build("recommender", {"use": model}).fit(training, seed=0)
    outcome = measure(fitted, train.histories, test.histories, catalog.languages)
    return {
        name: [None if np.isnan(x) else round(float(x), 6) for x in values]
        for (name, of), values in outcome.per_user.items()
        if of == "ndcg" and (name == "all" or name.startswith("language:"))
    }


def _map(vectors: Floats, pool: Parallel) -> list[float]:
    """Give each text's average precision in the pool."""
    near = neighbourhoods(vectors, pool.languages, [pool.sentences])
    return [round(float(x), 6) for x in near.average_precision[0]]


def _table(found: Sequence[dict[str, Any]], when: str, what: str, of: str = "all") -> Doubles:
    """Give values, shape (seeds, users)."""
    empty = [None] * len(found[0][when][what]["all"])
    rows = [one[when][what].get(of, empty) for one in found]
    return np.array([[np.nan if x is None else x for x in row] for row in rows])


def _show(found: Sequence[dict[str, Any]], seeds: Sequence[int]) -> None:
    click.echo(f"seeds {seeds}, nDCG@20 of items that are new, interval over users and seeds\n")
    click.echo("| | before | after | difference | 95 % interval | relative |")
    click.echo("| --- | ---: | ---: | ---: | ---: | ---: |")
    for what in [name for name in found[0]["before"] if not name.startswith("map")]:
        _row(what, _table(found, "before", what), _table(found, "after", what))
    for what in ("map-raw", "map"):
        before, after = (
            np.array([one[when][what] for one in found]) for when in ("before", "after")
        )
        _row(f"NTREX {what}", before, after)
    click.echo(
        "\nThe language cost that is recovered: (content - raw) / (English - raw), raw before"
    )
    raw = _table(found, "before", "content-raw")
    for name, when, english in (
        ("before", "before", "before"),
        ("after", "after", "after"),
        ("after, beside English before", "after", "before"),
    ):
        own, en = _table(found, when, "content"), _table(found, english, "content-en")
        share = ratio_interval(own - raw, en - raw)
        click.echo(f"{name}: {share.value:.2f} ({share.low:.2f} to {share.high:.2f})")
    _languages(found)
    click.echo("")
    for seed, one in zip(seeds, found, strict=True):
        own = [np.nanmean(_table([one], when, "content")) for when in ("before", "after")]
        facts = one["facts"]
        click.echo(
            f"seed {seed}: content {own[0]:.4f} -> {own[1]:.4f}, best epoch {facts['best_epoch']} "
            f"of {facts['curve'][-1][0]}, seconds {facts['seconds']}"
        )


def _draw(found: Sequence[dict[str, Any]], seeds: Sequence[int], folder: Path) -> None:
    """Draw how each seed learned, for light and for dark pages."""
    curves = {
        f"seed {seed}": curve_of(one["facts"]) for seed, one in zip(seeds, found, strict=True)
    }
    sketch = sketch_of(curves, title="How e5-small learned", best="")
    for theme in (LIGHT, DARK):
        write_whole(folder / f"adapt-{theme.name}.png", to_png(sketch.draw(theme)))
    click.echo(f"\n{sketch.alt}")


def _languages(found: Sequence[dict[str, Any]]) -> None:
    """Print a row per language; small ones are pooled, a user once per language."""
    pairs: Counter[str] = Counter()
    for one in found:
        pairs.update(one["languages"])
    click.echo("\n| language | test pairs | before | after | relative, 95 % interval |")
    click.echo("| --- | ---: | ---: | ---: | ---: |")
    rows = {tag: [tag] for tag, n in pairs.most_common() if n >= LARGE}
    rows["small"] = [tag for tag, n in pairs.most_common() if n < LARGE]
    for name, tags in rows.items():
        before, after = (
            np.concatenate([_table(found, when, "content", f"language:{t}") for t in tags], axis=1)
            if tags
            else np.empty((len(found), 0))
            for when in ("before", "after")
        )
        if np.isnan(before).all():
            continue
        r = ratio_interval(after - before, before)
        click.echo(
            f"| {name} | {sum(pairs[tag] for tag in tags):,} | {np.nanmean(before):.3f} "
            f"| {np.nanmean(after):.3f} | {r.value:+.1%} ({r.low:+.1%} to {r.high:+.1%}) |"
        )


def _row(name: str, before: Doubles, after: Doubles) -> None:
    i = mean_interval(after - before)
    old, new = np.nanmean(before), np.nanmean(after)
    click.echo(
        f"| {name} | {old:.4f} | {new:.4f} | {i.value:+.4f} | {i.low:+.4f} to {i.high:+.4f} "
        f"| {new / old - 1:+.1%} |"
    )


if __name__ == "__main__":
    main()
