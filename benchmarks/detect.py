"""Which library should detect languages? Accuracy, speed, memory, size and licence of each.

Every library runs in a process of its own, with all languages that it knows; beside that, with only
the languages of the test where it can be told. Those that are not installed are left out. The last
rows are polyrec's own parts as they ship, `und` counted as wrong.

    python benchmarks/detect.py                 the libraries, on Tatoeba and on names
    python benchmarks/detect.py --what parts    the last rows alone
    python benchmarks/detect.py --what doubt    what `min_confidence` and `sure` cost and save
    python benchmarks/detect.py --what spans    how often texts in two languages are told
    python benchmarks/detect.py --what catalog  what the rest of a catalog settles
"""

from __future__ import annotations

import importlib.metadata
import multiprocessing
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from detect_engines import ENGINES, PARTS
from detect_texts import names, news, packages, plain, sellers, share_right, tatoeba

if TYPE_CHECKING:
    from collections.abc import Callable

    from detect_texts import Labelled

    from polyrec.text.detect.detector import Detection

ACCURACY_BAR, SPEED_BAR = 0.96, 1500.0
CERTAINTIES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
NAMES_MEASURED = 8000


def measured(own: bool, name: str, restricted: bool) -> dict[str, float] | None:
    """Measure one engine; runs in a process of its own, so that its memory is its own."""
    engine = (PARTS if own else ENGINES)[name]
    sentences, titles = tatoeba(), names(1)[:NAMES_MEASURED]
    found: dict[str, float] = {}
    for label, texts in (("sentences", sentences), ("names", titles)):
        tags = sorted(frozenset().union(*(right for _, right in texts))) if restricted else None
        try:
            detect = engine.opens(tags)
        except ModuleNotFoundError:
            return None
        asked = [text for text, _ in texts]
        detect(asked[:: len(asked) // 200])  # loads what it needs
        start = time.perf_counter()
        answers = detect(asked)
        found[f"{label}_per_s"] = len(asked) / (time.perf_counter() - start)
        found[label] = share_right(answers, texts)
    (line,) = (
        line
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("VmHWM")
    )
    found["peak_mb"] = int(line.split()[1]) / 1024
    return found


def alone(function: Callable[..., Any], *given: Any) -> Any:
    """Run a function in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, given)


def installed_mb(packages_named: str) -> float:
    """Say how much the files of packages take on disk."""
    files = [
        file for each in packages_named.split() for file in importlib.metadata.files(each) or ()
    ]
    paths = (Path(str(file.locate())) for file in files)
    return sum(path.stat().st_size for path in paths if path.is_file()) / 2**20


def libraries(*, parts_only: bool) -> None:
    """Print the table of all engines."""
    click.echo(
        "| library | Tatoeba | restricted | names | restricted | texts/s, sentences | names "
        "| peak MB | installed MB | code | data |"
    )
    click.echo("|---" * 11 + "|")
    for own, engines in ((False, {} if parts_only else ENGINES), (True, PARTS)):
        for name, engine in engines.items():
            full = alone(measured, own, name, False)
            if full is None:
                click.echo(f"{name} is not installed: left out", err=True)
                continue
            less = alone(measured, own, name, True) if engine.can_be_restricted else None
            cells = [
                f"`{name}`" if own else name,
                f"{full['sentences']:.2%}",
                f"{less['sentences']:.2%}" if less else "-",
                f"{full['names']:.2%}",
                f"{less['names']:.2%}" if less else "-",
                f"{full['sentences_per_s']:,.0f}",
                f"{full['names_per_s']:,.0f}",
                f"{full['peak_mb']:,.0f}",
                f"{installed_mb(engine.package):,.1f}",
                engine.code,
                engine.data,
            ]
            click.echo("| " + " | ".join(cells) + " |")
            if own:
                good = full["sentences"] >= ACCURACY_BAR, full["sentences_per_s"] >= SPEED_BAR
                click.echo(f"{name}: bars {'met' if all(good) else 'missed'}", err=True)


def detections(name: str, texts: Labelled, **settings: Any) -> list[Detection]:
    """Let a part of polyrec detect texts."""
    from polyrec.core.registry import build

    found: list[Detection] = build("detector", {"use": name, **settings}).detect(
        [text for text, _ in texts]
    )
    return found


def doubt() -> None:
    """Print, on the texts to tune on, what each bound would do: right, wrong and undetermined."""
    tuned = {"names": names(0)[::7], "news": news(80), "packages": packages(1000)}
    for name in ("py3langid", "lingua", "eldc", "second-opinion"):
        for label, texts in tuned.items():
            found = detections(name, texts, mixed=False)
            _bounds(f"{name:15} {label:8}", found, texts)
    for sure in (0.3, 0.5, 0.7, 0.9, 1.0):
        line = f"second-opinion, sure {sure:.1f}:"
        for label, texts in tuned.items():
            start = time.perf_counter()
            found = detections("second-opinion", texts, mixed=False, sure=sure)
            seconds = time.perf_counter() - start
            best = [each.candidates[0].language if each.candidates else "und" for each in found]
            line += f" {label} {share_right(best, texts):.2%} {len(texts) / seconds:,.0f} texts/s;"
        click.echo(line)


def _bounds(title: str, found: list[Detection], texts: Labelled) -> None:
    sure = np.array([each.confidence for each in found])
    right = np.array(
        [
            bool(each.candidates) and plain(each.candidates[0].language) in tags
            for each, (_, tags) in zip(found, texts, strict=True)
        ]
    )
    cells = []
    for bound in CERTAINTIES:
        said = sure >= bound
        shares = (right & said).mean(), (~right & said).mean(), (~said).mean()
        cells.append(f"{bound:.1f} " + "/".join(f"{share:.1%}" for share in shares))
    bins = np.minimum((sure * 10).astype(int), 9)
    off = sum(abs(sure[bins == b].sum() - right[bins == b].sum()) for b in range(10)) / len(texts)
    click.echo(f"{title} right/wrong/und at {', '.join(cells)}; confidence is off by {off:.3f}")


def spans() -> None:
    """Print how often a text in two languages is told, and one in a single language left whole."""
    drawn = np.random.default_rng(0)
    single = [each for each in news(40) if 40 <= len(each[0]) <= 200]
    order = drawn.permutation(len(single))
    pairs = [(single[i], single[j]) for i, j in zip(order, order[::-1], strict=True) if i < j]
    pairs = [(one, other) for one, other in pairs if one[1] != other[1]]
    mixed: Labelled = [(f"{a[0]} {b[0]}", a[1] | b[1]) for a, b in pairs]
    for name in ("py3langid", "second-opinion"):
        found = detections(name, mixed)
        both = [
            {plain(span.language) for span in each.spans} == tags
            for each, (_, tags) in zip(found, mixed, strict=True)
        ]
        false = [bool(each.spans) for each in detections(name, single)]
        sentences = [bool(each.spans) for each in detections(name, tatoeba()[::5])]
        click.echo(
            f"{name}: both languages of {len(mixed):,} mixed texts found in {np.mean(both):.1%}; "
            f"wrongly split: {np.mean(false):.2%} of {len(single):,} news, "
            f"{np.mean(sentences):.2%} of {len(sentences):,} sentences"
        )


def catalog() -> None:
    """Print what a seller's other names, and all names, settle of those that are undetermined."""
    from polyrec.text.detect.evidence import settled

    for name in ("py3langid", "second-opinion"):
        for title, half in (("tuned on", 0), ("test", 1)):
            texts, groups = sellers(half)
            found = detections(name, texts, mixed=False)
            for evidence, answers in (
                ("alone", found),
                ("with the catalog", settled(found, [""] * len(texts))),
                ("with sellers too", settled(found, groups)),
            ):
                tags = [each.language for each in answers]
                unknown = float(np.mean([tag == "und" for tag in tags]))
                right = share_right(tags, texts)
                click.echo(
                    f"{name:15} {title:8} {evidence:18} right {right:.1%}, "
                    f"wrong {1 - right - unknown:.1%}, und {unknown:.1%} of {len(texts):,} names"
                )


WHAT = {
    "libraries": lambda: libraries(parts_only=False),
    "parts": lambda: libraries(parts_only=True),
    "doubt": doubt,
    "spans": spans,
    "catalog": catalog,
}


@click.command()
@click.option("--what", type=click.Choice(list(WHAT)), default="libraries", show_default=True)
def main(what: str) -> None:
    """Compare libraries, or show what settings and evidence do."""
    WHAT[what]()


if __name__ == "__main__":
    main()
