"""Words that mean different things in different places: whether vectors know which is meant.

`ambiguity.tsv`, written for this, has words of six languages in a short text, each in two regions,
with the sense that is right there and the one that is right elsewhere, in English and in another
language. A text is right if its vector lies nearer to the right sense. A region that nobody tells
gets one of each pair right, so half by construction; one that is told as words stand in a text gets
the region's name, or a gloss: another word of the region for what is meant.

    python benchmarks/ambiguity.py
"""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import click
import langcodes
import numpy as np
from shared_data import SHARED

from polyrec.encode.no_debias import NoDebias
from polyrec.measures.bootstrap import mean_interval
from polyrec.pipeline.plan import Plan
from polyrec.pipeline.space import Space

FILE = Path(__file__).with_name("ambiguity.tsv")
Row = dict[str, str]
NTREX = {"eng": "en", "spa": "es", "por": "pt", "deu": "de", "fra": "fr", "zho-CN": "zh"}
MOST = 200


def rows() -> list[Row]:
    """Read the set."""
    with FILE.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source, delimiter="\t", quoting=csv.QUOTE_NONE))


def asked(row: Row, way: str) -> str:
    """Write what is asked: the text alone, or with what the region adds."""
    region = langcodes.Language.get(f"und-{row['region']}").territory_name(row["language"])
    return {"text": row["text"], "region": f"{row['text']} ({region})"}.get(
        way, f"{row['text']} ({row['gloss']})"
    )


def right(space: Space, way: str, other: str) -> np.ndarray:
    """Say of each row whether its text lies nearer to the right sense, shape (rows,)."""
    found = rows()
    texts = [asked(row, way) for row in found]
    vectors = space.queries(texts, [row["language"] for row in found])
    tags = ["en" if not other else "fr" if r["language"] in ("pt", "de") else "de" for r in found]
    cosines = [
        (vectors * space.queries([row[name + other] for row in found], tags)).sum(axis=1)
        for name in ("right", "wrong")
    ]
    return np.asarray(cosines[0] > cosines[1], dtype=np.float64)


def known_texts() -> tuple[list[str], np.ndarray]:
    """Give the first 200 sentences of NTREX in each language, for the debias to learn from."""
    texts, tags = [], []
    for name, tag in NTREX.items():
        lines = (SHARED / "ntrex" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
        texts += lines[:MOST]
        tags += [tag] * len(lines[:MOST])
    return texts, np.array(tags)


@click.command()
def main() -> None:
    """Print the share that is right, with its interval over words."""
    space = Plan.load("default").space
    texts, tags = known_texts()
    vectors = space.encoder.encode(texts, languages=tags)
    space = replace(space, debias=space.debias.fit(vectors, tags))
    raw = Space(space.encoder, NoDebias(), space.preparation)
    for name, each in (("raw", raw), ("debiased", space)):
        for way in ("text", "region", "gloss"):
            for other, label in (("", "English"), ("_other", "another")):
                share = right(each, way, other).reshape(-1, 2).mean(axis=1)
                found = mean_interval(share)
                click.echo(
                    f"{name:9} {way:7} senses in {label:8} {found.value:.2f} "
                    f"[{found.low:.2f}, {found.high:.2f}] {found.n} words"
                )


if __name__ == "__main__":
    main()
