r"""How fast are texts cut into words, beside a regular expression that knows no language?

Titles of up to `--length` characters are cut from the descriptions that ship, in all their
languages; a language has as many as it gives. The peer lowers a text and takes runs of `\w`: it
drops marks, knows no stems and no stop words, and takes a Chinese sentence for a word. The first
pass starts with nothing known; the second has seen each word and stem before.

    python benchmarks/tokens.py --titles 200000
"""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict

import click

from polyrec import load_dataset
from polyrec.text.tokens import Tokenizer
from polyrec.text.tools import tools_for

PEER = re.compile(r"\w+")


def titles(n: int, length: int) -> dict[str, list[str]]:
    """Cut titles from the texts that ship, by language."""
    found: dict[str, list[str]] = defaultdict(list)
    for by in load_dataset("debian", view="all").catalog.texts:
        for language, text in by.items():
            found[language] += [text[i : i + length] for i in range(0, len(text), length)]
    share = min(1.0, n / sum(map(len, found.values())))
    return {language: each[: round(len(each) * share)] for language, each in found.items()}


@click.command()
@click.option("--titles", "n", default=200_000, show_default=True)
@click.option("--length", default=60, show_default=True, help="Characters of a title.")
def main(n: int, length: int) -> None:
    """Print texts and tokens per second for each way to find words."""
    by_tool: dict[str, list[tuple[str, list[str]]]] = defaultdict(list)
    for language, texts in titles(n, length).items():
        by_tool[tools_for(language).words].append((language, texts))
    total: Counter[str] = Counter()
    click.echo(
        f"{'words by':<12}{'titles':>9}{'tokens':>11}{'first/s':>10}{'again/s':>10}{'peer/s':>11}"
    )
    for tool, groups in by_tool.items():
        spent: Counter[str] = Counter(titles=sum(len(texts) for _, texts in groups))
        for language, texts in groups:
            cut = Tokenizer(language)
            cut("warm up")
            for name in ("first", "again"):
                begin = time.perf_counter()
                tokens = sum(len(cut(text)) for text in texts)
                spent[name] += time.perf_counter() - begin  # type: ignore[assignment]
            begin = time.perf_counter()
            peer = sum(len(PEER.findall(text.lower())) for text in texts)
            spent["peer"] += time.perf_counter() - begin  # type: ignore[assignment]
            spent.update(tokens=tokens, peer_tokens=peer)
        total.update(spent)
        click.echo(_line(tool, spent))
    click.echo(_line("all", total))


def _line(name: str, spent: Counter[str]) -> str:
    rates = [spent["tokens"] / spent[each] for each in ("first", "again")]
    rates.append(spent["peer_tokens"] / spent["peer"])
    shown = "".join(f"{rate:>{w},.0f}" for rate, w in zip(rates, (10, 10, 11), strict=True))
    return f"{name:<12}{spent['titles']:>9,}{spent['tokens']:>11,}{shown}"


if __name__ == "__main__":
    main()
